import { artifactStore } from '#functions/aws/buckets';
import { s3Client } from '#functions/aws/clients/s3';
import { batchData } from '#functions/aws/run-data';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { finishBatch } from '#functions/use-cases/finish-batch';
import { finishBatchSchema } from '#schemas/events/batch';

const config = readConfig(['CLEAN_BUCKET', 'ARTIFACTS_BUCKET', 'STATE_TABLE']);

/** Ends a batch that failed. */
export const handler = withMiddleware(finishBatchSchema, (event) =>
  finishBatch(
    {
      artifacts: artifactStore(config),
      store: runStore(config),
      runData: batchData(s3Client(), { clean: config.CLEAN_BUCKET }),
    },
    event,
  ),
);
