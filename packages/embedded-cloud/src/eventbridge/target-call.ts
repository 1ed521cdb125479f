import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { AwsError, type CloudContext, type CloudService } from '#src/cloud/service';
import type { QueueClient } from '#src/sqs/access';
import type { QueueService } from '#src/sqs/service';

/** What the embedded Lambda offers EventBridge and Scheduler: the call AWS makes under the function's own permission. */
export interface LambdaInvoker extends CloudService {
  invokeAsync(
    functionArn: string,
    payload: unknown,
    by: { readonly service: string; readonly sourceArn: string },
  ): Promise<void>;
}

/** The services that deliver to targets. */
export type DeliveringService = 'events' | 'scheduler';

export interface TargetCall {
  readonly arn: string;
  readonly roleArn?: string;
  /** JSON text. */
  readonly payload: string;
  /** The same for every attempt at one delivery: names the execution, so that a repeat does not start a second one. */
  readonly executionName: string;
  /** `events` or `scheduler`: the session name at the target's role, whose trust policy must name its principal. */
  readonly service: DeliveringService;
  /** ARN of the rule or schedule that calls: what an `AWS::Lambda::Permission` names as SourceArn. */
  readonly sourceArn: string;
  readonly signal: AbortSignal;
}

/** Kinds of target the embedded cloud can call. */
export type TargetKind = 'lambda' | 'states' | 'sqs';

/** The kind of a target by its ARN, or undefined when nothing here can call it. */
export function targetKind(arn: string): TargetKind | undefined {
  if (/^arn:aws:lambda:[^:]+:\d{12}:function:[^:]+(:[^:]+)?$/.test(arn)) return 'lambda';
  if (/^arn:aws:states:[^:]+:\d{12}:stateMachine:.+$/.test(arn)) return 'states';
  if (/^arn:aws:sqs:[^:]+:\d{12}:[^:]+$/.test(arn)) return 'sqs';
  return undefined;
}

/**
 * Calls a target once: a function asynchronously, a state machine, a queue. With a role, functions and state machines
 * are called through the door as that role; a function without one needs a permission of its own, as AWS has it for rules.
 * @throws what the target answered; see `describeFailure`.
 */
export async function callTarget(context: CloudContext, call: TargetCall): Promise<void> {
  switch (targetKind(call.arn)) {
    case 'lambda':
      if (call.roleArn !== undefined) return invokeAs(context, call, call.roleArn);
      return context
        .service<LambdaInvoker>('lambda')
        .invokeAsync(call.arn, JSON.parse(call.payload), { service: principal(call), sourceArn: call.sourceArn });
    case 'sqs':
      return context.service<QueueService>('sqs').sendInternal(call.arn, call.payload, {}, queueClient(call));
    case 'states':
      return startExecution(context, call);
    default:
      throw new AwsError('ValidationException', `The embedded cloud cannot call ${call.arn}`);
  }
}

const principal = ({ service }: Pick<TargetCall, 'service'>): string => `${service}.amazonaws.com`;

/** A queue is sent to with the role there is, else in the service's own name, which the queue's policy must allow. */
export const queueClient = (call: Pick<TargetCall, 'service' | 'sourceArn' | 'roleArn'>): QueueClient =>
  call.roleArn === undefined
    ? { service: principal(call), sourceArn: call.sourceArn }
    : { roleArn: call.roleArn, sessionName: call.service };

/**
 * What `aws:SourceArn` says in a role's trust policy: the rule; of a schedule its group (EventBridge Scheduler User Guide,
 * "Confused deputy prevention").
 */
const roleSource = ({ sourceArn }: TargetCall): string =>
  sourceArn.replace(/:schedule\/([^/]+)\/.*$/, ':schedule-group/$1');

const clientConfig = (context: CloudContext, call: TargetCall, roleArn: string) =>
  context.clientConfig(roleArn, call.service, principal(call), roleSource(call));

async function invokeAs(context: CloudContext, call: TargetCall, roleArn: string): Promise<void> {
  const client = new LambdaClient(clientConfig(context, call, roleArn));
  try {
    const command = new InvokeCommand({
      FunctionName: call.arn,
      InvocationType: 'Event',
      Payload: Buffer.from(call.payload),
    });
    await client.send(command, { abortSignal: call.signal });
  } finally {
    client.destroy();
  }
}

async function startExecution(context: CloudContext, call: TargetCall): Promise<void> {
  if (call.roleArn === undefined) throw new AwsError('AccessDeniedException', `No RoleArn for target ${call.arn}`);
  const client = new SFNClient(clientConfig(context, call, call.roleArn));
  const command = new StartExecutionCommand({
    stateMachineArn: call.arn,
    name: call.executionName,
    input: call.payload,
  });
  try {
    await client.send(command, { abortSignal: call.signal });
  } catch (error) {
    // An earlier attempt got through although its answer was lost.
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
  } finally {
    client.destroy();
  }
}

/** A failed delivery in EventBridge's terms. */
export interface Failure {
  /** As in the dead-letter attribute ERROR_CODE. */
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

const permanentCodes: readonly (readonly [RegExp, string])[] = [
  [/AccessDenied|NotAuthorized|NoSuchEntity|UnrecognizedClient|InvalidClientTokenId/, 'NO_PERMISSIONS'],
  [/DoesNotExist|NotFound|NonExistentQueue|QueueDoesNotExist/, 'NO_RESOURCE'],
  [/InvalidTargetInput|InvalidExecutionInput/, 'INVALID_JSON'],
  [/Validation|InvalidArn|InvalidName|InvalidParameter/, 'INVALID_PARAMETER'],
];

/**
 * Sorts a failure as EventBridge does: missing permission, missing target and bad input are final, anything else
 * (throttling, the target's own failure, no connection) is tried again.
 */
export function describeFailure(error: unknown): Failure {
  const name = error instanceof AwsError ? error.code : error instanceof Error ? error.name : 'Error';
  const message = error instanceof Error ? error.message : String(error);
  const permanent = permanentCodes.find(([pattern]) => pattern.test(name));
  if (permanent) return { code: permanent[1], message, retryable: false };
  const code = /Throttl|TooManyRequests|LimitExceeded/.test(name) ? 'THROTTLING' : 'ERROR_FROM_TARGET';
  return { code, message, retryable: true };
}
