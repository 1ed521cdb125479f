import { DeleteEndpointConfigCommand, DescribeEndpointCommand, type SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { EndpointView } from '#domain/deployment/endpoint';
import { TransientError } from '#domain/errors';
import { isSageMakerMissing } from '#functions/aws/sagemaker';
import { logger } from '#functions/runtime/logger';
import { isTransient } from '#functions/runtime/middleware';
import type { Deployment } from '#schemas/events/deployment';

/** An endpoint as it stands, or undefined when there is none of that name. */
export async function readEndpoint(client: SageMakerClient, name: string): Promise<EndpointView | undefined> {
  try {
    const found = await client.send(new DescribeEndpointCommand({ EndpointName: name }));
    const pending = found.PendingDeploymentSummary?.EndpointConfigName;
    return {
      status: found.EndpointStatus ?? 'Unknown',
      config: found.EndpointConfigName ?? '',
      ...(pending === undefined ? {} : { pendingConfig: pending }),
      ...(found.FailureReason === undefined ? {} : { failureReason: found.FailureReason }),
      modifiedAt: found.LastModifiedTime?.toISOString() ?? '',
    };
  } catch (error) {
    if (isSageMakerMissing(error)) return undefined;
    throw error;
  }
}

/**
 * Changes an endpoint by what it looked like a moment ago.
 *
 * @throws TransientError when it has changed since ("Cannot update in-progress endpoint", "Cannot create already existing
 * endpoint"): look again
 */
export async function changeEndpoint(send: () => Promise<unknown>): Promise<void> {
  try {
    await send();
  } catch (error) {
    if (
      error instanceof Error &&
      error.name === 'ValidationException' &&
      /in-progress|already exist/i.test(error.message)
    ) {
      throw new TransientError(`${error.name}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/** Deletes an endpoint config that no endpoint uses; one that is gone already is fine. */
export async function deleteEndpointConfig(client: SageMakerClient, name: string): Promise<void> {
  try {
    await client.send(new DeleteEndpointConfigCommand({ EndpointConfigName: name }));
  } catch (error) {
    if (!isSageMakerMissing(error)) throw error;
  }
}

/**
 * Deletes the config that served before a model that serves now: going back to it makes it again. Its model stays, because a
 * champion of old can be scored and deployed again. A refusal is only logged: a model that serves is not rolled back over tidying up.
 *
 * @throws what may go away by itself, so that it is tried again
 */
export async function dropFormerConfig(
  client: SageMakerClient,
  { previousConfig, endpointConfigName }: Pick<Deployment, 'previousConfig' | 'endpointConfigName'>,
): Promise<void> {
  if (previousConfig === null || previousConfig === endpointConfigName) return;
  try {
    await deleteEndpointConfig(client, previousConfig);
  } catch (error) {
    if (isTransient(error)) throw error;
    logger.warn('the former endpoint config stays', { endpointConfigName: previousConfig });
  }
}
