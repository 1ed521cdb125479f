import { artifactStore, rawStore } from '#functions/aws/buckets';
import { s3Client } from '#functions/aws/clients/s3';
import { sfnClient } from '#functions/aws/clients/step-functions';
import { isRunning } from '#functions/aws/executions';
import { listCurrentVersions } from '#functions/aws/object-versions';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { readPipeline } from '#functions/runtime/pipelines';
import { admitDrop } from '#functions/use-cases/admit-drop';
import { admitDropSchema } from '#schemas/events/admit-drop';

const config = readConfig(['RAW_BUCKET', 'ARTIFACTS_BUCKET', 'STATE_TABLE', 'GIT_COMMIT', 'LAMBDA_TASK_ROOT']);

/** Admits a drop: decides whether to train on it now, and pins the object versions. */
export const handler = withMiddleware(admitDropSchema, (event) =>
  admitDrop(
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
      gitCommit: config.GIT_COMMIT,
    },
    event,
  ),
);
