import { s3Client } from '#functions/aws/clients/s3';
import { objectStore } from '#functions/aws/object-store';
import type { ObjectStore } from '#functions/ports/object-store';

/** The buckets of this deployment that functions read and write. Each function names those it uses in its configuration. */
export const artifactStore = (config: { readonly ARTIFACTS_BUCKET: string }): ObjectStore =>
  objectStore(s3Client(), config.ARTIFACTS_BUCKET);
export const cleanStore = (config: { readonly CLEAN_BUCKET: string }): ObjectStore =>
  objectStore(s3Client(), config.CLEAN_BUCKET);
export const rawStore = (config: { readonly RAW_BUCKET: string }): ObjectStore =>
  objectStore(s3Client(), config.RAW_BUCKET);
