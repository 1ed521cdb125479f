import type * as slack from '@slack/web-api';
import { SlackRejectedError, TransientError } from '#domain/errors';
import type { Message } from '#domain/slack/message';

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

/** Slack's temporary failures (docs.slack.dev, `chat.postMessage`, "Errors"). */
const passing = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'ratelimited',
  'rate_limited',
  'message_limit_exceeded',
]);

const fixes: Readonly<Record<string, string>> = {
  channel_not_found: 'Create the channel, or invite the bot if it is private: /invite @tidegate.',
  not_in_channel: 'Invite the bot to the channel: /invite @tidegate.',
  is_archived: 'Unarchive the channel, or name another under notify.slack in the pipeline.',
  invalid_auth: 'Put a valid bot token (xoxb-…) into the Slack secret.',
  not_authed: 'Put a bot token (xoxb-…) into the Slack secret.',
  token_revoked: 'Reinstall the Slack app and put its new bot token into the Slack secret.',
  token_expired: 'Reinstall the Slack app and put its new bot token into the Slack secret.',
  account_inactive: 'Reinstall the Slack app and put its new bot token into the Slack secret.',
  missing_scope: 'Give the Slack app the scope chat:write, reinstall it, and put its new token into the Slack secret.',
};

/** Slack's library and a client of it. Imported lazily: a stage without Slack never needs it, and it would make the cold start a quarter longer. */
export async function makeClient(token: string, apiUrl: string) {
  const library = await import('@slack/web-api');
  const client = new library.WebClient(token, {
    slackApiUrl: apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/`,
    retryConfig: { retries: 2, factor: 2, minTimeout: 300, maxTimeout: 2000, randomize: true },
    rejectRateLimitedCalls: true,
    timeout: 10_000,
    logger: quiet(library.LogLevel.ERROR),
  });
  return { library, client };
}

/**
 * Makes a client of Slack ready.
 *
 * @returns a function that posts a message, or logs its text when no token is set (Slack is optional). Then it returns undefined.
 *   The client retries twice within a few seconds. After that, the caller's retries take over.
 *   It throws SlackRejectedError with Slack's error and the fix when a retry would not help, and
 *   TransientError when Slack limits the rate, fails or cannot be reached.
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
  return async ({ channel, threadTs, message }) => {
    try {
      const posted = await client.chat.postMessage({
        channel,
        text: message.text,
        // The blocks are Tidegate's own narrower types, built within Slack's limits.
        blocks: message.blocks as unknown as NonNullable<
          Extract<slack.ChatPostMessageArguments, { blocks: unknown }>['blocks']
        >,
        ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
        unfurl_links: false,
        unfurl_media: false,
      });
      if (posted.ts === undefined || posted.channel === undefined) {
        throw new TransientError('Slack accepted a message but did not return its channel and timestamp');
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
    return new TransientError(`Slack limits the rate of messages; try again in ${error.retryAfter} s`, {
      cause: error,
    });
  }
  if (error instanceof WebAPIPlatformError) {
    const { error: code, response_metadata: metadata } = error.data;
    if (passing.has(code)) return new TransientError(`Slack failed: ${code}`, { cause: error });
    const details = metadata?.messages?.slice(0, 3).join('; ');
    const fix = fixes[code] ?? 'See https://docs.slack.dev/reference/methods/chat.postMessage for what it means.';
    return new SlackRejectedError(
      `Slack refused a message to ${channel}: ${code}${details ? ` (${details})` : ''}. ${fix}`,
      { cause: error },
    );
  }
  if (error instanceof TransientError) return error;
  return new TransientError(`Slack could not be reached: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  });
}
