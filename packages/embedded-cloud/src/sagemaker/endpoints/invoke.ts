import type { Readable } from 'node:stream';
import { AwsError, type PreparedCall, type ServiceRequest, type ServiceResponse } from '#src/cloud/service';
import type { Answer } from '#src/sagemaker/container/server';
import type { Endpoint } from '#src/sagemaker/endpoints/endpoint';
import type { Fleet } from '#src/sagemaker/endpoints/fleet';
import type { Hosting } from '#src/sagemaker/endpoints/hosting';
import { invocationMembers, refuseUnread } from '#src/sagemaker/endpoints/invocation-members';
import { measureInvocation } from '#src/sagemaker/endpoints/metrics';
import { modelMessage } from '#src/sagemaker/endpoints/model-message';
import { isServerless, MAX_SERVERLESS_PAYLOAD_BYTES } from '#src/sagemaker/endpoints/serverless';
import { type Hub, on } from '#src/sagemaker/hub';

/** Real-time payloads (SageMaker API Reference, InvokeEndpoint). */
const MAX_PAYLOAD_BYTES = 25 * 2 ** 20;

/** The endpoint's name in `/endpoints/<name>/invocations`. */
export const invokedEndpoint = (path: string): string | undefined => {
  const name = /^\/endpoints\/([^/]+)\/invocations$/.exec(path)?.[1];
  return name === undefined ? undefined : decodeURIComponent(name);
};

/** Further operations of the runtime API, by the end of their path (service model of sagemaker-runtime, 2017-05-13). */
const NOT_EMULATED: Readonly<Record<string, string>> = {
  'invocations-response-stream': 'InvokeEndpointWithResponseStream',
};

/** Whether a path is one of the runtime API. */
export const isRuntimePath = (path: string): boolean => path.startsWith('/endpoints/');

/** The operation of the runtime API that a path asks for and that is not emulated. */
export const otherInvocation = (path: string): string | undefined =>
  isRuntimePath(path) ? NOT_EMULATED[path.split('/').at(-1) ?? ''] : undefined;

/** InvokeEndpoint of the runtime API. */
export const prepareInvocation = (hub: Hub, hosting: Hosting, name: string, request: ServiceRequest): PreparedCall => ({
  operation: 'InvokeEndpoint',
  authorize: [on(hub, 'InvokeEndpoint', 'endpoint', name)],
  input: invocationMembers(name, request),
  execute: () => invoke(hub, hosting, name, request),
});

/**
 * The endpoint of this name, which takes requests.
 * @throws AwsError ValidationError when there is none
 */
export const servingEndpoint = (hub: Hub, name: string): Endpoint => {
  const endpoint = hub.store.get<Endpoint>('endpoint', name);
  const serving = endpoint && ['InService', 'Updating', 'RollingBack'].includes(endpoint.status);
  // Names are compared with their case here, unlike elsewhere.
  if (endpoint && serving && endpoint.name === name) return endpoint;
  throw new AwsError('ValidationError', `Endpoint ${name} of account ${hub.cloud.accountId} not found.`);
};

