import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { leftOutBytes } from '../cloud/left-out.ts';
import { AwsError, type PreparedCall, type ServiceRequest, type ServiceResponse } from '../cloud/service.ts';
import type { EventQueue } from './event-queue.ts';
import type { DeployedFunction, Runtime } from './runtime.ts';

/** What runs a function at once, and what keeps its asynchronous events. */
export interface Invoking {
  readonly runtime: Runtime;
  readonly queue: EventQueue;
}

const MAX_SYNC_BYTES = 6_291_456;
/** One MiB since October 2025; 256 KB before. */
const MAX_ASYNC_BYTES = 1_048_576;
const TAIL_BYTES = 4096;
/** Headers that are members of the request (service model of lambda, 2015-03-31). */
const MEMBERS: Readonly<Record<string, string>> = {
  'x-amz-client-context': 'ClientContext',
  'x-amz-durable-execution-name': 'DurableExecutionName',
  'x-amz-log-type': 'LogType',
  'x-amz-tenant-id': 'TenantId',
};

/** The call of one Invoke request. @throws AwsError `ResourceNotFoundException` */
export async function invokeCall(invoking: Invoking, request: ServiceRequest, name: string): Promise<PreparedCall> {
  const qualifier = request.query.get('Qualifier') ?? undefined;
  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  const body = await buffer(request.body);
  const target = invoking.runtime.find(name, qualifier);
  return {
    operation: 'Invoke',
    authorize: [{ action: 'lambda:InvokeFunction', resource: qualifier ? `${target.arn}:${qualifier}` : target.arn }],
    input: {
      FunctionName: name,
      ...(qualifier !== undefined && { Qualifier: qualifier }),
      InvocationType: type,
      ...Object.fromEntries(
        Object.entries(MEMBERS).flatMap(([header, member]) => {
          const value = request.headers[header];
          return value === undefined ? [] : [[member, value]];
        }),
      ),
      // The event may hold anything, so its size is all the audit log gets.
      Payload: leftOutBytes(body.length),
    },
    execute: () => invoke(invoking, target, type, body, request),
  };
}

async function invoke(
  { runtime, queue }: Invoking,
  target: DeployedFunction,
  type: string,
  body: Buffer,
  request: ServiceRequest,
): Promise<ServiceResponse> {
  const limit = type === 'Event' ? MAX_ASYNC_BYTES : MAX_SYNC_BYTES;
  if (body.length > limit) {
    throw new AwsError(
      'RequestTooLargeException',
      `Request must be smaller than ${limit} bytes for the Invoke operation`,
      413,
    );
  }
  const event = body.length === 0 ? '{}' : body.toString('utf8');
  try {
    JSON.parse(event);
  } catch (cause) {
    throw new AwsError(
      'InvalidRequestContentException',
      `Could not parse request body into json: ${cause instanceof Error ? cause.message : ''}`,
    );
  }
  if (type === 'DryRun') return { status: 204 };
  if (type === 'Event') {
    queue.add(target.spec.name, event);
    return { status: 202, body: '' };
  }
  if (type !== 'RequestResponse')
    throw new AwsError(
      'InvalidParameterValueException',
      `InvocationType ${type} is not one of RequestResponse, Event, DryRun.`,
    );
  const outcome = await runtime.invoke(target, event, randomUUID());
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'x-amz-executed-version': '$LATEST',
      ...(outcome.failed && { 'x-amz-function-error': 'Unhandled' }),
      ...(request.headers['x-amz-log-type'] === 'Tail' && {
        'x-amz-log-result': Buffer.from(outcome.log.join('\n')).subarray(-TAIL_BYTES).toString('base64'),
      }),
    },
    body: outcome.payload,
  };
}
