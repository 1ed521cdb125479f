import { type EndpointScaling, scalingRequests } from '#domain/deployment/scaling';
import type { Scaling } from '#functions/ports/scaling';
import { logger } from '#functions/runtime/logger';
import { isTransient } from '#functions/runtime/transient-errors';

/**
 * Has an endpoint scaled again after a roll-out or a roll-back.
 *
 * @param settings of the model that serves now; undefined for one that is not scaled
 * @returns why it is not scaled, when AWS refused: no reason to take back what serves
 * @throws retryable errors, so that the step is retried
 */
export async function resumeScaling(
  scaling: Pick<Scaling, 'start'>,
  endpointName: string,
  settings: EndpointScaling | undefined,
): Promise<string | undefined> {
  if (!settings) return undefined;
  try {
    await scaling.start(scalingRequests(endpointName, settings));
    return undefined;
  } catch (error) {
    if (isTransient(error)) throw error;
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    logger.error('the endpoint is not scaled', { endpointName, reason });
    return `The endpoint serves with a fixed number of instances, since its scaling could not be set (${reason}).`;
  }
}
