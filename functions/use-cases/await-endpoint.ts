import type * as z from 'zod';
import { explainAlarms, judgeRollOut } from '#domain/deployment/roll-out';
import { DeploymentError, StillRunningError } from '#domain/errors';
import type { Alarms } from '#functions/ports/alarms';
import type { Endpoints } from '#functions/ports/endpoints';
import type { awaitEndpointSchema } from '#schemas/events/deployment';

/** The dependencies of waiting. */
export interface WaitingPorts {
  readonly endpoints: Pick<Endpoints, 'read'>;
  readonly alarms: Pick<Alarms, 'ringing'>;
}

/**
 * Checks once whether an endpoint serves the config of a deployment.
 *
 * @throws StillRunningError while the endpoint is updating; DeploymentError with the reason when the update failed
 */
export async function awaitEndpoint(
  { endpoints, alarms }: WaitingPorts,
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
      throw new DeploymentError(explainAlarms(judgement.reason, await alarms.ringing(deployment.alarms ?? [])));
  }
}
