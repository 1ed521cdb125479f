/**
 * Why Slack did not take a message, by what helps: another channel, another form of the message, a person who repairs the app, or time.
 */
export type Obstacle = 'channel' | 'content' | 'access' | 'rate' | 'outage';

const obstacles: Readonly<Record<string, Obstacle>> = {
  channel_not_found: 'channel',
  not_in_channel: 'channel',
  is_archived: 'channel',
  restricted_action: 'channel',
  restricted_action_read_only_channel: 'channel',
  restricted_action_thread_only_channel: 'channel',
  restricted_action_thread_locked: 'channel',
  thread_not_found: 'channel',
  invalid_blocks: 'content',
  invalid_blocks_format: 'content',
  block_mismatch: 'content',
  msg_too_long: 'content',
  msg_blocks_too_long: 'content',
  no_text: 'content',
  invalid_arguments: 'content',
  ratelimited: 'rate',
  rate_limited: 'rate',
  message_limit_exceeded: 'rate',
  internal_error: 'outage',
  fatal_error: 'outage',
  service_unavailable: 'outage',
  team_added_to_org: 'outage',
  request_timeout: 'outage',
};

const reinstall = 'Reinstall the Slack app and put its new bot token into the Slack secret.';
const fixes: Readonly<Record<string, string>> = {
  channel_not_found: 'Create the channel, or invite the bot if it is private: /invite @tidegate.',
  not_in_channel: 'Invite the bot to the channel: /invite @tidegate.',
  is_archived: 'Unarchive the channel, or name another under notify.slack in the pipeline.',
  restricted_action: 'Let the Slack app post in the channel, or name another under notify.slack in the pipeline.',
  thread_not_found: 'The thread was deleted: messages that follow open another one.',
  invalid_auth: 'Put a valid bot token (xoxb-…) into the Slack secret.',
  not_authed: 'Put a bot token (xoxb-…) into the Slack secret.',
  token_revoked: reinstall,
  token_expired: reinstall,
  account_inactive: reinstall,
  missing_scope: 'Give the Slack app the scope chat:write, reinstall it, and put its new token into the Slack secret.',
  ratelimited: 'Nothing to do: it is sent when Slack allows it.',
};

/** What an error of `chat.postMessage` stands for (docs.slack.dev, "chat.postMessage", "Errors"). What is not known is a matter of access: a person must look. */
export const obstacleOf = (code: string): Obstacle =>
  (Object.hasOwn(obstacles, code) ? obstacles[code] : undefined) ?? 'access';

/** What to do about an error of Slack. */
export const fixOf = (code: string): string =>
  (Object.hasOwn(fixes, code) ? fixes[code] : undefined) ??
  'See https://docs.slack.dev/reference/methods/chat.postMessage for what it means.';

/** The longest pause between two attempts, in seconds. The alarm on waiting messages looks at periods of this length and more. */
const longestPause = 600;

/**
 * The pause before the next attempt, in seconds: as long as Slack says, or twice as long as the one before, from 5 seconds to 10 minutes.
 *
 * @param attempts how many attempts failed, from 1
 * @param retryAfter Slack's `Retry-After`, seconds; more than an hour is taken for an hour
 */
export const pauseSeconds = (attempts: number, retryAfter?: number): number =>
  retryAfter === undefined
    ? Math.min(longestPause, 5 * 2 ** Math.min(Math.max(attempts, 1) - 1, 10))
    : Math.min(3600, Math.max(1, Math.ceil(retryAfter)));

/** A message that Slack has not taken for so long is given up: seven days, in milliseconds. */
export const keptMs = 7 * 24 * 3_600_000;
