import { leftOutBytes } from '../cloud/left-out.ts';
import { AwsError, type CloudContext } from '../cloud/service.ts';
import type { QueueService } from '../sqs/service.ts';
import type { Disposition, EventQueue, QueuedEvent } from './event-queue.ts';
import { sendAction } from './execution-role.ts';
import type { Outcome } from './outcome.ts';
import type { DeployedFunction, Runtime } from './runtime.ts';

/** Lambda waits one minute before the first retry and two before the second (Developer Guide, "Error handling"). */
const RETRY_MS = [60_000, 120_000];
const THROTTLED_MS = 1_000;

/** Makes the attempts of asynchronous invocation, and sends what fails or succeeds on to its destination. */
export function createDelivery(
  runtime: Runtime,
  queue: EventQueue,
  context: CloudContext,
): (event: QueuedEvent) => Promise<Disposition> {
  const { clock, log } = context;

  /**
   * Sends to a destination or dead-letter queue as the function's execution role, which must be allowed to (Developer
   * Guide, "Capturing records of Lambda asynchronous invocations"). What it is not allowed to send is lost, as on AWS.
   */
  function send(
    { spec, arn: functionArn }: DeployedFunction,
    arn: string,
    body: string,
    attributes: Readonly<Record<string, string>>,
  ): void {
    const by = { roleArn: spec.roleArn, sessionName: spec.name };
    try {
      if (arn.split(':')[2] !== 'lambda') {
        context.service<QueueService>('sqs').sendInternal(arn, body, attributes, by);
        return;
      }
      const authorize = [{ action: sendAction(arn), resource: arn }];
      const input = { FunctionName: arn, InvocationType: 'Event', Payload: leftOutBytes(Buffer.byteLength(body)) };
      const refusal = context.actAs({ ...by, service: 'lambda', operation: 'Invoke', authorize, input });
      if (refusal !== undefined) throw new AwsError('AccessDenied', refusal, 403);
      queue.add(runtime.find(arn).spec.name, body);
    } catch (cause) {
      if (!(cause instanceof AwsError)) throw cause;
      log('error', 'an event was lost: its destination refused it', {
        function: functionArn,
        destination: arn,
        error: `${cause.code}: ${cause.message}`,
      });
    }
  }

  /** The record a destination gets (Developer Guide, "Capturing records of Lambda asynchronous invocations"). */
  function record(
    target: DeployedFunction,
    event: QueuedEvent,
    condition: string,
    outcome: Outcome | undefined,
  ): string {
    return JSON.stringify({
      version: '1.0',
      timestamp: new Date(clock.now()).toISOString(),
      requestContext: {
        requestId: event.id,
        functionArn: `${target.arn}:$LATEST`,
        condition,
        approximateInvokeCount: event.attempts + 1,
      },
      requestPayload: JSON.parse(event.payload),
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        ...(outcome?.failed && { functionError: 'Unhandled' }),
      },
      responsePayload: outcome ? JSON.parse(outcome.payload) : null,
    });
  }

  function giveUp(target: DeployedFunction, event: QueuedEvent, condition: string, outcome: Outcome | undefined): void {
    const { eventInvoke, spec } = target;
    log('warn', 'an event was given up', { function: spec.name, eventId: event.id, condition });
    if (eventInvoke.onFailure) send(target, eventInvoke.onFailure, record(target, event, condition, outcome), {});
    if (spec.deadLetterArn) {
      const message = outcome
        ? String((JSON.parse(outcome.payload) as { errorMessage?: unknown }).errorMessage ?? '')
        : condition;
      send(target, spec.deadLetterArn, event.payload, {
        RequestID: event.id,
        ErrorCode: '200',
        ErrorMessage: message.slice(0, 1024),
      });
    }
  }

  return async (event) => {
    let target: DeployedFunction;
    try {
      target = runtime.find(event.functionName);
    } catch {
      log('warn', 'an event was dropped: its function is in the template no more', {
        function: event.functionName,
        eventId: event.id,
      });
      return 'done';
    }
    const { maxRetries, maxAgeMs, onSuccess } = target.eventInvoke;
    const expires = event.acceptedAt + maxAgeMs;
    if (clock.now() > expires) {
      giveUp(target, event, 'EventAgeExceeded', undefined);
      return 'done';
    }
    let outcome: Outcome;
    try {
      outcome = await runtime.invoke(target, event.payload, event.id);
    } catch (cause) {
      if (!(cause instanceof AwsError)) throw cause;
      // Throttles and faults of the service itself are retried until the event is too old, and count for nothing.
      return { retryAt: clock.now() + THROTTLED_MS, countsAsAttempt: false };
    }
    if (!outcome.failed) {
      if (onSuccess) send(target, onSuccess, record(target, event, 'Success', outcome), {});
      return 'done';
    }
    if (event.attempts < maxRetries) {
      return { retryAt: clock.now() + (RETRY_MS[event.attempts] ?? 120_000), countsAsAttempt: true };
    }
    giveUp(target, event, 'RetriesExhausted', outcome);
    return 'done';
  };
}
