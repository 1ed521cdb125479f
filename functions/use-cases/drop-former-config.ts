import type { Endpoints } from '#functions/ports/endpoints';
import { logger } from '#functions/runtime/logger';
import { isTransient } from '#functions/runtime/transient-errors';
import type { Deployment } from '#schemas/records/deployment';

/**
 * Deletes the endpoint config that served before the current model. Its model stays, so a former champion can be scored
 * and deployed again. If SageMaker refuses, it is only logged: failed cleanup is no reason to roll back a model in service.
 *
 * @throws retryable errors, so that the step is retried
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
