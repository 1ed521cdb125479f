import { artifactStore } from '#functions/aws/buckets';
import { cleanFileStore } from '#functions/aws/file-store';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { functionMemoryMb } from '#functions/shards/duckdb';
import { joinScores } from '#functions/use-cases/join-scores';
import { joinScoresSchema } from '#schemas/events/batch';

const config = readConfig(['CLEAN_BUCKET', 'ARTIFACTS_BUCKET', 'STATE_TABLE']);
const memoryMb = functionMemoryMb();

/** Joins the scores of a batch with the places and the tokens of its rows. */
export const handler = withMiddleware(joinScoresSchema, (event) =>
  joinScores(
    { clean: cleanFileStore(config), artifacts: artifactStore(config), store: runStore(config), memoryMb },
    event,
  ),
);
