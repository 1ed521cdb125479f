import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { CloudContext } from '#src/cloud/service';
import { inTransaction } from '#src/cloud/sqlite';
import { timerLoop } from '#src/cloud/timer-loop';
import type { QueueService } from '#src/sqs/service';
import { callTarget, type DeliveringService, describeFailure, type Failure, queueClient } from './target-call.ts';

/** One payload on its way to one target. */
export interface Delivery {
  /** Identifies the occasion: event id, or schedule and time. Repeats of it start no second execution. */
  readonly occasion: string;
  /** ARN of the rule or schedule it comes from. */
  readonly origin: string;
  readonly targetArn: string;
  readonly roleArn?: string;
  /** JSON text. */
  readonly payload: string;
  readonly maximumRetryAttempts: number;
  readonly maximumAgeSeconds: number;
  readonly deadLetterArn?: string;
  /** For schedules: the time it was due, ISO 8601. */
  readonly scheduledTime?: string;
  /** A fault holds it back until then: milliseconds since the epoch. */
  readonly notBefore?: number;
  /** A fault lets the next delivery of the same origin overtake it; then it is held back no longer. */
  readonly heldBack?: true;
}

/** Deliveries that survive a restart: accepted means delivered at least once, dead-lettered, or logged as dropped. */
export interface Outbox {
  /** @param together further writes to the same database, in the same transaction as the deliveries */
  add(deliveries: readonly Delivery[], together?: () => void): void;
  /** A delivery whose payload could not even be made. */
  giveUp(delivery: Delivery, failure: Failure, attempts: number): void;
  start(): void;
  close(): Promise<void>;
}

export interface OutboxOptions {
  readonly service: DeliveringService;
  /** Attributes of a dead letter (`RULE_ARN` …). */
  deadLetterAttributes(delivery: Delivery): Readonly<Record<string, string>>;
}

const atOnce = 16;
const firstBackoff = 1000;
const longestBackoff = 15 * 60_000;
/** Time for what overtakes a delivery to get ahead of it. */
const afterOvertaking = 1000;

const schema = `CREATE TABLE IF NOT EXISTS deliveries (
  id INTEGER PRIMARY KEY, delivery TEXT NOT NULL, attempts INTEGER NOT NULL, accepted_at INTEGER NOT NULL, next_at INTEGER NOT NULL
) STRICT; CREATE INDEX IF NOT EXISTS deliveries_next ON deliveries (next_at);`;

/** A stable name for the execution a delivery starts: at most 80 characters. */
const executionName = ({ occasion, origin, targetArn }: Delivery): string => {
  const digest = createHash('sha256').update(`${occasion}\n${origin}\n${targetArn}`).digest('hex').slice(0, 32);
  return `${occasion.replaceAll(/[^A-Za-z0-9_-]/g, '-').slice(0, 40)}_${digest}`;
};

