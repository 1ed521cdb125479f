import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { consoleLink } from '#domain/notices/console-link';
import { noticeSchema } from '#domain/notices/registry';
import { artifactStore } from '#functions/aws/buckets';
import { secretsClient } from '#functions/aws/clients/secrets-manager';
import { readSlackToken } from '#functions/aws/secrets';
import { runStore } from '#functions/aws/tables';
import { packagedButtons } from '#functions/runtime/approval-rules';
import { slackChannel } from '#functions/runtime/channels';
import { readConfig } from '#functions/runtime/config';
import { logger } from '#functions/runtime/logger';
import { withMiddleware } from '#functions/runtime/middleware';
import { connectSlack } from '#functions/slack/slack';
import { notify } from '#functions/use-cases/notify';

const config = readConfig([
  'STAGE',
  'ARTIFACTS_BUCKET',
  'STATE_TABLE',
  'SLACK_TOKEN_SECRET',
  'SLACK_API_URL',
  'SLACK_DEFAULT_CHANNEL',
  'SLACK_APPROVERS',
  'CONSOLE_URL',
  'AWS_REGION',
  'LAMBDA_TASK_ROOT',
]);

/** The pipeline's channel, or the default channel when it names none or is unknown. */
const channelOf = (pipeline: string | undefined): string =>
  (pipeline === undefined ? undefined : slackChannel(config.LAMBDA_TASK_ROOT, pipeline)) ??
  config.SLACK_DEFAULT_CHANNEL;

/** Sends a notice to the team's Slack channel. */
export const handler = withMiddleware(noticeSchema, (notice) =>
  notify(
    {
      artifacts: artifactStore(config),
      store: runStore(config),
      attempt: randomUUID(),
      sleep,
      stage: config.STAGE,
      link: (key) => consoleLink({ url: config.CONSOLE_URL, region: config.AWS_REGION }, config.ARTIFACTS_BUCKET, key),
      channelOf,
      buttons: (pipeline) => packagedButtons(config.LAMBDA_TASK_ROOT, pipeline, config.SLACK_APPROVERS, Date.now()),
      connect: async () => {
        const token = await readSlackToken(secretsClient(), config.SLACK_TOKEN_SECRET);
        return connectSlack({ token, apiUrl: config.SLACK_API_URL, log: logger });
      },
    },
    notice,
  ),
);
