import type { NoticePorts, Outgoing } from '#domain/notices/notice';
import { composeNotice, type Notice } from '#domain/notices/registry';
import type { Message } from '#domain/slack/message';
import { ifAbsent, type StateStore } from '#functions/ports/state-store';
import { logger } from '#functions/runtime/logger';
import { isTransient } from '#functions/runtime/transient-errors';

/** The dependencies of notifying. */
export interface NotifyPorts extends NoticePorts {
  readonly store: StateStore;
  /** The channel of a pipeline; the default one for undefined or an unknown pipeline. */
  readonly channelOf: (pipeline: string | undefined) => string;
  /** Posts a message. @returns its location, or undefined when Slack is not configured */
  readonly post: (posting: {
    readonly channel: string;
    readonly threadTs?: string;
    readonly message: Message;
  }) => Promise<{ readonly ts: string; readonly channel: string } | undefined>;
}

/** Partition of messages that belong to no pipeline. */
const noPipeline = '(none)';

/** A failure to record a posted message is only logged: a retry would post it again. */
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

/** Sends a message once for its key, in the first of its threads that is open. If none is, it opens the last. */
async function send(
  { store, channelOf, post }: NotifyPorts,
  { key, pipeline, threads, message }: Outgoing,
): Promise<{ sent: boolean }> {
  const pk = pipeline ?? noPipeline;
  const sk = `message#${key}`;
  if (!(await store.put(pk, sk, { sent: false }, ifAbsent)) && (await store.get(pk, sk))?.['sent'] === true)
    return { sent: false };
  const thread = await openThread(store, pk, threads);
  const posted = await post({
    channel: thread ? String(thread['channel']) : channelOf(pipeline),
    ...(thread ? { threadTs: String(thread['ts']) } : {}),
    message,
  });
  const opened = threads.at(-1);
  if (posted && opened !== undefined && !thread) {
    await remember(() => store.put(pk, `thread#${opened}`, { ...posted }, ifAbsent));
  }
  await remember(() => store.set(pk, sk, { sent: true, ...(posted ?? {}) }));
  return { sent: posted !== undefined };
}

/** Composes a notice's message and sends it once. */
export const notify = async (ports: NotifyPorts, notice: Notice): Promise<{ sent: boolean }> =>
  send(ports, await composeNotice(ports, notice));
