import * as z from 'zod';
import { artifactStore } from '#functions/aws/buckets';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { trainingImage } from '#functions/runtime/training-images';
import { planTraining } from '#functions/use-cases/plan-training';
import { runPointerSchema } from '#schemas/records/run';

const config = readConfig([
  'STAGE',
  'CLEAN_BUCKET',
  'ARTIFACTS_BUCKET',
  'CLEAN_KEY_ARN',
  'ARTIFACTS_KEY_ARN',
  'TRAINING_ROLE_ARN',
  'TRAINING_IMAGES',
]);

/** Plans a run's SageMaker jobs: training or tuning, and scoring. */
export const handler = withMiddleware(
  z.object({ run: runPointerSchema, champion: runPointerSchema.nullish() }),
  (event) =>
    planTraining(
      {
        environment: {
          stage: config.STAGE,
          cleanBucket: config.CLEAN_BUCKET,
          artifactsBucket: config.ARTIFACTS_BUCKET,
          cleanKeyArn: config.CLEAN_KEY_ARN,
          artifactsKeyArn: config.ARTIFACTS_KEY_ARN,
          trainingRoleArn: config.TRAINING_ROLE_ARN,
        },
        artifacts: artifactStore(config),
        imageOf: (algorithm) => trainingImage(config.TRAINING_IMAGES, algorithm),
      },
      event,
    ),
);
