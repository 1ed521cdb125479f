import { AwsError, type CloudContext, type CloudService } from '../cloud/service.ts';
import type { Disposition, EventQueue, QueuedEvent } from './event-queue.ts';
import type { Outcome } from './process.ts';
import type { DeployedFunction, Runtime } from './runtime.ts';

/** SQS as a place for events that could not be worked off. */
interface QueueSender extends CloudService {
  sendInternal(queueArn: string, body: string, attributes?: Readonly<Record<string, string>>): void | Promise<void>;
}

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

  async function send(arn: string, body: string, attributes: Readonly<Record<string, string>>): Promise<void> {
    if (arn.split(':')[2] === 'lambda') queue.add(runtime.find(arn).spec.name, body);
    else await context.service<QueueSender>('sqs').sendInternal(arn, body, attributes);
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

  async function giveUp(
    target: DeployedFunction,
    event: QueuedEvent,
    condition: string,
    outcome: Outcome | undefined,
  ): Promise<void> {
    const { eventInvoke, spec } = target;
    log('warn', 'an event was given up', { function: spec.name, eventId: event.id, condition });
    if (eventInvoke.onFailure) await send(eventInvoke.onFailure, record(target, event, condition, outcome), {});
    if (spec.deadLetterArn) {
      const message = outcome
        ? String((JSON.parse(outcome.payload) as { errorMessage?: unknown }).errorMessage ?? '')
        : condition;
      await send(spec.deadLetterArn, event.payload, {
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
      await giveUp(target, event, 'EventAgeExceeded', undefined);
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
      if (onSuccess) await send(onSuccess, record(target, event, 'Success', outcome), {});
      return 'done';
    }
    if (event.attempts < maxRetries) {
      return { retryAt: clock.now() + (RETRY_MS[event.attempts] ?? 120_000), countsAsAttempt: true };
    }
    await giveUp(target, event, 'RetriesExhausted', outcome);
    return 'done';
  };
}
