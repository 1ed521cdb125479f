import { artifactStore, cleanStore } from '#functions/aws/buckets';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { countCaptures } from '#functions/use-cases/count-captures';
import { countCapturesSchema } from '#schemas/events/count-captures';

const config = readConfig(['CLEAN_BUCKET', 'ARTIFACTS_BUCKET']);

/** Counts a batch of captured requests in the bins of the champion's baseline. */
export const handler = withMiddleware(countCapturesSchema, (event) =>
  countCaptures({ clean: cleanStore(config), artifacts: artifactStore(config) }, event),
);
