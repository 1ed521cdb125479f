import { judgeRollOut } from '#domain/deployment/settled';
import { DeploymentError, StillRunningError } from '#domain/errors';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { readEndpoint } from '#functions/aws/endpoint';
import { withMiddleware } from '#functions/runtime/middleware';
import { awaitEndpointSchema } from '#schemas/events/deployment';

/**
 * Looks whether an endpoint serves the config of a deployment. The machine waits by retrying it.
 *
 * @throws StillRunningError while it is on its way; DeploymentError with the reason when it will not get there
 */
export const handler = withMiddleware(awaitEndpointSchema, async ({ deployment, waitedSeconds }) => {
  const { endpointName, endpointConfigName } = deployment;
  const endpoint = await readEndpoint(sageMakerClient(), endpointName);
  const judgement = judgeRollOut(endpoint, deployment, waitedSeconds);
  switch (judgement.outcome) {
    case 'serving':
      return { endpointName, endpointConfigName };
    case 'waiting':
      throw new StillRunningError(judgement.reason);
    case 'failed':
      throw new DeploymentError(judgement.reason);
  }
});
