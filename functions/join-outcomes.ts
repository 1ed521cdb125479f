import { artifactStore } from '#functions/aws/buckets';
import { cleanFileStore } from '#functions/aws/file-store';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { joinOutcomes } from '#functions/use-cases/join-outcomes';
import { joinOutcomesSchema } from '#schemas/events/outcomes';

const config = readConfig(['CLEAN_BUCKET', 'ARTIFACTS_BUCKET', 'STATE_TABLE']);

/** Joins outcomes with the predictions they belong to, and measures realised performance. */
export const handler = withMiddleware(joinOutcomesSchema, (event) =>
  joinOutcomes({ clean: cleanFileStore(config), artifacts: artifactStore(config), store: runStore(config) }, event),
);
