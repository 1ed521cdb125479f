import { artifactStore, rawStore } from '#functions/aws/buckets';
import { rawRanges } from '#functions/aws/object-ranges';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { locateRows } from '#functions/use-cases/locate-rows';
import { locateRowsSchema } from '#schemas/events/shard';

const config = readConfig(['RAW_BUCKET', 'ARTIFACTS_BUCKET']);

/** Finds the rows of a large text file at which it is cut into parts. */
export const handler = withMiddleware(locateRowsSchema, (event) =>
  locateRows({ raw: { ...rawStore(config), ...rawRanges(config) }, artifacts: artifactStore(config) }, event),
);
