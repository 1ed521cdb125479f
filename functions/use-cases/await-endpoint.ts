import type * as z from 'zod';
import { judgeRollOut } from '#domain/deployment/roll-out';
import { DeploymentError, StillRunningError } from '#domain/errors';
import type { Endpoints } from '#functions/ports/endpoints';
import type { awaitEndpointSchema } from '#schemas/events/deployment';

/**
 * Looks once whether an endpoint serves the config of a deployment.
 *
 * @throws StillRunningError while it is on its way; DeploymentError with the reason when it will not get there
 */
export async function awaitEndpoint(
  endpoints: Pick<Endpoints, 'read'>,
  { deployment, waitedSeconds }: z.output<typeof awaitEndpointSchema>,
): Promise<{ endpointName: string; endpointConfigName: string }> {
  const { endpointName, endpointConfigName } = deployment;
  const judgement = judgeRollOut(await endpoints.read(endpointName), deployment, waitedSeconds);
  switch (judgement.outcome) {
    case 'serving':
      return { endpointName, endpointConfigName };
    case 'waiting':
      throw new StillRunningError(judgement.reason);
    case 'failed':
      throw new DeploymentError(judgement.reason);
  }
}
