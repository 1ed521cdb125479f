import { artifactFileStore, cleanFileStore } from '#functions/aws/file-store';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { trainingImage } from '#functions/runtime/training-images';
import { functionMemoryMb } from '#functions/shards/duckdb';
import { divideRows } from '#functions/use-cases/divide-rows';
import { divideRowsSchema } from '#schemas/events/shard';

const config = readConfig(['STAGE', 'CLEAN_BUCKET', 'ARTIFACTS_BUCKET', 'TRAINING_IMAGES']);
const memoryMb = functionMemoryMb();

/** Checks a drop's constraints, then decides which rows train, validate and test, and which of them its champion was not trained on. */
export const handler = withMiddleware(divideRowsSchema, (event) =>
  divideRows(
    {
      clean: cleanFileStore(config),
      artifacts: artifactFileStore(config),
      stage: config.STAGE,
      imageOf: (algorithm) => trainingImage(config.TRAINING_IMAGES, algorithm),
      memoryMb,
    },
    event,
  ),
);
