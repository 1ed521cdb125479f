import { readConfig } from '#functions/common/config';
import { functionMemoryMb } from '#functions/common/duckdb';
import { withMiddleware } from '#functions/common/middleware';
import { artifactStore, cleanStore } from '#functions/common/stores';
import { fitRun } from '#functions/common/transform-fitting';
import { fitTransformSchema } from '#schemas/shard';

const config = readConfig(['CLEAN_BUCKET', 'ARTIFACTS_BUCKET']);
const memoryMb = functionMemoryMb();

/** Merges the shards' profiles, judges the drop's quality and fits imputation, vocabularies and codes on its training rows. */
export const handler = withMiddleware(fitTransformSchema, (event) =>
  fitRun({ clean: cleanStore(config), artifacts: artifactStore(config), memoryMb }, event),
);
