import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  type CreateEndpointConfigCommandInput,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  type SageMakerClient,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import { QuotaExceededError, TransientError } from '#domain/errors';
import { createUnlessThere } from '#functions/aws/create-unless-there';
import { isSageMakerMissing } from '#functions/aws/sagemaker-errors';
import type { Endpoints } from '#functions/ports/endpoints';

/** Sends a change. If SageMaker refuses because the endpoint is changing or already exists, the caller must read it again. */
async function change(send: () => Promise<unknown>): Promise<void> {
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
    if (error instanceof Error && error.name === 'ResourceLimitExceeded')
      throw new QuotaExceededError(error.message, { cause: error });
    throw error;
  }
}

/** The SageMaker adapter. */
export const endpoints = (client: SageMakerClient): Endpoints => ({
  async read(name) {
    try {
      const found = await client.send(new DescribeEndpointCommand({ EndpointName: name }));
      const pending = found.PendingDeploymentSummary?.EndpointConfigName;
      return {
        status: found.EndpointStatus ?? 'Unknown',
        config: found.EndpointConfigName ?? '',
        ...(pending === undefined ? {} : { pendingConfig: pending }),
        ...(found.FailureReason === undefined ? {} : { failureReason: found.FailureReason }),
        ...(found.AsyncInferenceConfig === undefined ? {} : { asynchronous: true as const }),
        modifiedAt: found.LastModifiedTime?.toISOString() ?? '',
      };
    } catch (error) {
      if (isSageMakerMissing(error)) return undefined;
      throw error;
    }
  },
  create: (request) => change(() => client.send(new CreateEndpointCommand(request))),
  update: (request) => change(() => client.send(new UpdateEndpointCommand(request))),
  remove: (name) => change(() => client.send(new DeleteEndpointCommand({ EndpointName: name }))),
  ensureConfig: (request) =>
    createUnlessThere(
      () => client.send(new DescribeEndpointConfigCommand({ EndpointConfigName: request.EndpointConfigName })),
      () => client.send(new CreateEndpointConfigCommand(request as CreateEndpointConfigCommandInput)),
    ),
  async removeConfig(name) {
    try {
      await client.send(new DeleteEndpointConfigCommand({ EndpointConfigName: name }));
    } catch (error) {
      if (!isSageMakerMissing(error)) throw error;
    }
  },
});
