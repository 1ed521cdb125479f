import { SlackRejectedError, SlackUnavailableError } from '#domain/errors';
import { withCount, withMentions, withNote, withoutLayout } from '#domain/notices/additions';
import type { Outgoing } from '#domain/notices/notice';
import type { Route } from '#domain/notices/route';
import { isWorse, SEVERITIES, type Severity } from '#domain/notices/severity';
import { approvalKeys } from '#domain/registry/approval-keys';
import type { Message } from '#domain/slack/message';
import { unreachable } from '#domain/unreachable';
import { type ClaimPorts, claimMessage, gaveUp } from '#functions/claims/message-claim';
import { partitionOf, type Setback } from '#functions/claims/outbox';
import { ifAbsent, ifEquals, type StateItem, type StateStore } from '#functions/ports/state-store';
import { logger } from '#functions/runtime/logger';
import { isTransient } from '#functions/runtime/transient-errors';

/** The dependencies of posting. */
export interface PostingPorts extends ClaimPorts {
  readonly now: () => number;
  /** The route of a message, by the settings of its pipeline. */
  readonly routeOf: (outgoing: Pick<Outgoing, 'pipeline' | 'kind' | 'severity'>) => Route;
  /** The channel of the stage, for a message whose own channel Slack refuses. */
  readonly defaultChannel: string;
  /** Makes everything ready that posting needs, so that the call that it returns does nothing but post. */
  readonly connect: () => Promise<Post>;
}

/** Where a message was posted. */
interface Place {
  readonly ts: string;
  readonly channel: string;
}

/** Posts a message. @returns its location, or undefined when Slack is not configured */
export type Post = (posting: {
  readonly channel: string;
  readonly threadTs?: string;
  readonly broadcast?: boolean;
  readonly message: Message;
}) => Promise<Place | undefined>;

/** Whether it is Slack that did not take a message. */
export const isFromSlack = (error: unknown): error is SlackRejectedError | SlackUnavailableError =>
  error instanceof SlackRejectedError || error instanceof SlackUnavailableError;

/** What Slack's error says of an attempt. */
export const setbackOf = (error: SlackRejectedError | SlackUnavailableError): Setback => ({
  obstacle: error.obstacle,
  reason: error.message,
  ...(error instanceof SlackUnavailableError ? { retryAfter: error.retryAfter } : {}),
});

/** Trouble that goes on opens a card again after so many days, so that it is not forgotten in an old thread. */
const cardMs = 14 * 24 * 3_600_000;

/** A failure to record what happened to a message is only logged: a retry would post it again, or wait a little. */
async function remember(record: () => Promise<unknown>): Promise<void> {
  try {
    await record();
  } catch (error) {
    if (!isTransient(error)) throw error;
    logger.warn('a message was sent but not recorded', { errorName: (error as Error).name });
  }
}

/** What is known of trouble that was reported before. */
interface Known {
  /** Where its card is; absent where the next report opens one. */
  readonly card?: Place;
  readonly times: number;
  readonly since: string;
  readonly openedAt: string;
  readonly severity: Severity;
  readonly last: string;
}

/** Where a message goes, and as what. */
interface Posting {
  readonly thread: Place | undefined;
  readonly message: Message;
  /** Whether it says what was said before. */
  readonly isRepeat: boolean;
  readonly known: Known | undefined;
}

const placeOf = (item: StateItem): Place => ({ ts: String(item['ts']), channel: String(item['channel']) });

async function knownTrouble(store: StateStore, pk: string, name: string): Promise<Known | undefined> {
  const item = await store.get(pk, `trouble#${name}`);
  if (item === undefined || item['isOver'] === true) return undefined;
  return {
    ...(item['ts'] === undefined ? {} : { card: placeOf(item) }),
    times: Number(item['times']),
    since: String(item['since']),
    openedAt: String(item['openedAt']),
    severity: SEVERITIES.find((severity) => severity === item['severity']) ?? 'info',
    last: String(item['last']),
  };
}

/** The thread of a message: that of its trouble, or the first of its threads that is open. */
async function locate(ports: PostingPorts, outgoing: Outgoing, { thread: own }: Route): Promise<Posting> {
  const { store, now } = ports;
  const { trouble, threads, message, severity } = outgoing;
  const pk = partitionOf(outgoing);
  if (trouble !== undefined) {
    const known = await knownTrouble(store, pk, `${trouble.name}${own}`);
    const isFresh = known !== undefined && now() - Date.parse(known.openedAt) < cardMs;
    const joins = isFresh && !isWorse(severity, known.severity);
    return {
      thread: joins ? known.card : undefined,
      message: known && trouble.isOver !== true ? withCount(message, known.times + 1, known.since) : message,
      isRepeat: joins,
      known,
    };
  }
  for (const name of threads) {
    const open = await store.get(pk, `thread#${name}${own}`);
    if (open) return { thread: placeOf(open), message, isRepeat: false, known: undefined };
  }
  return { thread: undefined, message, isRepeat: false, known: undefined };
}

