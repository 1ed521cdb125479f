import { artifactStore, rawStore } from '#functions/aws/buckets';
import { s3Client } from '#functions/aws/clients/s3';
import { sfnClient } from '#functions/aws/clients/step-functions';
import { isRunning } from '#functions/aws/executions';
import { listCurrentVersions } from '#functions/aws/object-versions';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { readPipeline } from '#functions/runtime/pipelines';
import { admitBatch } from '#functions/use-cases/admit-batch';
import { admitBatchSchema } from '#schemas/events/batch';

const config = readConfig([
  'STAGE',
  'RAW_BUCKET',
  'CLEAN_BUCKET',
  'ARTIFACTS_BUCKET',
  'STATE_TABLE',
  'CLEAN_KEY_ARN',
  'GIT_COMMIT',
  'LAMBDA_TASK_ROOT',
]);

/** Admits files to be scored: pins the model in service and the versions of the objects. */
export const handler = withMiddleware(admitBatchSchema, (event) =>
  admitBatch(
    {
      raw: {
        bucket: config.RAW_BUCKET,
        list: (prefix) => listCurrentVersions(s3Client(), config.RAW_BUCKET, prefix),
      },
      rawRecords: rawStore(config),
      artifacts: artifactStore(config),
      store: runStore(config),
      isRunning: (executionArn) => isRunning(sfnClient(), executionArn),
      readPipeline: (name) => readPipeline(config.LAMBDA_TASK_ROOT, name),
      environment: { stage: config.STAGE, cleanBucket: config.CLEAN_BUCKET, cleanKeyArn: config.CLEAN_KEY_ARN },
      gitCommit: config.GIT_COMMIT,
    },
    event,
  ),
);
