import type { modelPackageRequest } from '#domain/registry/model-package';

/** The current state of a model package. */
export interface RegisteredPackage {
  readonly status: string | undefined;
  /** When it was last modified, ISO 8601. It distinguishes one approval from the next. */
  readonly approvedAt: string;
  /** The run that registered it; undefined if another tool registered it. */
  readonly runId: string | undefined;
}

/** SageMaker's model registry. */
export interface ModelRegistry {
  read(modelPackageArn: string): Promise<RegisteredPackage>;
  /** Creates the pipeline's model package group unless it exists. */
  ensureGroup(name: string, pipeline: string, description: string | undefined): Promise<void>;
  /** Registers a package once for the request's client token. @returns its ARN */
  register(request: ReturnType<typeof modelPackageRequest>): Promise<string>;
  approve(modelPackageArn: string): Promise<void>;
}
