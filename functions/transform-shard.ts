import { artifactStore } from '#functions/aws/buckets';
import { cleanFileStore } from '#functions/aws/file-store';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { functionMemoryMb } from '#functions/shards/duckdb';
import { transformShard } from '#functions/use-cases/transform-shard';
import { transformShardSchema } from '#schemas/events/shard';

const config = readConfig(['CLEAN_BUCKET', 'ARTIFACTS_BUCKET']);
const memoryMb = functionMemoryMb();

/** Writes one shard as model inputs: training and validation parts, holdout features for candidate and champion, labels. */
export const handler = withMiddleware(transformShardSchema, (event) =>
  transformShard({ clean: cleanFileStore(config), artifacts: artifactStore(config), memoryMb }, event),
);
