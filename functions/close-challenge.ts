import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { sfnClient } from '#functions/aws/clients/step-functions';
import { endpoints } from '#functions/aws/endpoints';
import { startOnce } from '#functions/aws/executions';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { closeChallenge } from '#functions/use-cases/close-challenge';
import { closeChallengeSchema } from '#schemas/events/challenge';

const config = readConfig(['STATE_TABLE', 'DEPLOY_MACHINE_ARN']);

/** Ends a challenge, and starts the deployment of a challenger that has won. */
export const handler = withMiddleware(closeChallengeSchema, (event) =>
  closeChallenge(
    {
      store: runStore(config),
      endpoints: endpoints(sageMakerClient()),
      startDeployment: (name, ModelPackageArn) =>
        startOnce(sfnClient(), config.DEPLOY_MACHINE_ARN, name, { detail: { ModelPackageArn } }),
    },
    event,
  ),
);
