import { logsClient } from '#functions/aws/clients/logs';
import { s3Client } from '#functions/aws/clients/s3';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { sfnClient } from '#functions/aws/clients/step-functions';
import { discardCandidate } from '#functions/aws/discard-candidate';
import { readExecutionUsage } from '#functions/aws/execution-usage';
import { startOnce } from '#functions/aws/executions';
import { limitJobLogs } from '#functions/aws/job-logs';
import { readJobs } from '#functions/aws/job-times';
import { runData } from '#functions/aws/run-data';
import { runStore } from '#functions/aws/tables';
import type { RunMeter } from '#functions/ports/run-meter';
import { readConfig } from '#functions/runtime/config';
import { stageCosts } from '#functions/runtime/costs';
import { withMiddleware } from '#functions/runtime/middleware';
import { pipelineNames } from '#functions/runtime/packaged-pipelines';
import { finishRun } from '#functions/use-cases/finish-run';
import { recordCosts } from '#functions/use-cases/run-costs';
import { finishRunSchema } from '#schemas/events/finish-run';

const config = readConfig([
  'STAGE',
  'STATE_TABLE',
  'RETRAIN_MACHINE_ARN',
  'LOG_RETENTION_DAYS',
  'LAMBDA_TASK_ROOT',
  'CLEAN_BUCKET',
  'ARTIFACTS_BUCKET',
  'AWS_REGION',
  'COSTS',
]);

/** What AWS reports of a run. */
const meter: RunMeter = {
  read: async (run, executionArn) => ({
    jobs: await readJobs(sageMakerClient(), config.STAGE, run, Date.now()),
    ...(await readExecutionUsage(sfnClient(), executionArn)),
  }),
};

/** Ends a run with any outcome and starts the pending drop. */
export const handler = withMiddleware(finishRunSchema, (event) =>
  finishRun(
    {
      store: runStore(config),
      isPipeline: (name) => pipelineNames(config.LAMBDA_TASK_ROOT).includes(name),
      startRetrain: (name, input) => startOnce(sfnClient(), config.RETRAIN_MACHINE_ARN, name, input),
      runData: runData(s3Client(), { clean: config.CLEAN_BUCKET, artifacts: config.ARTIFACTS_BUCKET }),
      recordCosts: (run, executionArn) =>
        recordCosts({ store: runStore(config), meter, costs: stageCosts(config, process.arch) }, run, executionArn),
      limitLogs: () => limitJobLogs(logsClient(), config.STAGE, Number(config.LOG_RETENTION_DAYS)),
      discardCandidate: (run) => discardCandidate(sageMakerClient(), config.STAGE, run),
    },
    event,
  ),
);
