import * as z from 'zod';
import { runResourceName } from '#domain/naming';
import { artifactKeys } from '#domain/runs/layout';
import { planTrainingJob, planTransformJob } from '#domain/training/plan';
import { planTuningJob } from '#domain/training/tuning';
import { artifactStore } from '#functions/aws/buckets';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { trainingImage } from '#functions/runtime/training-images';
import { readAlgorithm } from '#functions/shards/run-algorithm';
import { pipelineSchema } from '#schemas/pipeline';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
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

/** Plans a run's SageMaker jobs: the training, or the tuning where the pipeline asks for one, and the scoring of candidate and champion on the same holdout. */
export const handler = withMiddleware(
  z.object({ run: runPointerSchema, champion: runPointerSchema.nullish() }),
  async ({ run, champion }) => {
    const artifacts = artifactStore(config);
    const keys = artifactKeys(run);
    const pipeline = await artifacts.readJson(keys.config, pipelineSchema);
    const fitted = await artifacts.readJson(keys.transform, fittedTransformSchema);
    const environment = {
      stage: config.STAGE,
      cleanBucket: config.CLEAN_BUCKET,
      artifactsBucket: config.ARTIFACTS_BUCKET,
      cleanKeyArn: config.CLEAN_KEY_ARN,
      artifactsKeyArn: config.ARTIFACTS_KEY_ARN,
      trainingRoleArn: config.TRAINING_ROLE_ARN,
      image: trainingImage(config.TRAINING_IMAGES, pipeline.training.algorithm),
    };
    const score = async (model: 'candidate' | 'champion', of: typeof run) =>
      planTransformJob(
        run,
        model,
        runResourceName(config.STAGE, of),
        pipeline,
        environment,
        await readAlgorithm(artifacts, of),
      );
    const counts = fitted.label.classCounts;
    const training = pipeline.training.tuning
      ? { tuningJob: planTuningJob(run, pipeline, counts, environment) }
      : { trainingJob: planTrainingJob(run, pipeline, counts, environment) };
    await artifacts.writeJson(keys.training, {
      hyperparameters:
        training.trainingJob?.HyperParameters ?? training.tuningJob?.TrainingJobDefinition.StaticHyperParameters,
      image: environment.image,
    });
    return {
      ...training,
      scoring: [await score('candidate', run), ...(champion ? [await score('champion', champion)] : [])],
    };
  },
);
