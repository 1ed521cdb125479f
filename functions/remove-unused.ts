import { artifactStore } from '#functions/aws/buckets';
import { s3Client } from '#functions/aws/clients/s3';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { endpoints } from '#functions/aws/endpoints';
import { modelPackages } from '#functions/aws/model-packages';
import { modelRegistry } from '#functions/aws/model-registry';
import { runFolders } from '#functions/aws/run-folders';
import { stageResources } from '#functions/aws/stage-resources';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { removeUnused } from '#functions/use-cases/remove-unused';
import { removeUnusedSchema } from '#schemas/events/clean-up';

const config = readConfig(['STAGE', 'STATE_TABLE', 'CLEAN_BUCKET', 'ARTIFACTS_BUCKET']);

/** Deletes one batch of what a clean-up planned. */
export const handler = withMiddleware(removeUnusedSchema, (event) =>
  removeUnused(
    {
      stage: config.STAGE,
      store: runStore(config),
      endpoints: endpoints(sageMakerClient()),
      resources: stageResources(sageMakerClient()),
      registry: modelRegistry(sageMakerClient(), config.STAGE),
      packages: modelPackages(sageMakerClient(), config.STAGE),
      artifacts: runFolders(s3Client(), config.ARTIFACTS_BUCKET),
      clean: runFolders(s3Client(), config.CLEAN_BUCKET),
      plans: artifactStore(config),
    },
    event,
  ),
);
