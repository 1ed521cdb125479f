import { artifactStore } from '#functions/aws/buckets';
import { cleanFileStore } from '#functions/aws/file-store';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { functionMemoryMb } from '#functions/shards/duckdb';
import { encodeBatchShard } from '#functions/shards/encode-batch-shard';
import { transformShard } from '#functions/use-cases/transform-shard';
import { transformShardSchema } from '#schemas/events/shard';

const config = readConfig(['CLEAN_BUCKET', 'ARTIFACTS_BUCKET']);
const memoryMb = functionMemoryMb();

/**
 * Writes one shard as model inputs: training and validation parts, holdout features for candidate and champion, labels; or, of a batch, the
 * inputs of the model that scores it.
 */
export const handler = withMiddleware(transformShardSchema, async ({ model, ...event }) => {
  const ports = { clean: cleanFileStore(config), artifacts: artifactStore(config), memoryMb };
  if (!model) return transformShard(ports, event);
  return encodeBatchShard(ports, { run: event.run, shard: event.shard.index, model });
});