const invoke = async (hub: Hub, hosting: Hosting, name: string, request: ServiceRequest): Promise<ServiceResponse> => {
  const arrived = performance.now();
  refuseUnread(request);
  const endpoint = servingEndpoint(hub, name);
  // "The endpoint can only receive asynchronous invocations" (Developer Guide: Asynchronous inference).
  if (endpoint.spec.asynchronous) {
    throw new AwsError('ValidationError', `Endpoint ${name} is asynchronous: call InvokeEndpointAsync.`);
  }
  const body = await readBody(
    request.body,
    isServerless(endpoint.spec) ? MAX_SERVERLESS_PAYLOAD_BYTES : MAX_PAYLOAD_BYTES,
  );
  const fleet = await hosting.route(endpoint).catch((error: unknown) => {
    throw new AwsError('ServiceUnavailable', error instanceof Error ? error.message : String(error), 503);
  });
  const target = request.headers['x-amzn-sagemaker-target-variant'];
  const variant = fleet.choose(target);
  if (variant === undefined) {
    throw new AwsError(
      'ValidationError',
      `Variant ${target} is not found in endpoint ${name} of account ${hub.cloud.accountId}.`,
    );
  }
  const sent = performance.now();
  let status: number | undefined;
  let answer: Answer;
  let setupTime: number | undefined;
  try {
    answer = await send(hub, name, fleet, variant, request, body, (ms) => {
      setupTime = Math.round(ms * 1000);
    });
    status = answer.status;
  } catch (error) {
    // Throttled before it reached the model; that it gave no answer counts as a fault of the server.
    if (error instanceof AwsError && error.code === 'ThrottlingException') status = error.status;
    throw error;
  } finally {
    measureInvocation(hub, {
      endpoint: name,
      variant,
      configName: fleet.spec.configName,
      status,
      modelLatency: Math.round((performance.now() - sent) * 1000) - (setupTime ?? 0),
      overheadLatency: Math.round((sent - arrived) * 1000) + (setupTime ?? 0),
      setupTime,
    });
  }
  if (answer.status >= 400) throw modelError(hub, name, answer.status, answer.body.toString());

  const outputType = answer.headers['content-type'] ?? 'application/octet-stream';
  const customAttributes = answer.headers['x-amzn-sagemaker-custom-attributes'];
  fleet.captureOf(variant)?.add({
    input: { contentType: request.headers['content-type'] ?? 'application/octet-stream', body },
    output: { contentType: outputType, body: answer.body },
    inferenceId: request.headers['x-amzn-sagemaker-inference-id'],
    customAttributes: typeof customAttributes === 'string' ? customAttributes : undefined,
  });
  return {
    status: 200,
    headers: {
      'content-type': outputType,
      'x-Amzn-Invoked-Production-Variant': variant,
      ...(typeof customAttributes === 'string' ? { 'x-amzn-sagemaker-custom-attributes': customAttributes } : {}),
    },
    body: answer.body,
  };
};

const readBody = async (stream: Readable, limit: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += (chunk as Buffer).length;
    if (size > limit) {
      throw new AwsError('ValidationError', `The request payload exceeds ${limit} bytes.`, 413);
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
};

/** The headers that SageMaker passes on to the container; all others are removed. */
const handedOn = ['content-type', 'accept', 'x-amzn-sagemaker-custom-attributes', 'x-amzn-sagemaker-inference-id'];

const send = async (
  hub: Hub,
  name: string,
  fleet: Fleet,
  variant: string,
  request: ServiceRequest,
  body: Buffer,
  onColdStart: (ms: number) => void,
): Promise<Answer> => {
  const headers = handedOn.flatMap((header) => {
    const value = request.headers[header];
    return value === undefined ? [] : [[header, value] as const];
  });
  try {
    const invocation = { method: 'POST', path: '/invocations', headers: Object.fromEntries(headers), body } as const;
    return await fleet.invoke(variant, invocation, onColdStart);
  } catch (error) {
    if (error instanceof AwsError) throw error;
    hub.cloud.log('warn', `endpoint ${name} gave no answer`, { error: String(error) });
    throw modelError(
      hub,
      name,
      0,
      'Your invocation timed out while waiting for a response from container primary. Review the latency metrics for ' +
        'each container in Amazon CloudWatch, resolve the issue, and try again.',
    );
  }
};

const modelError = (hub: Hub, name: string, status: number, message: string): AwsError => {
  const { accountId, partition, region } = hub.cloud;
  const group = `/aws/sagemaker/Endpoints/${name}`;
  return new AwsError('ModelError', modelMessage(hub, name, status, message), 424, {
    OriginalStatusCode: status,
    OriginalMessage: message,
    LogStreamArn: `arn:${partition}:logs:${region}:${accountId}:log-group:${group}`,
  });
};
