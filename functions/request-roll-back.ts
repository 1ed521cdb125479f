import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { modelRegistry } from '#functions/aws/model-registry';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { requestRollBack } from '#functions/use-cases/request-roll-back';
import { requestRollBackSchema } from '#schemas/events/decision';

const config = readConfig(['STAGE', 'STATE_TABLE']);

/** Records that a person wants an earlier version to serve again, and names the model package to deploy. */
export const handler = withMiddleware(requestRollBackSchema, (event) =>
  requestRollBack({ store: runStore(config), registry: modelRegistry(sageMakerClient(), config.STAGE) }, event),
);
