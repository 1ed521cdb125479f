import { artifactStore } from '#functions/aws/buckets';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { endpoints } from '#functions/aws/endpoints';
import { ensureModel } from '#functions/aws/ensure-model';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { openChallenge } from '#functions/use-cases/open-challenge';
import { openChallengeSchema } from '#schemas/events/challenge';

const config = readConfig([
  'STAGE',
  'CLEAN_BUCKET',
  'ARTIFACTS_BUCKET',
  'STATE_TABLE',
  'SERVING_ROLE_ARN',
  'CLEAN_KEY_ARN',
]);

/** Records a challenge and starts to create the challenger's endpoint. */
export const handler = withMiddleware(openChallengeSchema, (event) =>
  openChallenge(
    {
      environment: { stage: config.STAGE, cleanBucket: config.CLEAN_BUCKET, cleanKeyArn: config.CLEAN_KEY_ARN },
      artifacts: artifactStore(config),
      store: runStore(config),
      endpoints: endpoints(sageMakerClient()),
      ensureModel: (run) => ensureModel(sageMakerClient(), run, config),
      now: Date.now,
    },
    event,
  ),
);
