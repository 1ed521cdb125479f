import type { NoticePorts, Outgoing } from '#domain/notices/notice';
import { composeNotice, type Notice } from '#domain/notices/registry';
import { gaveUp } from '#functions/claims/message-claim';
import { enqueue, isAnyWaiting, isSending, partitionOf, type Setback } from '#functions/claims/outbox';
import type { Condition } from '#functions/ports/state-store';
import { logger } from '#functions/runtime/logger';
import { isFromSlack, type PostingPorts, postMessage, setbackOf } from '#functions/use-cases/post-message';

/** The dependencies of notifying. */
export interface NotifyPorts extends NoticePorts, PostingPorts {
  readonly store: PostingPorts['store'];
  /** Starts an execution that sends what waits. A repeated call with the same name starts none. */
  readonly startSender: (name: string) => Promise<void>;
}

/** What became of a notice. `waits`: Slack has not taken it, and it is sent later. `quiet`: its pipeline does not want it. */
export interface Notified {
  readonly sent: boolean;
  readonly waits?: true;
  readonly quiet?: true;
}

/** True while no attempt has claimed the message, or the last one gave up. */
const unclaimed: Condition = {
  expression: 'attribute_not_exists(pk) OR (#s = :s AND #a = :a)',
  names: { '#s': 'sent', '#a': 'attempt' },
  values: { ':s': false, ':a': gaveUp },
};

/** Sees to it that what waits is sent, by an execution of its own. */
async function wakeSender({ store, startSender, attempt, now }: NotifyPorts): Promise<void> {
  if (!(await isSending(store, now()))) await startSender(`waiting-${attempt}`);
}

/** Leaves a message to the sender. Nobody waits for Slack: what the message is about goes on. */
async function leaveWaiting(ports: NotifyPorts, outgoing: Outgoing, setback?: Setback): Promise<Notified> {
  const { store, now } = ports;
  const waits = await enqueue(store, outgoing, now(), setback);
  await store.put(partitionOf(outgoing), `message#${outgoing.key}`, { sent: false, attempt: gaveUp, waits }, unclaimed);
  await wakeSender(ports);
  return { sent: false, waits: true };
}

/**
 * Composes a notice's message and sends it once. Where Slack does not take it, or an earlier message of its pipeline waits, it waits
 * too and is sent in its turn (`send-waiting`): a notice fails for nothing that Slack does.
 */
export async function notify(ports: NotifyPorts, notice: Notice): Promise<Notified> {
  const { store } = ports;
  const outgoing = await composeNotice(ports, notice);
  const { key, kind } = outgoing;
  const pk = partitionOf(outgoing);
  if (ports.routeOf(outgoing).isQuiet) {
    logger.info('a quiet notice is not sent', { kind, key, text: outgoing.message.text });
    return { sent: false, quiet: true };
  }
  const known = await store.get(pk, `message#${key}`);
  if (known?.['waits'] !== undefined && known['sent'] !== true) {
    await wakeSender(ports);
    return { sent: false, waits: true };
  }
  if (known?.['sent'] !== true && (await isAnyWaiting(store, pk))) return leaveWaiting(ports, outgoing);
  try {
    return await postMessage(ports, outgoing);
  } catch (error) {
    if (!isFromSlack(error)) throw error;
    logger.warn('a message waits for Slack', { kind, key, reason: error.message });
    return leaveWaiting(ports, outgoing, setbackOf(error));
  }
}
