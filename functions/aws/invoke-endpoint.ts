import { InvokeEndpointCommand, ModelError, type SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import type { ModelFormat } from '#domain/algorithms/algorithm';
import type { Answer } from '#domain/endpoint-tests/answer';
import { PredictionError, TransientError } from '#domain/errors';

/** Whether SageMaker itself, not the model, wants the request to be retried later. */
const busy = new Set(['ModelNotReadyException', 'InternalDependencyException', 'ServiceUnavailable']);

/**
 * Sends CSV rows to an endpoint.
 *
 * @returns the response text
 * @throws PredictionError when the model fails, without the model's text, which may repeat the request, and when the endpoint is not
 * up; other errors unchanged
 */
export async function scoreCsv(
  client: SageMakerRuntimeClient,
  endpointName: string,
  csv: string,
  { input, output }: ModelFormat,
): Promise<string> {
  try {
    const { Body } = await client.send(
      new InvokeEndpointCommand({
        EndpointName: endpointName,
        ContentType: input.contentType,
        Accept: output.contentType,
        Body: csv,
      }),
    );
    return new TextDecoder().decode(Body);
  } catch (error) {
    if (error instanceof ModelError) {
      throw new PredictionError(
        `The model behind endpoint ${endpointName} failed with status ${error.OriginalStatusCode ?? 'unknown'}. See the endpoint's log.`,
        { problem: 'model-failed' },
      );
    }
    // "Endpoint <name> of account <id> not found": it does not exist, or has never been in service
    if (error instanceof Error && error.name === 'ValidationError' && error.message.includes('not found')) {
      throw new PredictionError(
        `Endpoint ${endpointName} serves nothing: it was deleted, or is being created. Try again, or deploy the model again.`,
        { problem: 'not-serving' },
      );
    }
    throw error;
  }
}

/**
 * Sends a request to an endpoint and returns its response. A model error is a response too, with the container's status and its
 * text, which may repeat the request: show it only through `domain/endpoint-tests/shown-answer.ts`.
 *
 * @throws TransientError when the model is not loaded yet; other SageMaker errors unchanged
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
      return {
        status: error.OriginalStatusCode ?? 424,
        body: error.OriginalMessage ?? '',
        latencyMs: performance.now() - start,
      };
    }
    if (error instanceof Error && busy.has(error.name)) {
      throw new TransientError(`${error.name}: endpoint ${endpointName} cannot answer yet`, { cause: error });
    }
    throw error;
  }
}
