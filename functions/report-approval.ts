import { secretsClient } from '#functions/aws/clients/secrets-manager';
import { readSlackToken } from '#functions/aws/secrets';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { logger } from '#functions/runtime/logger';
import { withMiddleware } from '#functions/runtime/middleware';
import { connectInteractions } from '#functions/slack/interactions';
import { reportApproval } from '#functions/use-cases/report-approval';
import { reportApprovalSchema } from '#schemas/events/decision';

const config = readConfig(['STATE_TABLE', 'SLACK_TOKEN_SECRET', 'SLACK_API_URL']);

/** Takes the buttons of a decided message away, or tells a person why nothing came of a click. */
export const handler = withMiddleware(reportApprovalSchema, (event) =>
  reportApproval(
    {
      store: runStore(config),
      connect: async () =>
        connectInteractions({
          token: await readSlackToken(secretsClient(), config.SLACK_TOKEN_SECRET),
          apiUrl: config.SLACK_API_URL,
          log: logger,
        }),
    },
    event,
  ),
);
