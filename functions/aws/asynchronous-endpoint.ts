import { InvokeEndpointAsyncCommand, type SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import type { ModelFormat } from '#domain/algorithms/algorithm';
import type { Answer } from '#domain/endpoint-tests/answer';
import { PredictionError } from '#domain/errors';
import { asynchronousPrefixes } from '#domain/runs/layout';
import { modelFailed, notServing, refusedOrBusy } from '#functions/aws/invoke-endpoint';
import type { ObjectStore } from '#functions/ports/object-store';
import { ifThere } from '#functions/runtime/if-there';

/** What sending a request through a queue needs. */
export interface QueueClients {
  readonly runtime: SageMakerRuntimeClient;
  /** The bucket of requests and answers. */
  readonly clean: Pick<ObjectStore, 'uri' | 'writeText' | 'readText'>;
  /** A new name for a request. */
  readonly newId: () => string;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** A request to an asynchronous endpoint. */
export interface QueuedRequest {
  readonly pipeline: string;
  readonly endpointName: string;
  readonly contentType: string;
  readonly accept: string;
  readonly body: string;
}

/** The first and the longest pause between two looks for an answer, in milliseconds. */
const pauses = { first: 100, longest: 2_000 };

const keyOf = (uri: string | undefined): string => /^s3:\/\/[^/]+\/(.+)$/.exec(uri ?? '')?.[1] ?? '';

type Outcome = { readonly kind: 'answered' | 'failed'; readonly text: string } | { readonly kind: 'waiting' };

/**
 * Writes a request, puts it into the endpoint's queue, and waits for what comes of it (SageMaker Developer Guide, "Invoke an
 * asynchronous endpoint" and "Check prediction results"). One that is still waiting stays in the queue: it wakes the endpoint.
 *
 * @param until how long to wait, by `now`
 * @throws what S3 and SageMaker throw
 */
async function ask(clients: QueueClients, request: QueuedRequest, until: number): Promise<Outcome> {
  const { runtime, clean, now, sleep } = clients;
  const { pipeline, endpointName, contentType, accept, body } = request;
  const key = `${asynchronousPrefixes(pipeline).requests}${clients.newId()}`;
  await clean.writeText(key, body, contentType);
  const queued = await runtime.send(
    new InvokeEndpointAsyncCommand({
      EndpointName: endpointName,
      InputLocation: clean.uri(key),
      ContentType: contentType,
      Accept: accept,
    }),
  );
  const [answer, failure] = [keyOf(queued.OutputLocation), keyOf(queued.FailureLocation)];
  for (let pause = pauses.first; ; pause = Math.min(pauses.longest, pause * 1.5)) {
    const text = await ifThere(clean.readText(answer));
    if (text !== undefined) return { kind: 'answered', text };
    const failed = await ifThere(clean.readText(failure));
    if (failed !== undefined) return { kind: 'failed', text: failed };
    const left = until - now();
    if (left <= 0) return { kind: 'waiting' };
    await sleep(Math.min(pause, left));
  }
}

const queuedStill = (endpointName: string): PredictionError =>
  new PredictionError(
    `${endpointName} has not answered yet: the request waits in its queue. An endpoint without instances needs minutes to start one. Try again then.`,
    { problem: 'queued' },
  );

/**
 * Sends CSV rows to an asynchronous endpoint.
 *
 * @returns the response text
 * @throws PredictionError when the model fails, without the model's text, which may repeat the request, when the endpoint is not up,
 * and when there is no answer in time; other errors unchanged
 */
export async function scoreQueued(
  clients: QueueClients,
  { pipeline, endpointName, csv }: { readonly pipeline: string; readonly endpointName: string; readonly csv: string },
  { input, output }: ModelFormat,
  until: number,
): Promise<string> {
  const request = { pipeline, endpointName, body: csv, contentType: input.contentType, accept: output.contentType };
  const outcome = await ask(clients, request, until).catch((error: unknown) => {
    throw notServing(error, endpointName) ?? error;
  });
  switch (outcome.kind) {
    case 'answered':
      return outcome.text;
    case 'failed':
      throw modelFailed(endpointName, undefined);
    case 'waiting':
      throw queuedStill(endpointName);
    default:
      return outcome satisfies never;
  }
}

/**
 * Sends a request to an asynchronous endpoint and returns its response. SageMaker keeps no content type of an answer, and no status of
 * a failure: the type is the one that was asked for, the status 424, as SageMaker's own of a model error.
 *
 * @param until how long to wait, by `now`
 * @throws PredictionError when there is no answer in time; otherwise as `invokeEndpoint`
 */
export async function answerQueued(clients: QueueClients, request: QueuedRequest, until: number): Promise<Answer> {
  const start = clients.now();
  const outcome = await ask(clients, request, until).catch((error: unknown) => {
    throw refusedOrBusy(error, request.endpointName);
  });
  const latencyMs = clients.now() - start;
  switch (outcome.kind) {
    case 'answered':
      return { status: 200, contentType: request.accept, body: outcome.text, latencyMs };
    case 'failed':
      return { status: 424, body: outcome.text, latencyMs };
    case 'waiting':
      throw queuedStill(request.endpointName);
    default:
      return outcome satisfies never;
  }
}
