import { artifactStore } from '#functions/aws/buckets';
import { cleanFileStore } from '#functions/aws/file-store';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { functionMemoryMb } from '#functions/shards/duckdb';
import { fitTransform } from '#functions/use-cases/fit-transform';
import { fitTransformSchema } from '#schemas/events/shard';

const config = readConfig(['CLEAN_BUCKET', 'ARTIFACTS_BUCKET']);
const memoryMb = functionMemoryMb();

/** Merges the shards' profiles, checks the drop's quality, and fits imputation, vocabularies and codes on its training rows. */
export const handler = withMiddleware(fitTransformSchema, (event) =>
  fitTransform({ clean: cleanFileStore(config), artifacts: artifactStore(config), memoryMb }, event),
);
