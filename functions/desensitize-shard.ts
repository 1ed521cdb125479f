import { s3Client, secretsClient } from '#functions/common/clients';
import { readConfig } from '#functions/common/config';
import { functionMemoryMb } from '#functions/common/duckdb';
import { withMiddleware } from '#functions/common/middleware';
import { objectStore } from '#functions/common/object-store';
import { cleanShard } from '#functions/common/shard-cleaning';
import { artifactStore, cleanStore } from '#functions/common/stores';
import { readTokenKey } from '#functions/common/token-key';
import { desensitizeShardSchema } from '#schemas/shard';

const config = readConfig(['RAW_BUCKET', 'CLEAN_BUCKET', 'ARTIFACTS_BUCKET', 'TOKEN_KEY_SECRET']);
const memoryMb = functionMemoryMb();

/** The only function that reads raw rows: takes one raw object to clean rows without personal data. */
export const handler = withMiddleware(desensitizeShardSchema, async (event) =>
  cleanShard(
    {
      raw: objectStore(s3Client(), config.RAW_BUCKET),
      clean: cleanStore(config),
      artifacts: artifactStore(config),
      tokenKey: await readTokenKey(secretsClient(), config.TOKEN_KEY_SECRET),
      memoryMb,
    },
    event,
  ),
);
