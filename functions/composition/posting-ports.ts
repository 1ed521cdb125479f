import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { routeOf } from '#domain/notices/route';
import { secretsClient } from '#functions/aws/clients/secrets-manager';
import { readSlackToken } from '#functions/aws/secrets';
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
    connect: async () => {
      const token = await readSlackToken(secretsClient(), config.SLACK_TOKEN_SECRET);
      return connectSlack({ token, apiUrl: config.SLACK_API_URL, log: logger });
    },
  };
}
