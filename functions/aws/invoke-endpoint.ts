import { InvokeEndpointCommand, ModelError, type SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import type { ModelFormat } from '#domain/algorithms/algorithm';
import type { Answer } from '#domain/endpoint-tests/answer';
import { testInferenceId } from '#domain/endpoint-tests/inference-id';
import { PredictionError, RequestRefusedError, TransientError } from '#domain/errors';
import { isTransient } from '#functions/runtime/transient-errors';

/** The text of a response. The SDK gives null, which its types do not name, for one without a body. */
const textOf = (body: Uint8Array | null | undefined): string => (body ? new TextDecoder().decode(body) : '');

/** Errors by which SageMaker itself, not the model, wants the request to be sent again later. */
const busy = new Set(['ModelNotReadyException', 'InternalDependencyException', 'ServiceUnavailable']);

/** The error for a model that failed: without its text, which may repeat the request. */
export const modelFailed = (endpointName: string, status: number | undefined): PredictionError =>
  new PredictionError(
    `The model behind endpoint ${endpointName} failed${status === undefined ? '' : ` with status ${status}`}. See the endpoint's log.`,
    { problem: 'model-failed' },
  );

/** The error for an endpoint that is not up: it does not exist, or has never been in service. Undefined for another error. */
export function notServing(error: unknown, endpointName: string): PredictionError | undefined {
  // "Endpoint <name> of account <id> not found"
  if (!(error instanceof Error && error.name === 'ValidationError' && error.message.includes('not found')))
    return undefined;
  return new PredictionError(
    `Endpoint ${endpointName} serves nothing: it was deleted, or is being created. Try again, or deploy the model again.`,
    { problem: 'not-serving' },
  );
}

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
    return textOf(Body);
  } catch (error) {
    if (error instanceof ModelError) throw modelFailed(endpointName, error.OriginalStatusCode);
    throw notServing(error, endpointName) ?? error;
  }
}

/** A ValidationError, or a body that is larger than SageMaker takes: the request never reached the model. */
const isRefusal = (error: Error & { readonly $metadata?: { readonly httpStatusCode?: number } }): boolean =>
  error.name === 'ValidationError' || error.$metadata?.httpStatusCode === 413;

/**
 * What an error of the runtime API means for a test: RequestRefusedError when SageMaker refuses the request, TransientError when the
 * endpoint cannot answer now; others unchanged.
 */
export function refusedOrBusy(error: unknown, endpointName: string): unknown {
  if (!(error instanceof Error)) return error;
  if (isRefusal(error))
    return new RequestRefusedError(`SageMaker refused the request: ${error.name}`, { cause: error });
  if (busy.has(error.name) || isTransient(error))
    return new TransientError(`${error.name}: endpoint ${endpointName} cannot answer yet`, { cause: error });
  return error;
}

/**
 * Sends a request to an endpoint and returns its response. A model error is a response too, with the container's status and its
 * text, which may repeat the request: show it only through `domain/endpoint-tests/shown-answer.ts`.
 *
 * @throws RequestRefusedError when SageMaker refuses the request; TransientError when the endpoint cannot answer now; other
 * errors unchanged
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
        InferenceId: testInferenceId,
        Body: body,
      }),
    );
    return {
      status: output.$metadata.httpStatusCode ?? 200,
      contentType: output.ContentType,
      body: textOf(output.Body),
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
    throw refusedOrBusy(error, endpointName);
  }
}
