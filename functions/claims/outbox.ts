import type { Outgoing } from '#domain/notices/notice';
import { type Obstacle, pauseSeconds } from '#domain/slack/refusal';
import type { Condition, StateStore } from '#functions/ports/state-store';
import { type WaitingMessage, waitingMessageSchema } from '#schemas/records/waiting-message';

/** Messages that wait for Slack, in a partition of their own: no pipeline can have its name. */
export const outbox = '(outbox)';

/** Partition of messages that belong to no pipeline. */
export const noPipeline = '(none)';

/** The partition of a message's own items. */
export const partitionOf = ({ pipeline }: Pick<Outgoing, 'pipeline'>): string => pipeline ?? noPipeline;

/** Why an attempt failed. */
export interface Setback {
  readonly obstacle: Obstacle;
  readonly reason: string;
  /** Seconds, where Slack says so. */
  readonly retryAfter?: number | undefined;
}

const behindOthers = 'It waits behind an earlier message of its pipeline.';

/** What is remembered of a failed attempt. Pauses grow while the obstacle is the same: another one begins anew. */
export function afterSetback(
  before: Pick<WaitingMessage, 'attempts' | 'obstacle'>,
  { obstacle, reason, retryAfter }: Setback,
  now: number,
) {
  const attempts = before.obstacle === obstacle ? before.attempts + 1 : 1;
  const notBefore = new Date(now + pauseSeconds(attempts, retryAfter) * 1000).toISOString();
  return { attempts, obstacle, reason, notBefore };
}

/**
 * Puts a message behind those of its pipeline that wait. A repeated call may put it there twice: it is sent once, since sending it is
 * claimed by its key.
 *
 * @param setback why it was not sent; absent where it was not tried, because others wait
 * @returns the sort key of the item
 */
export async function enqueue(
  store: StateStore,
  outgoing: Outgoing,
  now: number,
  setback: Setback | undefined,
): Promise<string> {
  const since = new Date(now).toISOString();
  const pipeline = partitionOf(outgoing);
  const sk = `waiting#${pipeline}#${since}#${outgoing.key}`;
  const item: Omit<WaitingMessage, 'sk'> = {
    pipeline,
    key: outgoing.key,
    outgoing: JSON.stringify(outgoing),
    since,
    ...(setback ? afterSetback({ attempts: 0 }, setback, now) : { attempts: 0, reason: behindOthers }),
  };
  await store.put(outbox, sk, item);
  return sk;
}

/** The messages that wait, the oldest of each pipeline first. */
export async function listWaiting(store: Pick<StateStore, 'list'>): Promise<readonly WaitingMessage[]> {
  const items = await store.list(outbox, 'waiting#');
  return items.map((item) => waitingMessageSchema.parse(item)).toReversed();
}

/** Whether a message of a pipeline waits. */
export const isAnyWaiting = async (store: Pick<StateStore, 'list'>, pipeline: string): Promise<boolean> =>
  (await store.list(outbox, `waiting#${pipeline}#`, 1)).length > 0;

/** One execution sends at a time. */
const lease = 'sender';
const freeFor = (execution: string, at: string): Condition => ({
  expression: 'attribute_not_exists(pk) OR #e = :e OR #u < :t',
  names: { '#e': 'execution', '#u': 'until' },
  values: { ':e': execution, ':t': at },
});

/** Makes an execution the one that sends. @returns false while another one does */
export const takeSending = (store: StateStore, execution: string, now: number, untilMs: number): Promise<boolean> =>
  store.put(
    outbox,
    lease,
    { execution, until: new Date(untilMs).toISOString() },
    freeFor(execution, new Date(now).toISOString()),
  );

/** Ends the sending of an execution. */
export const endSending = (store: StateStore, execution: string): Promise<boolean> =>
  store.remove(outbox, lease, { expression: '#e = :e', names: { '#e': 'execution' }, values: { ':e': execution } });

/** Whether an execution sends what waits. */
export async function isSending(store: Pick<StateStore, 'get'>, now: number): Promise<boolean> {
  const until = (await store.get(outbox, lease))?.['until'];
  return typeof until === 'string' && Date.parse(until) > now;
}
