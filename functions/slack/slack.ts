import type * as slack from '@slack/web-api';
import { SlackRejectedError, SlackUnavailableError, TransientError } from '#domain/errors';
import type { Message } from '#domain/slack/message';
import { fixOf, obstacleOf } from '#domain/slack/refusal';
import { unreachable } from '#domain/unreachable';

/** Where a message was posted. Replies use it to open a thread. */
export interface PostedMessage {
  readonly ts: string;
  /** Slack's id of the channel. */
  readonly channel: string;
}

export interface SlackConnection {
  /** The bot's token; without one, messages go to the log. */
  readonly token: string | undefined;
  /** Base URL of the Web API, as `https://slack.com/api/`. */
  readonly apiUrl: string;
  readonly log: { info(message: string, fields: Record<string, unknown>): void };
}

export interface PostMessage {
  /** `#name` or an id. */
  readonly channel: string;
  /** `ts` of the message to answer in its thread. */
  readonly threadTs?: string;
  /** Whether an answer in a thread is shown in the channel too. */
  readonly broadcast?: boolean;
  readonly message: Message;
}

const silent = (): void => {};
/** Keeps the client off the console: the errors it throws already contain the details. */
const quiet = (level: slack.LogLevel): slack.Logger => ({
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
  setLevel: silent,
  getLevel: () => level,
  setName: silent,
});

/** Slack's library and a client of it. Imported lazily: a stage without Slack never needs it, and it would make the cold start a quarter longer. */
export async function makeClient(token: string, apiUrl: string) {
  const library = await import('@slack/web-api');
  const client = new library.WebClient(token, {
    slackApiUrl: apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/`,
    retryConfig: { retries: 1, minTimeout: 300, maxTimeout: 1000, randomize: true },
    rejectRateLimitedCalls: true,
    timeout: 5000,
    logger: quiet(library.LogLevel.ERROR),
  });
  return { library, client };
}

/**
 * Makes a client of Slack ready.
 *
 * @returns a function that posts a message, or logs its text when no token is set (Slack is optional). Then it returns undefined.
 *   The client retries once within a second and waits at most five for an answer, so that nobody waits for Slack.
 *   It throws SlackRejectedError with Slack's error and the fix when a retry would not help, and
 *   SlackUnavailableError when Slack limits the rate, fails or cannot be reached.
 */
export async function connectSlack({
  token,
  apiUrl,
  log,
}: SlackConnection): Promise<(options: PostMessage) => Promise<PostedMessage | undefined>> {
  if (token === undefined || token === '') {
    return async ({ channel, message }) => {
      log.info('Slack is not configured; the message goes here', { channel, text: message.text });
      return undefined;
    };
  }
  const { library, client } = await makeClient(token, apiUrl);
  return async ({ channel, threadTs, broadcast = false, message }) => {
    const reply =
      threadTs === undefined
        ? {}
        : broadcast
          ? { thread_ts: threadTs, reply_broadcast: true as const }
          : { thread_ts: threadTs };
    try {
      const posted = await client.chat.postMessage({
        channel,
        text: message.text,
        // The blocks are Tidegate's own narrower types, built within Slack's limits.
        blocks: message.blocks as unknown as NonNullable<
          Extract<slack.ChatPostMessageArguments, { blocks: unknown }>['blocks']
        >,
        ...reply,
        // no name of a channel or a person, and no address becomes a link that is not written as one
        parse: 'none',
        link_names: false,
        unfurl_links: false,
        unfurl_media: false,
      });
      if (posted.ts === undefined || posted.channel === undefined) {
        throw new SlackUnavailableError('Slack accepted a message but did not return its channel and timestamp');
      }
      return { ts: posted.ts, channel: posted.channel };
    } catch (error) {
      throw translate(library, error, channel);
    }
  };
}

/** Slack's error as ours. @param channel what the call was about */
export function translate(
  { WebAPIRateLimitedError, WebAPIPlatformError }: typeof slack,
  error: unknown,
  channel: string,
): Error {
  if (error instanceof WebAPIRateLimitedError) {
    const { retryAfter } = error;
    return new SlackUnavailableError(`Slack limits the rate of messages; try again in ${retryAfter} s`, {
      obstacle: 'rate',
      retryAfter,
      cause: error,
    });
  }
  if (error instanceof WebAPIPlatformError) {
    const { error: code, response_metadata: metadata } = error.data;
    const obstacle = obstacleOf(code);
    switch (obstacle) {
      case 'rate':
      case 'outage':
        return new SlackUnavailableError(`Slack failed: ${code}`, { obstacle, cause: error });
      case 'channel':
      case 'content':
      case 'access': {
        const details = metadata?.messages?.slice(0, 3).join('; ');
        return new SlackRejectedError(
          `Slack refused a message to ${channel}: ${code}${details ? ` (${details})` : ''}. ${fixOf(code)}`,
          { obstacle, cause: error },
        );
      }
      default:
        return unreachable(obstacle, 'obstacle');
    }
  }
  if (error instanceof TransientError) return error;
  return new SlackUnavailableError(
    `Slack could not be reached: ${error instanceof Error ? error.message : String(error)}`,
    { cause: error },
  );
}
