import type { NoticePorts, Outgoing } from '#domain/notices/notice';
import { composeNotice, type Notice } from '#domain/notices/registry';
import { approvalKeys } from '#domain/registry/approval-keys';
import type { Message } from '#domain/slack/message';
import { type Condition, ifAbsent, ifEquals, type StateStore } from '#functions/ports/state-store';
import { logger } from '#functions/runtime/logger';
import { isTransient } from '#functions/runtime/transient-errors';

/** The dependencies of notifying. */
export interface NotifyPorts extends NoticePorts {
  readonly store: StateStore;
  /** Identifies this attempt: unique for each invocation. */
  readonly attempt: string;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** The channel of a pipeline; the default one for undefined or an unknown pipeline. */
  readonly channelOf: (pipeline: string | undefined) => string;
  /** Makes everything ready that posting needs, so that the call that it returns does nothing but post. */
  readonly connect: () => Promise<Post>;
}

/** Posts a message. @returns its location, or undefined when Slack is not configured */
export type Post = (posting: {
  readonly channel: string;
  readonly threadTs?: string;
  readonly message: Message;
}) => Promise<{ readonly ts: string; readonly channel: string } | undefined>;

/** Partition of messages that belong to no pipeline. */
const noPipeline = '(none)';

/** How long another attempt has to send the message, before it counts as crashed. Sending takes a fraction of a second, or seconds on a busy machine. */
const patienceMs = 6000;
const pollMs = 250;

/** The attempt of a message that Slack did not take: the next attempt need not wait. */
const gaveUp = '';

/** True while the message is not sent, and the attempt that claimed it is still the same. Earlier versions kept no attempt. */
const unsentBy = (attempt: unknown): Condition => ({
  expression: `#s = :s AND ${attempt === undefined ? 'attribute_not_exists(#a)' : '#a = :a'}`,
  names: { '#s': 'sent', '#a': 'attempt' },
  values: { ':s': false, ...(attempt === undefined ? {} : { ':a': attempt }) },
});

/**
 * Makes this attempt the one that sends the message. Events may come twice, and two executions may say the same at the same
 * moment: the later one waits for the earlier one, and takes over from one that crashed.
 *
 * @returns whether the message was sent, and otherwise whether another attempt had it before
 */
async function claimMessage(
  { store, attempt, sleep }: NotifyPorts,
  pk: string,
  sk: string,
): Promise<'sent' | 'claimed' | 'taken over'> {
  const claim = { sent: false, attempt };
  if (await store.put(pk, sk, claim, ifAbsent)) return 'claimed';
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    const known = await store.get(pk, sk);
    if (known?.['sent'] === true) return 'sent';
    const other = known?.['attempt'];
    // the answer to the put above was lost
    if (other === attempt) return 'claimed';
    if (typeof other === 'string' && other !== gaveUp && waitedMs < patienceMs) {
      await sleep(pollMs);
      continue;
    }
    if (await store.put(pk, sk, claim, known ? unsentBy(other) : ifAbsent)) return 'taken over';
    waitedMs = 0;
  }
}

/** A failure to record what happened to a message is only logged: a retry would post it again, or wait a little. */
async function remember(record: () => Promise<unknown>): Promise<void> {
  try {
    await record();
  } catch (error) {
    if (!isTransient(error)) throw error;
    logger.warn('a message was sent but not recorded', { errorName: (error as Error).name });
  }
}

/** The first of the threads that is open. */
async function openThread(store: StateStore, pk: string, threads: readonly string[]) {
  for (const thread of threads) {
    const open = await store.get(pk, `thread#${thread}`);
    if (open) return open;
  }
  return undefined;
}

/**
 * Sends a message once for its key, in the first of its threads that is open. If none is, it opens the last.
 *
 * Whatever may take time is done before the message is claimed. An attempt that is slow after its claim looks crashed to another one,
 * which then posts the message too.
 */
async function send(ports: NotifyPorts, { key, pipeline, threads, message }: Outgoing): Promise<{ sent: boolean }> {
  const { store, channelOf, attempt, connect } = ports;
  const pk = pipeline ?? noPipeline;
  const sk = `message#${key}`;
  const post = await connect();
  const before = await openThread(store, pk, threads);
  const claim = await claimMessage(ports, pk, sk);
  if (claim === 'sent') return { sent: false };
  // the attempt that had the message may have opened its thread
  const thread = claim === 'taken over' ? await openThread(store, pk, threads) : before;
  const posted = await post({
    channel: thread ? String(thread['channel']) : channelOf(pipeline),
    ...(thread ? { threadTs: String(thread['ts']) } : {}),
    message,
  }).catch(async (error: unknown) => {
    // what Slack answered matters more than whether this is recorded
    await remember(() => store.put(pk, sk, { sent: false, attempt: gaveUp }, ifEquals('attempt', attempt))).catch(
      () => undefined,
    );
    throw error;
  });
  const opened = threads.at(-1);
  if (posted && opened !== undefined && !thread) {
    await remember(() => store.put(pk, `thread#${opened}`, { ...posted }, ifAbsent));
  }
  const { asks, text, blocks } = message;
  if (posted && asks) {
    const asked = { ...posted, about: asks.about, message: { text, blocks } };
    await remember(() => store.put(pk, approvalKeys.asked(asks.version, key), asked));
  }
  // the same operation as the claim: while it fails, no other attempt can take this message over and post it again
  await remember(() => store.put(pk, sk, { sent: true, attempt, ...(posted ?? {}) }));
  return { sent: posted !== undefined };
}

/** Composes a notice's message and sends it once. */
export const notify = async (ports: NotifyPorts, notice: Notice): Promise<{ sent: boolean }> =>
  send(ports, await composeNotice(ports, notice));