/** Opens the outbox in a database; nothing is delivered before `start`. */
export function outbox(context: CloudContext, db: DatabaseSync, options: OutboxOptions): Outbox {
  db.exec(schema);
  const { clock } = context;
  const inFlight = new Map<number, Promise<void>>();
  const aborter = new AbortController();
  const insert = db.prepare('INSERT INTO deliveries (delivery, attempts, accepted_at, next_at) VALUES (?, 0, ?, ?)');
  const remove = db.prepare('DELETE FROM deliveries WHERE id = ?');
  const postpone = db.prepare('UPDATE deliveries SET attempts = ?, next_at = ? WHERE id = ?');
  const letGo = db.prepare(
    `UPDATE deliveries SET next_at = ? WHERE next_at > ? AND attempts = 0
     AND json_extract(delivery, '$.heldBack') AND json_extract(delivery, '$.origin') = ?`,
  );
  const waiting = db.prepare('SELECT * FROM deliveries ORDER BY next_at, id LIMIT ?');

  const notInFlight = () => waiting.all(atOnce + inFlight.size).filter((row) => !inFlight.has(Number(row['id'])));

  const giveUp = (delivery: Delivery, failure: Failure, attempts: number, exhausted?: string): void => {
    const attributes = {
      ...options.deadLetterAttributes(delivery),
      ERROR_CODE: failure.code,
      ERROR_MESSAGE: failure.message,
      ...(exhausted === undefined ? {} : { EXHAUSTED_RETRY_CONDITION: exhausted, RETRY_ATTEMPTS: String(attempts) }),
    };
    const fields = { origin: delivery.origin, target: delivery.targetArn, code: failure.code, reason: failure.message };
    if (delivery.deadLetterArn !== undefined) {
      try {
        // Scheduler sends dead letters with the schedule's role, EventBridge in its own name.
        const { service } = options;
        const { origin: sourceArn, roleArn } = delivery;
        const by = queueClient({
          service,
          sourceArn,
          ...(service === 'scheduler' && roleArn !== undefined && { roleArn }),
        });
        context.service<QueueService>('sqs').sendInternal(delivery.deadLetterArn, delivery.payload, attributes, by);
        context.log('warn', 'event sent to the dead-letter queue', { ...fields, queue: delivery.deadLetterArn });
        return;
      } catch (error) {
        context.log('error', 'the dead-letter queue refused an event', { ...fields, error: String(error) });
      }
    }
    context.log('error', 'event dropped: its target could not be called and it has no dead-letter queue', fields);
  };

  const attempt = async (id: number, delivery: Delivery, attempts: number, acceptedAt: number): Promise<void> => {
    try {
      const { targetArn: arn, roleArn, payload } = delivery;
      await callTarget(context, {
        arn,
        ...(roleArn === undefined ? {} : { roleArn }),
        payload,
        executionName: executionName(delivery),
        service: options.service,
        sourceArn: delivery.origin,
        signal: aborter.signal,
      });
    } catch (error) {
      // Cut off by close: the row stays and is tried again after the next start.
      if (aborter.signal.aborted) return;
      const failure = describeFailure(error);
      const backoff = Math.min(longestBackoff, firstBackoff * 2 ** attempts);
      const tooOld = clock.now() + backoff > acceptedAt + delivery.maximumAgeSeconds * 1000;
      if (failure.retryable && attempts < delivery.maximumRetryAttempts && !tooOld) {
        postpone.run(attempts + 1, clock.now() + backoff, id);
        context.log('debug', 'delivery failed, to be tried again', {
          target: delivery.targetArn,
          reason: failure.message,
        });
        return;
      }
      const exhausted =
        tooOld && attempts < delivery.maximumRetryAttempts ? 'MaximumEventAgeInSeconds' : 'MaximumRetryAttempts';
      giveUp(delivery, failure, attempts, failure.retryable ? exhausted : undefined);
    }
    if (!aborter.signal.aborted) remove.run(id);
  };

  const loop = timerLoop({
    clock,
    next: () => {
      if (inFlight.size >= atOnce) return undefined;
      const first = notInFlight()[0];
      return first === undefined ? undefined : Number(first['next_at']);
    },
    run: (now) => {
      for (const row of notInFlight()) {
        if (Number(row['next_at']) > now || inFlight.size >= atOnce) break;
        const id = Number(row['id']);
        const delivery = JSON.parse(String(row['delivery'])) as Delivery;
        const done = attempt(id, delivery, Number(row['attempts']), Number(row['accepted_at']))
          .catch((error) => context.log('error', 'bookkeeping of a delivery failed', { error: String(error) }))
          .finally(() => {
            inFlight.delete(id);
            loop.wake();
          });
        inFlight.set(id, done);
      }
    },
    onError: (error) => context.log('error', 'the outbox failed', { error: String(error) }),
  });

  return {
    add: (deliveries, together) => {
      const now = clock.now();
      inTransaction(db, () => {
        for (const delivery of deliveries) {
          insert.run(JSON.stringify(delivery), now, delivery.notBefore ?? now);
          const after = now + afterOvertaking;
          if (delivery.notBefore === undefined) letGo.run(after, after, delivery.origin);
        }
        together?.();
      });
      if (deliveries.length > 0) loop.wake();
    },
    giveUp: (delivery, failure, attempts) => giveUp(delivery, failure, attempts),
    start: () => loop.start(),
    close: async () => {
      aborter.abort();
      await loop.close();
      await Promise.allSettled(inFlight.values());
    },
  };
}
