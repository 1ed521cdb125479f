import { logsClient } from '#functions/aws/clients/logs';
import { s3Client } from '#functions/aws/clients/s3';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { sfnClient } from '#functions/aws/clients/step-functions';
import { discardCandidate } from '#functions/aws/discard-candidate';
import { startOnce } from '#functions/aws/executions';
import { limitJobLogs } from '#functions/aws/job-logs';
import { runData } from '#functions/aws/run-data';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { pipelineNames } from '#functions/runtime/packaged-pipelines';
import { finishRun } from '#functions/use-cases/finish-run';
import { finishRunSchema } from '#schemas/events/finish-run';

const config = readConfig([
  'STAGE',
  'STATE_TABLE',
  'RETRAIN_MACHINE_ARN',
  'LOG_RETENTION_DAYS',
  'LAMBDA_TASK_ROOT',
  'CLEAN_BUCKET',
  'ARTIFACTS_BUCKET',
]);

/** Ends a run with any outcome and starts the pending drop. */
export const handler = withMiddleware(finishRunSchema, (event) =>
  finishRun(
    {
      store: runStore(config),
      isPipeline: (name) => pipelineNames(config.LAMBDA_TASK_ROOT).includes(name),
      startRetrain: (name, input) => startOnce(sfnClient(), config.RETRAIN_MACHINE_ARN, name, input),
      runData: runData(s3Client(), { clean: config.CLEAN_BUCKET, artifacts: config.ARTIFACTS_BUCKET }),
      limitLogs: () => limitJobLogs(logsClient(), config.STAGE, Number(config.LOG_RETENTION_DAYS)),
      discardCandidate: (run) => discardCandidate(sageMakerClient(), config.STAGE, run),
    },
    event,
  ),
);
