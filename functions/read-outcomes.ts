import { artifactStore } from '#functions/aws/buckets';
import { secretsClient } from '#functions/aws/clients/secrets-manager';
import { cleanFileStore, rawFileStore } from '#functions/aws/file-store';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { functionMemoryMb } from '#functions/shards/duckdb';
import { readTokenKeys } from '#functions/shards/token-key';
import { readOutcomes } from '#functions/use-cases/read-outcomes';
import { readOutcomesSchema } from '#schemas/events/outcomes';

const config = readConfig(['RAW_BUCKET', 'CLEAN_BUCKET', 'ARTIFACTS_BUCKET', 'STATE_TABLE', 'TOKEN_KEY_SECRET']);
const memoryMb = functionMemoryMb();

/** Takes outcomes out of the raw bucket: numbers, classes, inference ids and tokens, no raw value. */
export const handler = withMiddleware(readOutcomesSchema, async (event) =>
  readOutcomes(
    {
      raw: rawFileStore(config),
      clean: cleanFileStore(config),
      artifacts: artifactStore(config),
      store: runStore(config),
      tokenKeys: await readTokenKeys(secretsClient(), config.TOKEN_KEY_SECRET),
      memoryMb,
    },
    event,
  ),
);
