import { logsClient } from '#functions/aws/clients/logs';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { sfnClient } from '#functions/aws/clients/step-functions';
import { discardCandidate } from '#functions/aws/discard-candidate';
import { startOnce } from '#functions/aws/executions';
import { limitJobLogs } from '#functions/aws/job-logs';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { pipelineNames } from '#functions/runtime/packaged-pipelines';
import { finishRun } from '#functions/use-cases/finish-run';
import { finishRunSchema } from '#schemas/events/finish-run';

const config = readConfig(['STAGE', 'STATE_TABLE', 'RETRAIN_MACHINE_ARN', 'LOG_RETENTION_DAYS', 'LAMBDA_TASK_ROOT']);

/** Ends a run with any outcome and starts the pending drop. */
export const handler = withMiddleware(finishRunSchema, (event) =>
  finishRun(
    {
      store: runStore(config),
      isPipeline: (name) => pipelineNames(config.LAMBDA_TASK_ROOT).includes(name),
      startRetrain: (name, input) => startOnce(sfnClient(), config.RETRAIN_MACHINE_ARN, name, input),
      limitLogs: () => limitJobLogs(logsClient(), config.STAGE, Number(config.LOG_RETENTION_DAYS)),
      discardCandidate: (run) => discardCandidate(sageMakerClient(), config.STAGE, run),
    },
    event,
  ),
);
