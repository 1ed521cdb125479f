import { artifactStore } from '#functions/aws/buckets';
import { cleanFileStore } from '#functions/aws/file-store';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { functionMemoryMb } from '#functions/shards/duckdb';
import { divideRows } from '#functions/use-cases/divide-rows';
import { divideRowsSchema } from '#schemas/events/shard';

const config = readConfig(['CLEAN_BUCKET', 'ARTIFACTS_BUCKET']);
const memoryMb = functionMemoryMb();

/** Checks a drop's constraints, then decides which rows train, validate and test, and which of them its champion was not trained on. */
export const handler = withMiddleware(divideRowsSchema, (event) =>
  divideRows({ clean: cleanFileStore(config), artifacts: artifactStore(config), memoryMb }, event),
);
