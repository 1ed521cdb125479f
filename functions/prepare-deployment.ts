import { artifactStore } from '#functions/aws/buckets';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { sfnClient } from '#functions/aws/clients/step-functions';
import { endpoints } from '#functions/aws/endpoints';
import { isRunning, startOnce } from '#functions/aws/executions';
import { modelRegistry } from '#functions/aws/model-registry';
import { endpointTestStore, runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { prepareDeployment } from '#functions/use-cases/prepare-deployment';
import { prepareDeploymentSchema } from '#schemas/events/deployment';

const config = readConfig([
  'STAGE',
  'ARTIFACTS_BUCKET',
  'STATE_TABLE',
  'ENDPOINT_TESTS_TABLE',
  'CHALLENGE_MACHINE_ARN',
]);

/** Decides whether an approval leads to a deployment. The machine retries it until the endpoint is free. */
export const handler = withMiddleware(prepareDeploymentSchema, (event) =>
  prepareDeployment(
    {
      stage: config.STAGE,
      artifacts: artifactStore(config),
      store: runStore(config),
      tests: endpointTestStore(config),
      registry: modelRegistry(sageMakerClient(), config.STAGE),
      endpoints: endpoints(sageMakerClient()),
      isRunning: (executionArn) => isRunning(sfnClient(), executionArn),
      startChallenge: (name, input) => startOnce(sfnClient(), config.CHALLENGE_MACHINE_ARN, name, input),
    },
    event,
  ),
);
