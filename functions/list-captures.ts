import { artifactStore, cleanStore } from '#functions/aws/buckets';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { listCaptures } from '#functions/use-cases/list-captures';
import { listCapturesSchema } from '#schemas/events/count-captures';

const config = readConfig(['CLEAN_BUCKET', 'ARTIFACTS_BUCKET', 'STATE_TABLE']);

/** Lists the captured requests that no check has counted yet. */
export const handler = withMiddleware(listCapturesSchema, (event) =>
  listCaptures({ clean: cleanStore(config), artifacts: artifactStore(config), store: runStore(config) }, event),
);
