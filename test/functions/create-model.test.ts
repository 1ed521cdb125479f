import { CreateModelCommand } from '@aws-sdk/client-sagemaker';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { artifactKeys } from '#domain/runs/layout';
import { fakeS3 } from './support/s3.ts';
import { fakeSageMaker, refusal } from './support/sagemaker.ts';
import { configOf, context, runs, setStage } from './support/stage.ts';

let sageMaker: ReturnType<typeof fakeSageMaker>;
let createModel: () => Promise<{ modelName: string }>;
const modelName = configOf(runs.first);

beforeAll(async () => {
  setStage();
  const { handler } = await import('#functions/create-model');
  createModel = () => handler({ run: { pipeline: 'loan', runId: runs.first } }, context);
});
const training = `artifacts-bucket/${artifactKeys({ pipeline: 'loan', runId: runs.first }).training}`;
let objects: ReturnType<typeof fakeS3>['objects'];
beforeEach(() => {
  sageMaker = fakeSageMaker();
  ({ objects } = fakeS3());
  objects.set(training, JSON.stringify({ hyperparameters: {}, image: 'image:1' }));
});

it("makes the model of the run's artifact once", async () => {
  expect([await createModel(), await createModel()]).toEqual([{ modelName }, { modelName }]);

  expect(sageMaker.changes).toEqual([`CreateModel ${modelName}`]);
  expect(sageMaker.mock.commandCalls(CreateModelCommand)[0]?.args[0].input).toMatchObject({
    ExecutionRoleArn: process.env['SERVING_ROLE_ARN'],
    PrimaryContainer: {
      Image: 'image:1',
      ModelDataUrl: `s3://artifacts-bucket/loan/runs/${runs.first}/model/${modelName}/output/model.tar.gz`,
    },
  });
});

it('makes it of the training job that a tuning found best', async () => {
  const trainingJob = 'tidegate-dev-loan-0a1b2c3d4e-002-ab12cd34';
  objects.set(training, JSON.stringify({ hyperparameters: {}, image: 'image:1', trainingJob }));

  await createModel();

  expect(sageMaker.mock.commandCalls(CreateModelCommand)[0]?.args[0].input.PrimaryContainer?.ModelDataUrl).toBe(
    `s3://artifacts-bucket/loan/runs/${runs.first}/model/${trainingJob}/output/model.tar.gz`,
  );
});

it('asks to be tried again when SageMaker throttles, and fails when it refuses', async () => {
  sageMaker.mock.on(CreateModelCommand).rejects(refusal('Rate exceeded', 'ThrottlingException'));
  await expect(createModel()).rejects.toMatchObject({ name: 'TransientError' });

  sageMaker.mock.on(CreateModelCommand).rejects(refusal('Could not find model data at s3://x.'));
  await expect(createModel()).rejects.toMatchObject({ name: 'ValidationException' });
});
