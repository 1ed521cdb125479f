import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { routeOf } from '#domain/notices/route';
import { secretsClient } from '#functions/aws/clients/secrets-manager';
import { readSecret } from '#functions/aws/secrets';
import { runStore } from '#functions/aws/tables';
import { slackSettings } from '#functions/runtime/channels';
import type { Config } from '#functions/runtime/config';
import { logger } from '#functions/runtime/logger';
import { connectSlack } from '#functions/slack/slack';
import type { PostingPorts } from '#functions/use-cases/post-message';

/** What posting needs of the environment. */
export const postingVariables = [
  'STATE_TABLE',
  'SLACK_TOKEN_SECRET',
  'SLACK_API_URL',
  'SLACK_DEFAULT_CHANNEL',
  'LAMBDA_TASK_ROOT',
] as const;
type PostingConfig = Config<(typeof postingVariables)[number]>;

/** The ports of what posts to Slack: a notice at once, or what waits. */
export function postingPorts(config: PostingConfig): PostingPorts {
  /** The bot's token, or undefined while the secret says "unset". */
  const readToken = async (): Promise<string | undefined> => {
    const secret = await readSecret(secretsClient(), config.SLACK_TOKEN_SECRET);
    return secret?.startsWith('xox') ? secret : undefined;
  };
  return {
    store: runStore(config),
    attempt: randomUUID(),
    sleep,
    now: Date.now,
    defaultChannel: config.SLACK_DEFAULT_CHANNEL,
    routeOf: ({ pipeline, ...outgoing }) =>
      routeOf(
        pipeline === undefined ? undefined : slackSettings(config.LAMBDA_TASK_ROOT, pipeline),
        config.SLACK_DEFAULT_CHANNEL,
        outgoing,
      ),
    connect: async () => connectSlack({ token: await readToken(), apiUrl: config.SLACK_API_URL, log: logger }),
  };
}
