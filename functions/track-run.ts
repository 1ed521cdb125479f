import { artifactStore } from '#functions/aws/buckets';
import { secretsClient } from '#functions/aws/clients/secrets-manager';
import { readSecret } from '#functions/aws/secrets';
import { runStore } from '#functions/aws/tables';
import { authorizationOf } from '#functions/mlflow/requests';
import { mlflowTracker } from '#functions/mlflow/tracker';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { trackRun } from '#functions/use-cases/track-run';
import { trackRunSchema } from '#schemas/events/track-run';

const config = readConfig(['STAGE', 'ARTIFACTS_BUCKET', 'STATE_TABLE', 'MLFLOW_SECRET']);

/** Logs a run that has ended by the experiment tracker of its pipeline. */
export const handler = withMiddleware(trackRunSchema, (event) =>
  trackRun(
    {
      stage: config.STAGE,
      store: runStore(config),
      artifacts: artifactStore(config),
      connect: async ({ uri }) =>
        mlflowTracker({ uri, authorization: authorizationOf(await readSecret(secretsClient(), config.MLFLOW_SECRET)) }),
      now: Date.now,
    },
    event,
  ),
);
