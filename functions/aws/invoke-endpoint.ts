import { InvokeEndpointCommand, ModelError, type SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import type { Answer } from '#domain/endpoint-tests/answer';
import { TransientError } from '#domain/errors';

/** Says that SageMaker itself, not the model, asks to come back later. */
const busy = new Set(['ModelNotReadyException', 'InternalDependencyException', 'ServiceUnavailable']);

/**
 * Asks an endpoint and takes down how it answered. A model's error is an answer too, with the container's own status; its text
 * is left behind, since it may repeat what was asked.
 *
 * @throws TransientError when the model is not loaded yet; what else SageMaker refuses as it comes
 */
export async function invokeEndpoint(
  client: SageMakerRuntimeClient,
  endpointName: string,
  contentType: string,
  body: string,
): Promise<Answer> {
  const start = performance.now();
  try {
    const output = await client.send(
      new InvokeEndpointCommand({
        EndpointName: endpointName,
        ContentType: contentType,
        Accept: 'text/csv',
        Body: body,
      }),
    );
    return {
      status: output.$metadata.httpStatusCode ?? 200,
      contentType: output.ContentType,
      body: new TextDecoder().decode(output.Body),
      latencyMs: performance.now() - start,
    };
  } catch (error) {
    if (error instanceof ModelError) {
      return { status: error.OriginalStatusCode ?? 424, body: '', latencyMs: performance.now() - start };
    }
    if (error instanceof Error && busy.has(error.name)) {
      throw new TransientError(`${error.name}: endpoint ${endpointName} cannot answer yet`, { cause: error });
    }
    throw error;
  }
}
