import type { Endpoints } from '#functions/ports/endpoints';
import { logger } from '#functions/runtime/logger';
import { isTransient } from '#functions/runtime/transient-errors';
import type { Deployment } from '#schemas/records/deployment';

/**
 * Deletes the endpoint config that served before a model that serves now. Its model stays: a former champion can be scored
 * and deployed again. A refusal is only logged, since a model that serves is not rolled back over tidying up.
 *
 * @throws an error that may go away by itself, so that the step is retried
 */
export async function dropFormerConfig(
  endpoints: Pick<Endpoints, 'removeConfig'>,
  { previousConfig, endpointConfigName }: Pick<Deployment, 'previousConfig' | 'endpointConfigName'>,
): Promise<void> {
  if (previousConfig === null || previousConfig === endpointConfigName) return;
  try {
    await endpoints.removeConfig(previousConfig);
  } catch (error) {
    if (isTransient(error)) throw error;
    logger.warn('the former endpoint config stays', { endpointConfigName: previousConfig });
  }
}
