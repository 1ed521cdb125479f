import { documentClient } from '#functions/aws/clients/dynamodb';
import { s3Client } from '#functions/aws/clients/s3';
import { type ObjectStore, objectStore } from '#functions/aws/object-store';
import { type StateStore, stateStore } from '#functions/aws/state-store';

/** The buckets and the table of this deployment, as adapters. A function asks for those its configuration names. */
export const artifactStore = (config: { readonly ARTIFACTS_BUCKET: string }): ObjectStore =>
  objectStore(s3Client(), config.ARTIFACTS_BUCKET);
export const cleanStore = (config: { readonly CLEAN_BUCKET: string }): ObjectStore =>
  objectStore(s3Client(), config.CLEAN_BUCKET);
export const runStore = (config: { readonly STATE_TABLE: string }): StateStore =>
  stateStore(documentClient(), config.STATE_TABLE);
