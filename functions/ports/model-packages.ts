import type { StoredVersion } from '#domain/retention/inventory';

/** The model packages of the pipelines of a stage. */
export interface ModelPackages {
  /** Every version of a pipeline. Empty before the first registration. */
  list(pipeline: string): Promise<StoredVersion[]>;
  /** Deletes a version, if it exists. */
  remove(modelPackageArn: string): Promise<void>;
}
