import { consoleLink, sageMakerLink } from '#domain/notices/console-link';
import { noticeSchema } from '#domain/notices/registry';
import { artifactStore } from '#functions/aws/buckets';
import { sfnClient } from '#functions/aws/clients/step-functions';
import { startOnce } from '#functions/aws/executions';
import { postingPorts, postingVariables } from '#functions/composition/posting-ports';
import { packagedButtons } from '#functions/runtime/approval-rules';
import { readConfig } from '#functions/runtime/config';
import { stageCosts } from '#functions/runtime/costs';
import { withMiddleware } from '#functions/runtime/middleware';
import { notify } from '#functions/use-cases/notify';

const config = readConfig([
  ...postingVariables,
  'STAGE',
  'ARTIFACTS_BUCKET',
  'CONSOLE_URL',
  'AWS_REGION',
  'COSTS',
  'SEND_WAITING_MACHINE_ARN',
  'SLACK_APPROVERS',
]);
const { pricing } = stageCosts(config, process.arch);
const console = { url: config.CONSOLE_URL, region: config.AWS_REGION };

/** Sends a notice to the team's Slack channel. One that Slack does not take waits for its turn. */
export const handler = withMiddleware(noticeSchema, (notice) =>
  notify(
    {
      ...postingPorts(config),
      artifacts: artifactStore(config),
      stage: config.STAGE,
      pricing,
      link: (key) => consoleLink(console, config.ARTIFACTS_BUCKET, key),
      endpointLink: (name) => sageMakerLink(console, 'endpoints', name),
      buttons: (pipeline) => packagedButtons(config.LAMBDA_TASK_ROOT, pipeline, config.SLACK_APPROVERS, Date.now()),
      startSender: (name) => startOnce(sfnClient(), config.SEND_WAITING_MACHINE_ARN, name, {}),
    },
    notice,
  ),
);
