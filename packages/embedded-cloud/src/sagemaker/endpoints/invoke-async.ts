import { randomUUID } from 'node:crypto';
import { leftOutText } from '#src/cloud/left-out';
import { AwsError, type PreparedCall, type ServiceRequest, type ServiceResponse } from '#src/cloud/service';
import { servingEndpoint } from '#src/sagemaker/endpoints/invoke';
import type { Queues } from '#src/sagemaker/endpoints/queue';
import { type Hub, on } from '#src/sagemaker/hub';
import { joinKey, parseS3Uri } from '#src/sagemaker/storage/s3';

const header = (name: string): string => `x-amzn-sagemaker-${name}`;

/** Headers of the runtime API that are members of the request (service model of sagemaker-runtime, 2017-05-13). */
const MEMBERS: Readonly<Record<string, string>> = {
  [header('content-type')]: 'ContentType',
  [header('accept')]: 'Accept',
  [header('inference-id')]: 'InferenceId',
  [header('inputlocation')]: 'InputLocation',
  [header('requestttlseconds')]: 'RequestTTLSeconds',
  [header('invocationtimeoutseconds')]: 'InvocationTimeoutSeconds',
  [header('s3outputpathextension')]: 'S3OutputPathExtension',
  [header('filename')]: 'Filename',
};

/** Members that would be dropped without a word: a container here answers within 60 s, and answers have names of their own. */
const NOT_READ = [header('invocationtimeoutseconds'), header('s3outputpathextension'), header('filename')];

/** Headers for the container, by those that carry them. */
const HANDED_ON: Readonly<Record<string, string>> = {
  [header('content-type')]: 'content-type',
  [header('accept')]: 'accept',
  [header('custom-attributes')]: header('custom-attributes'),
  [header('inference-id')]: header('inference-id'),
};

/** SageMaker API Reference, InvokeEndpointAsync, `RequestTTLSeconds`: from one minute to six hours, which is also what it is without one. */
const TTL = { least: 60, most: 21_600 };

const invalidRequest = (message: string): AwsError => new AwsError('ValidationError', message);

/** The endpoint's name in `/endpoints/<name>/async-invocations`. */
export const enqueuedEndpoint = (path: string): string | undefined => {
  const name = /^\/endpoints\/([^/]+)\/async-invocations$/.exec(path)?.[1];
  return name === undefined ? undefined : decodeURIComponent(name);
};

const membersOf = (endpoint: string, { headers }: ServiceRequest): Record<string, string> => ({
  EndpointName: endpoint,
  ...Object.fromEntries(
    Object.entries(MEMBERS).flatMap(([name, member]) => {
      const value = headers[name];
      return value === undefined ? [] : [[member, value]];
    }),
  ),
  ...(headers[header('custom-attributes')] === undefined
    ? {}
    : { CustomAttributes: leftOutText(headers[header('custom-attributes')] ?? '') }),
});

/** InvokeEndpointAsync of the runtime API: the request is an object in S3, and it is queued. */
export const prepareAsyncInvocation = (
  hub: Hub,
  queues: Queues,
  name: string,
  request: ServiceRequest,
): PreparedCall => ({
  operation: 'InvokeEndpointAsync',
  authorize: [on(hub, 'InvokeEndpointAsync', 'endpoint', name)],
  input: membersOf(name, request),
  execute: async () => {
    const answer = enqueue(hub, queues, name, request);
    // What is answered is on disk.
    await hub.store.committed();
    return answer;
  },
});

/** @throws AwsError ValidationError for what the embedded cloud does not do, or AWS refuses */
const enqueue = (hub: Hub, queues: Queues, name: string, { headers }: ServiceRequest): ServiceResponse => {
  const unread = NOT_READ.find((member) => headers[member] !== undefined);
  if (unread !== undefined) {
    throw invalidRequest(
      `InvokeEndpointAsync: the embedded cloud does not support ${MEMBERS[unread] ?? unread}. Leave it out.`,
    );
  }
  const queue = servingEndpoint(hub, name).spec.asynchronous;
  if (!queue)
    throw invalidRequest(`Endpoint ${name} does not support asynchronous invocations: its config has no queue.`);
  const input = headers[header('inputlocation')];
  if (input === undefined || parseS3Uri(input).key === '') {
    throw invalidRequest('InvokeEndpointAsync: the embedded cloud needs InputLocation, s3://bucket/key.');
  }
  const ttl = Number(headers[header('requestttlseconds')] ?? TTL.most);
  if (!(ttl >= TTL.least && ttl <= TTL.most)) {
    throw invalidRequest(`RequestTTLSeconds must be from ${TTL.least} to ${TTL.most}.`);
  }
  const id = randomUUID();
  const below = (path: string, file: string): string => {
    const { bucket, key } = parseS3Uri(path);
    return `s3://${bucket}/${joinKey(key, file)}`;
  };
  const output = below(queue.outputPath, `${id}.out`);
  const failure = queue.failurePath === undefined ? undefined : below(queue.failurePath, `${id}-error.out`);
  const handedOn = Object.entries(HANDED_ON).flatMap(([from, to]) => {
    const value = headers[from];
    return value === undefined ? [] : [[to, value] as const];
  });
  queues.add({
    endpoint: name,
    input,
    output,
    ...(failure === undefined ? {} : { failure }),
    headers: Object.fromEntries(handedOn),
    expires: hub.cloud.clock.now() + ttl * 1000,
  });
  return {
    status: 202,
    headers: {
      'content-type': 'application/json',
      'x-amzn-sagemaker-outputlocation': output,
      ...(failure === undefined ? {} : { 'x-amzn-sagemaker-failurelocation': failure }),
    },
    body: JSON.stringify({ InferenceId: headers[header('inference-id')] ?? randomUUID() }),
  };
};