/** Posts a message in another way where Slack refuses its channel or its layout. @throws SlackRejectedError when that is refused too */
async function postSomehow(
  post: Post,
  posting: Parameters<Post>[0],
  defaultChannel: string,
  named: string,
): Promise<{ readonly place: Place | undefined; readonly message: Message }> {
  const send = async (own: Parameters<Post>[0]) => ({ place: await post(own), message: own.message });
  try {
    return await send(posting);
  } catch (error) {
    if (!(error instanceof SlackRejectedError)) throw error;
    const { message, channel, threadTs, broadcast } = posting;
    switch (error.obstacle) {
      case 'channel': {
        // its thread may be gone, and its channel still there
        if (threadTs !== undefined) return postSomehow(post, { channel: named, message }, defaultChannel, named);
        if (channel === defaultChannel) throw error;
        const note = `This message belongs to ${named}. ${error.message}`;
        return send({ channel: defaultChannel, message: withNote(message, note) });
      }
      case 'content': {
        const plain = withoutLayout(message, `Slack refused the layout of this message. ${error.message}`);
        const thread = threadTs === undefined ? {} : { threadTs, ...(broadcast === undefined ? {} : { broadcast }) };
        return send({ channel, ...thread, message: plain });
      }
      case 'access':
        throw error;
      default:
        return unreachable(error.obstacle, 'obstacle');
    }
  }
}

/** What later messages must know of this one: the thread that it opened, the trouble that it reported. */
async function rememberPlace(ports: PostingPorts, outgoing: Outgoing, own: string, posting: Posting, place: Place) {
  const { store, now } = ports;
  const { trouble, threads, key, severity } = outgoing;
  const pk = partitionOf(outgoing);
  if (trouble !== undefined) {
    const { known, isRepeat, thread } = posting;
    const at = new Date(now()).toISOString();
    const joined = isRepeat && known && thread;
    const item = {
      ...(joined ? thread : { ts: place.ts, channel: place.channel }),
      times: known?.last === key ? known.times : (known?.times ?? 0) + 1,
      since: known?.since ?? at,
      openedAt: joined ? known.openedAt : at,
      severity: joined ? known.severity : severity,
      last: key,
      isOver: trouble.isOver === true,
    };
    await remember(() => store.put(pk, `trouble#${trouble.name}${own}`, item));
    return;
  }
  const opened = threads.at(-1);
  if (opened === undefined || (posting.thread && posting.thread.channel === place.channel)) return;
  await remember(() => store.put(pk, `thread#${opened}${own}`, { ...place }, posting.thread ? undefined : ifAbsent));
}

/** What takes the buttons of a message away after the decision must know: where the message is and what it said. */
async function rememberAsked({ store }: PostingPorts, outgoing: Outgoing, message: Message, place: Place) {
  const { asks, text, blocks } = message;
  if (!asks) return;
  const item = { ts: place.ts, channel: place.channel, about: asks.about, message: { text, blocks } };
  await remember(() => store.put(partitionOf(outgoing), approvalKeys.asked(asks.version, outgoing.key), item));
}

/**
 * Sends a message once for its key, in the first of its threads that is open. If none is, it opens the last.
 *
 * Whatever may take time is done before the message is claimed. An attempt that is slow after its claim looks crashed to another one,
 * which then posts the message too.
 *
 * @param waits the item of the outbox that holds it, if it waited
 * @throws SlackRejectedError or SlackUnavailableError when Slack does not take it; the next attempt may follow at once
 */
async function postOnce(ports: PostingPorts, outgoing: Outgoing, waits?: string): Promise<{ sent: boolean }> {
  const { store, attempt, connect, defaultChannel } = ports;
  const pk = partitionOf(outgoing);
  const sk = `message#${outgoing.key}`;
  const route = ports.routeOf(outgoing);
  const held = waits === undefined ? {} : { waits };
  const post = await connect();
  const before = await locate(ports, outgoing, route);
  const claim = await claimMessage(ports, pk, sk, { sent: false, attempt, ...held });
  if (claim === 'sent') return { sent: false };
  // the attempt that had the message may have opened its thread
  const posting = claim === 'taken over' ? await locate(ports, outgoing, route) : before;
  const { thread, isRepeat } = posting;
  const { place, message } = await postSomehow(
    post,
    {
      channel: thread?.channel ?? route.channel,
      ...(thread ? { threadTs: thread.ts, broadcast: outgoing.broadcast && !isRepeat } : {}),
      message: withMentions(posting.message, isRepeat ? [] : route.mentions),
    },
    defaultChannel,
    route.channel,
  ).catch(async (error: unknown) => {
    // what Slack answered matters more than whether this is recorded
    const item = { sent: false, attempt: gaveUp, ...held };
    await remember(() => store.put(pk, sk, item, ifEquals('attempt', attempt))).catch(() => undefined);
    throw error;
  });
  if (place) {
    await rememberPlace(ports, outgoing, route.thread, posting, place);
    await rememberAsked(ports, outgoing, message, place);
  }
  // the same operation as the claim: while it fails, no other attempt can take this message over and post it again
  await remember(() => store.put(pk, sk, { sent: true, attempt, ...(place ?? {}) }));
  return { sent: place !== undefined };
}

/**
 * Sends a message with its details, each once.
 *
 * @param waits the item of the outbox that holds it, if it waited
 * @throws SlackRejectedError or SlackUnavailableError when Slack does not take one of them
 */
export async function postMessage(ports: PostingPorts, outgoing: Outgoing, waits?: string): Promise<{ sent: boolean }> {
  const { details, ...card } = outgoing;
  const posted = await postOnce(ports, card, waits);
  if (details !== undefined) {
    const { key } = card;
    await postOnce(
      withoutMentions(ports),
      { ...card, key: `${key}#details`, message: details, broadcast: false },
      waits,
    );
  }
  return posted;
}

const withoutMentions = (ports: PostingPorts): PostingPorts => ({
  ...ports,
  routeOf: (outgoing) => ({ ...ports.routeOf(outgoing), mentions: [] }),
});
