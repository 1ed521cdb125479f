import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { modelRegistry } from '#functions/aws/model-registry';
import { approvals, runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { recordDecision } from '#functions/use-cases/record-decision';
import { recordDecisionSchema } from '#schemas/events/decision';

const config = readConfig(['STAGE', 'STATE_TABLE', 'APPROVALS_TABLE']);

/** Records who approved or rejected a model version, when and why. */
export const handler = withMiddleware(recordDecisionSchema, (event) =>
  recordDecision(
    {
      stage: config.STAGE,
      store: runStore(config),
      registry: modelRegistry(sageMakerClient(), config.STAGE),
      log: approvals(config),
    },
    event,
  ),
);
