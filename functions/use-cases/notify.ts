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

/** Sends a message once for its key, in the run's thread; the first message of a run opens the thread. */
async function send(
  { store, channelOf, post }: NotifyPorts,
  { key, pipeline, run, message }: Outgoing,
): Promise<{ sent: boolean }> {
  const pk = pipeline ?? noPipeline;
  const sk = `message#${key}`;
  if (!(await store.put(pk, sk, { sent: false }, ifAbsent)) && (await store.get(pk, sk))?.['sent'] === true)
    return { sent: false };
  const thread = run ? await store.get(pk, `thread#${run.runId}`) : undefined;
  const posted = await post({
    channel: thread ? String(thread['channel']) : channelOf(pipeline),
    ...(thread ? { threadTs: String(thread['ts']) } : {}),
    message,
  });
  if (posted && run && !thread) {
    await remember(() => store.put(pk, `thread#${run.runId}`, { ...posted }, ifAbsent));
  }
  await remember(() => store.set(pk, sk, { sent: true, ...(posted ?? {}) }));
  return { sent: posted !== undefined };
}

/** Composes a notice's message and sends it once. */
export const notify = async (ports: NotifyPorts, notice: Notice): Promise<{ sent: boolean }> =>
  send(ports, await composeNotice(ports, notice));
