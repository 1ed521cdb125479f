import { artifactStore } from '#functions/aws/buckets';
import { secretsClient } from '#functions/aws/clients/secrets-manager';
import { cleanFileStore, rawFileStore } from '#functions/aws/file-store';
import { rawRanges } from '#functions/aws/object-ranges';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { functionMemoryMb } from '#functions/shards/duckdb';
import { readTokenKeys } from '#functions/shards/token-key';
import { desensitizeShard } from '#functions/use-cases/desensitize-shard';
import { desensitizeShardSchema } from '#schemas/events/shard';

const config = readConfig(['RAW_BUCKET', 'CLEAN_BUCKET', 'ARTIFACTS_BUCKET', 'TOKEN_KEY_SECRET']);
const memoryMb = functionMemoryMb();

/** The only function that takes rows out of the raw bucket: turns raw files into clean rows without personal data. */
export const handler = withMiddleware(desensitizeShardSchema, async (event) =>
  desensitizeShard(
    {
      raw: { ...rawFileStore(config), ...rawRanges(config) },
      clean: cleanFileStore(config),
      artifacts: artifactStore(config),
      tokenKeys: await readTokenKeys(secretsClient(), config.TOKEN_KEY_SECRET),
      memoryMb,
    },
    event,
  ),
);
