import { readConfig } from '#functions/common/config';
import { functionMemoryMb } from '#functions/common/duckdb';
import { withMiddleware } from '#functions/common/middleware';
import { encodeShard } from '#functions/common/shard-encoding';
import { artifactStore, cleanStore } from '#functions/common/stores';
import { transformShardSchema } from '#schemas/shard';

const config = readConfig(['CLEAN_BUCKET', 'ARTIFACTS_BUCKET']);
const memoryMb = functionMemoryMb();

/** Writes one shard as model inputs: training and validation parts, holdout features for candidate and champion, labels. */
export const handler = withMiddleware(transformShardSchema, (event) =>
  encodeShard({ clean: cleanStore(config), artifacts: artifactStore(config), memoryMb }, event),
);
