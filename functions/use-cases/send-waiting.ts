import type { Outgoing } from '#domain/notices/notice';
import { keptMs } from '#domain/slack/refusal';
import { afterSetback, endSending, listWaiting, outbox, type Setback, takeSending } from '#functions/claims/outbox';
import { logger } from '#functions/runtime/logger';
import { isFromSlack, type PostingPorts, postMessage, setbackOf } from '#functions/use-cases/post-message';
import type { WaitingMessage } from '#schemas/records/waiting-message';

/** The dependencies of sending what waits. */
export interface SendWaitingPorts extends PostingPorts {
  /** Reports how many messages wait, how long the oldest has waited (seconds), and how many were given up. */
  readonly report: (seen: {
    readonly waiting: number;
    readonly oldestSeconds: number;
    readonly givenUp: number;
  }) => void;
}

/** What the machine does next. */
export interface SendWaitingResult {
  readonly decision: 'wait' | 'done';
  /** The pause before the next look, in whole seconds. */
  readonly seconds: number;
  readonly sent: number;
  readonly waiting: number;
}

/** Messages of one invocation. Slack takes one a second in a channel (docs.slack.dev, "Rate limits"). */
const mostMessages = 10;
const spacingMs = 1100;
/** How long the sending stays this execution's beyond the pause: the machine's retries take less. */
const leaseMs = 15 * 60_000;

/** Where all messages fail alike, not those of one channel. */
const stopsAll = (obstacle: Setback['obstacle'] | undefined): boolean =>
  obstacle === 'access' || obstacle === 'rate' || obstacle === 'outage';

const startsAt = ({ notBefore }: WaitingMessage): number => (notBefore === undefined ? 0 : Date.parse(notBefore));

/** One look at what waits. */
class Look {
  sent = 0;
  givenUp = 0;
  /** Pipelines whose turn is over: order is kept within each. */
  private readonly held = new Set<string>();
  private readonly ports: SendWaitingPorts;

  constructor(ports: SendWaitingPorts) {
    this.ports = ports;
  }

  /** Sends what can be sent, the oldest of each pipeline first. */
  async send(items: readonly WaitingMessage[]): Promise<void> {
    const { now, sleep } = this.ports;
    const isStopped = items.some((item) => stopsAll(item.obstacle) && startsAt(item) > now());
    for (const item of items) {
      if (now() - Date.parse(item.since) > keptMs) {
        await this.giveUp(item);
        continue;
      }
      if (isStopped || this.held.has(item.pipeline) || this.sent >= mostMessages) continue;
      if (startsAt(item) > now()) this.held.add(item.pipeline);
      else {
        if (this.sent > 0) await sleep(spacingMs);
        if ((await this.sendOne(item)) === 'stop') return;
      }
    }
  }

  /** @returns whether the other messages may be tried */
  private async sendOne(item: WaitingMessage): Promise<'go on' | 'stop'> {
    const { store, now } = this.ports;
    try {
      await postMessage(this.ports, JSON.parse(item.outgoing) as Outgoing, item.sk);
      await store.remove(outbox, item.sk);
      this.sent += 1;
      return 'go on';
    } catch (error) {
      if (!isFromSlack(error)) throw error;
      const setback = setbackOf(error);
      await store.set(outbox, item.sk, afterSetback(item, setback, now()), {
        expression: 'attribute_exists(pk)',
      });
      this.held.add(item.pipeline);
      return stopsAll(setback.obstacle) ? 'stop' : 'go on';
    }
  }

  /** A message that waited for days is no news. What it was about is in the records of its pipeline. */
  private async giveUp(item: WaitingMessage): Promise<void> {
    const { store, attempt } = this.ports;
    const { pipeline, key, since, attempts, reason } = item;
    logger.error('a message is given up: Slack did not take it for days', { pipeline, key, since, attempts, reason });
    await store.put(pipeline, `message#${key}`, { sent: true, attempt, givenUp: true });
    await store.remove(outbox, item.sk);
    this.givenUp += 1;
  }
}

/** When the first message that waits may be tried, as a pause from now in whole seconds. */
function pauseOf(items: readonly WaitingMessage[], now: number): number {
  const stop = Math.max(0, ...items.filter(({ obstacle }) => stopsAll(obstacle)).map(startsAt));
  const first = new Map<string, number>();
  for (const item of items) if (!first.has(item.pipeline)) first.set(item.pipeline, startsAt(item));
  const at = Math.max(stop, Math.min(...first.values()));
  return Math.max(1, Math.ceil((at - now) / 1000));
}

/**
 * Sends what waits for Slack: in the order in which it came for each pipeline, each message once, until Slack refuses. The machine
 * calls it again after the pause. One execution does it at a time.
 *
 * @param executionArn the execution that sends
 */
export async function sendWaiting(
  ports: SendWaitingPorts,
  { executionArn }: { readonly executionArn: string },
): Promise<SendWaitingResult> {
  const { store, now } = ports;
  if (!(await takeSending(store, executionArn, now(), now() + leaseMs)))
    return { decision: 'done', seconds: 0, sent: 0, waiting: 0 };
  const look = new Look(ports);
  await look.send(await listWaiting(store));
  const { sent, givenUp } = look;
  let left = await listWaiting(store);
  if (left.length === 0) {
    await endSending(store, executionArn);
    // one that came while this execution seemed to send is sent by nobody else
    left = await listWaiting(store);
  }
  const oldest = Math.min(now(), ...left.map(({ since }) => Date.parse(since)));
  ports.report({ waiting: left.length, oldestSeconds: Math.round((now() - oldest) / 1000), givenUp });
  if (left.length === 0) return { decision: 'done', seconds: 0, sent, waiting: 0 };
  const seconds = pauseOf(left, now());
  await takeSending(store, executionArn, now(), now() + seconds * 1000 + leaseMs);
  return { decision: 'wait', seconds, sent, waiting: left.length };
}
