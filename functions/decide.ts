import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { modelRegistry } from '#functions/aws/model-registry';
import { approvals, runStore } from '#functions/aws/tables';
import { packagedRules } from '#functions/runtime/approval-rules';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { decide } from '#functions/use-cases/decide';
import { decideSchema } from '#schemas/events/decision';

const config = readConfig([
  'STAGE',
  'STATE_TABLE',
  'APPROVALS_TABLE',
  'MODEL_PACKAGES',
  'SLACK_APPROVERS',
  'LAMBDA_TASK_ROOT',
]);

/** Approves or rejects a version, or goes back to an earlier one, for a person who may. */
export const handler = withMiddleware(decideSchema, (event) =>
  decide(
    {
      stage: config.STAGE,
      packages: config.MODEL_PACKAGES,
      store: runStore(config),
      registry: modelRegistry(sageMakerClient(), config.STAGE),
      log: approvals(config),
      rulesOf: (pipeline) => packagedRules(config.LAMBDA_TASK_ROOT, pipeline, config.SLACK_APPROVERS),
      now: Date.now,
    },
    event,
  ),
);
