import { secretsClient } from '#functions/aws/clients/secrets-manager';
import { sfnClient } from '#functions/aws/clients/step-functions';
import { startOnce } from '#functions/aws/executions';
import { readSecret, readSlackToken } from '#functions/aws/secrets';
import { runStore } from '#functions/aws/tables';
import { packagedRules } from '#functions/runtime/approval-rules';
import { readConfig } from '#functions/runtime/config';
import { logger } from '#functions/runtime/logger';
import { withMiddleware } from '#functions/runtime/middleware';
import { pipelineNames } from '#functions/runtime/packaged-pipelines';
import { publishUntaken } from '#functions/runtime/slack-metrics';
import { connectInteractions } from '#functions/slack/interactions';
import { answerSlack } from '#functions/use-cases/answer-slack';
import { slackHttpSchema } from '#schemas/events/slack-interaction';

const config = readConfig([
  'STATE_TABLE',
  'SLACK_SIGNING_SECRET',
  'SLACK_TOKEN_SECRET',
  'SLACK_API_URL',
  'SLACK_APPROVERS',
  'RECORD_DECISION_MACHINE_ARN',
  'LAMBDA_TASK_ROOT',
]);

async function openView(triggerId: string, view: object): Promise<void> {
  const token = await readSlackToken(secretsClient(), config.SLACK_TOKEN_SECRET);
  const slack = await connectInteractions({ token, apiUrl: config.SLACK_API_URL, log: logger });
  await slack.openView(triggerId, view);
}

/** Answers Slack when somebody presses a button of a message, or says why a version is rejected. */
export const handler = withMiddleware(slackHttpSchema, (event) =>
  answerSlack(
    {
      readSecret: () => readSecret(secretsClient(), config.SLACK_SIGNING_SECRET),
      store: runStore(config),
      rulesOf: (pipeline) => packagedRules(config.LAMBDA_TASK_ROOT, pipeline, config.SLACK_APPROVERS),
      isPipeline: (name) => pipelineNames(config.LAMBDA_TASK_ROOT).includes(name),
      start: (name, input) => startOnce(sfnClient(), config.RECORD_DECISION_MACHINE_ARN, name, input),
      openView,
      count: publishUntaken,
      now: Date.now,
    },
    event,
  ),
);
