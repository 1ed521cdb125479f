import { artifactStore } from '#functions/aws/buckets';
import { s3Client } from '#functions/aws/clients/s3';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { endpoints } from '#functions/aws/endpoints';
import { modelPackages } from '#functions/aws/model-packages';
import { runFolders } from '#functions/aws/run-folders';
import { stageResources } from '#functions/aws/stage-resources';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { pipelineNames } from '#functions/runtime/packaged-pipelines';
import { readPipeline } from '#functions/runtime/pipelines';
import { planCleanUp } from '#functions/use-cases/plan-clean-up';
import { planCleanUpSchema } from '#schemas/events/clean-up';

const config = readConfig(['STAGE', 'STATE_TABLE', 'CLEAN_BUCKET', 'ARTIFACTS_BUCKET', 'LAMBDA_TASK_ROOT']);

/** Decides what a clean-up deletes, by what the pipelines have and what is in use. */
export const handler = withMiddleware(planCleanUpSchema, (event) =>
  planCleanUp(
    {
      stage: config.STAGE,
      pipelines: pipelineNames(config.LAMBDA_TASK_ROOT),
      readRetention: (name) => readPipeline(config.LAMBDA_TASK_ROOT, name).pipeline.retention,
      store: runStore(config),
      endpoints: endpoints(sageMakerClient()),
      resources: stageResources(sageMakerClient()),
      packages: modelPackages(sageMakerClient(), config.STAGE),
      artifacts: runFolders(s3Client(), config.ARTIFACTS_BUCKET),
      clean: runFolders(s3Client(), config.CLEAN_BUCKET),
      plans: artifactStore(config),
    },
    event,
  ),
);
