import { beforeAll, beforeEach, expect, it } from 'vitest';
import { artifactKeys } from '#domain/runs/layout';
import type { Pipeline } from '#schemas/pipeline';
import { trainingRecordSchema } from '#schemas/records/run';
import { type FakeBuckets, fakeBuckets } from './support/buckets.ts';
import { encodedRun, publish, recordOf } from './support/evaluated-run.ts';
import { context, setStage, trainingImage } from './support/stage.ts';

let buckets: FakeBuckets;
let planTraining: typeof import('#functions/plan-training').handler;
beforeAll(async () => {
  setStage();
  Object.assign(process.env, {
    ARTIFACTS_KEY_ARN: 'arn:aws:kms:eu-central-1:123456789012:key/artifacts',
    TRAINING_ROLE_ARN: 'arn:aws:iam::123456789012:role/tidegate-dev-training',
  });
  ({ handler: planTraining } = await import('#functions/plan-training'));
});
beforeEach(() => {
  buckets = fakeBuckets();
});

it('plans the training on the run and the scoring of its holdout, and keeps what the job is given', async () => {
  using run = await encodedRun('binary');
  await publish(run, buckets);

  const { trainingJob, scoring } = await planTraining({ run: run.run }, context);

  expect(trainingJob).toMatchObject({
    TrainingJobName: 'tidegate-dev-loan-r1',
    RoleArn: process.env['TRAINING_ROLE_ARN'],
    HyperParameters: { objective: 'binary:logistic' },
    OutputDataConfig: { KmsKeyId: process.env['ARTIFACTS_KEY_ARN'] },
  });
  expect(trainingJob?.InputDataConfig).toMatchObject([
    { DataSource: { S3DataSource: { S3Uri: 's3://clean-bucket/loan/runs/r1/encoded/train/' } } },
    { DataSource: { S3DataSource: { S3Uri: 's3://clean-bucket/loan/runs/r1/encoded/validation/' } } },
  ]);
  expect(scoring).toMatchObject([{ TransformJobName: 'tidegate-dev-loan-r1-n', ModelName: 'tidegate-dev-loan-r1' }]);
  expect(trainingRecordSchema.parse(recordOf(buckets, run.run, 'training'))).toEqual({
    hyperparameters: trainingJob?.HyperParameters,
    image: trainingImage,
  });
});

it('constrains the model where a column is declared monotone', async () => {
  using run = await encodedRun('binary');
  await publish(run, buckets);
  const config = recordOf(buckets, run.run, 'config') as Pipeline;
  const columns = { ...config.dataset.columns, x: { ...config.dataset.columns['x'], monotone: 'increasing' } };
  const key = `artifacts-bucket/${artifactKeys(run.run).config}`;
  buckets.put(key, JSON.stringify({ ...config, dataset: { ...config.dataset, columns } }));

  const { trainingJob } = await planTraining({ run: run.run }, context);

  expect(trainingJob?.HyperParameters).toMatchObject({ monotone_constraints: '(1,0,0,0)', tree_method: 'hist' });
});

it("plans to score the same holdout with the champion's model, and plans the same when asked again", async () => {
  using run = await encodedRun('binary');
  await publish(run, buckets);
  const champion = { pipeline: 'loan', runId: 'r0' };
  const config = recordOf(buckets, run.run, 'config');
  buckets.put(`artifacts-bucket/${artifactKeys(champion).config}`, JSON.stringify(config));
  const ask = () => planTraining({ run: run.run, champion }, context);

  const first = await ask();

  expect(first.scoring).toMatchObject([
    { TransformJobName: 'tidegate-dev-loan-r1-n', ModelName: 'tidegate-dev-loan-r1' },
    { TransformJobName: 'tidegate-dev-loan-r1-o', ModelName: 'tidegate-dev-loan-r0' },
  ]);
  expect(await ask()).toEqual(first);
});

it('plans a tuning instead of a training where the pipeline asks for one', async () => {
  using run = await encodedRun('binary');
  await publish(run, buckets);
  const key = `artifacts-bucket/${artifactKeys(run.run).config}`;
  const { training, ...rest } = recordOf(buckets, run.run, 'config') as Pipeline;
  buckets.put(
    key,
    JSON.stringify({ ...rest, training: { ...training, tuning: { maxJobs: 6, ranges: { eta: [0.01, 0.3] } } } }),
  );
  const ask = () => planTraining({ run: run.run }, context);

  const planned = await ask();

  expect(planned.trainingJob).toBeUndefined();
  expect(planned.tuningJob).toMatchObject({
    HyperParameterTuningJobName: expect.stringMatching(/^tidegate-dev-loan-[0-9a-f]{10}$/),
    HyperParameterTuningJobConfig: { Strategy: 'Bayesian', ResourceLimits: { MaxNumberOfTrainingJobs: 6 } },
    TrainingJobDefinition: { RoleArn: process.env['TRAINING_ROLE_ARN'] },
  });
  expect(trainingRecordSchema.parse(recordOf(buckets, run.run, 'training'))).toEqual({
    hyperparameters: planned.tuningJob?.TrainingJobDefinition.StaticHyperParameters,
    image: trainingImage,
  });
  expect(await ask()).toEqual(planned);
});

it('names the run whose transform is missing', async () => {
  await expect(planTraining({ run: { pipeline: 'loan', runId: 'gone' } }, context)).rejects.toMatchObject({
    name: 'NotFoundError',
    message: expect.stringContaining('loan/runs/gone/'),
  });
});
