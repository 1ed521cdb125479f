import {
  DescribeHyperParameterTuningJobCommand,
  type HyperParameterTrainingJobSummary,
  ListTrainingJobsForHyperParameterTuningJobCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { tuningJobName } from '#domain/naming';
import { artifactKeys } from '#domain/runs/layout';
import { trainingRecordSchema } from '#schemas/records/run';
import { type FakeBuckets, fakeBuckets } from './support/buckets.ts';
import { recordOf } from './support/evaluated-run.ts';
import { refusal } from './support/sagemaker.ts';
import { context, runs, setStage } from './support/stage.ts';

const run = { pipeline: 'loan', runId: runs.first };
const tuningJob = tuningJobName('dev', run);
const freshMock = () => mockClient(SageMakerClient);
let mock: ReturnType<typeof freshMock>;
let buckets: FakeBuckets;
let select: () => Promise<{ trainingJob: string }>;

const trial = (number: number, eta: string, value?: number): HyperParameterTrainingJobSummary => ({
  TrainingJobName: `${tuningJob}-00${number}-0123abcd`,
  TrainingJobArn: 'arn',
  CreationTime: new Date(number),
  TrainingJobStatus: value === undefined ? 'Failed' : 'Completed',
  TunedHyperParameters: { eta },
  ...(value === undefined
    ? {}
    : { FinalHyperParameterTuningJobObjectiveMetric: { MetricName: 'validation:auc', Value: value } }),
});
const trials = [trial(1, '0.1', 0.8), trial(2, '0.2', 0.9), trial(3, '0.3')];

beforeAll(async () => {
  setStage();
  const { handler } = await import('#functions/select-best-trial');
  select = () => handler({ run }, context);
});
beforeEach(() => {
  buckets = fakeBuckets();
  buckets.put(
    `artifacts-bucket/${artifactKeys(run).training}`,
    JSON.stringify({ hyperparameters: { num_round: '20' }, image: 'image:1' }),
  );
  mock = freshMock();
  mock.on(DescribeHyperParameterTuningJobCommand, { HyperParameterTuningJobName: tuningJob }).resolves({
    HyperParameterTuningJobStatus: 'Completed',
    BestTrainingJob: trials[1],
    HyperParameterTuningJobConfig: {
      Strategy: 'Bayesian',
      HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'validation:auc' },
      ResourceLimits: { MaxParallelTrainingJobs: 2 },
    },
  });
  // Two pages.
  mock
    .on(ListTrainingJobsForHyperParameterTuningJobCommand)
    .callsFake(({ NextToken }) =>
      NextToken === 'more'
        ? { TrainingJobSummaries: trials.slice(2) }
        : { TrainingJobSummaries: trials.slice(0, 2), NextToken: 'more' },
    );
});

it('takes the best training job and its hyperparameters for the run, and keeps every trial', async () => {
  expect(await select()).toEqual({ trainingJob: trials[1]?.TrainingJobName });

  expect(trainingRecordSchema.parse(recordOf(buckets, run, 'training'))).toEqual({
    image: 'image:1',
    hyperparameters: { num_round: '20', eta: '0.2' },
    trainingJob: trials[1]?.TrainingJobName,
    tuning: {
      tuningJob,
      strategy: 'Bayesian',
      metric: 'validation:auc',
      direction: 'Maximize',
      trials: [
        {
          trainingJob: trials[0]?.TrainingJobName,
          status: 'Completed',
          hyperparameters: { eta: '0.1' },
          objective: 0.8,
        },
        {
          trainingJob: trials[1]?.TrainingJobName,
          status: 'Completed',
          hyperparameters: { eta: '0.2' },
          objective: 0.9,
        },
        { trainingJob: trials[2]?.TrainingJobName, status: 'Failed', hyperparameters: { eta: '0.3' }, objective: null },
      ],
    },
  });
});

it('leaves the same record when it is called again', async () => {
  await select();
  const first = recordOf(buckets, run, 'training');
  await select();

  expect(recordOf(buckets, run, 'training')).toEqual(first);
});

it('says why when the tuning has no best training job', async () => {
  mock.on(DescribeHyperParameterTuningJobCommand).resolves({
    HyperParameterTuningJobStatus: 'Completed',
    FailureReason: 'No training job succeeded after 5 attempts.',
  });

  await expect(select()).rejects.toMatchObject({
    name: 'TuningError',
    message: expect.stringContaining(
      `${tuningJob} has no best training job: No training job succeeded after 5 attempts.`,
    ),
  });
});

it.each(['InProgress', 'Stopping'] as const)('waits for a tuning that is %s', async (HyperParameterTuningJobStatus) => {
  mock
    .on(DescribeHyperParameterTuningJobCommand)
    .resolves({ HyperParameterTuningJobStatus, BestTrainingJob: trials[0] });

  await expect(select()).rejects.toMatchObject({
    name: 'StillRunningError',
    message: expect.stringContaining(tuningJob),
  });
});

it.each(['Failed', 'Stopped'] as const)('goes on with no trial of a tuning that ended as %s', async (status) => {
  mock.on(DescribeHyperParameterTuningJobCommand).resolves({
    HyperParameterTuningJobStatus: status,
    BestTrainingJob: trials[0],
    FailureReason: 'no capacity',
  });

  await expect(select()).rejects.toMatchObject({
    name: 'TuningError',
    message: `The tuning job ${tuningJob} ended as ${status}: no capacity.`,
  });
});

it('asks to be tried again when SageMaker throttles', async () => {
  mock.on(DescribeHyperParameterTuningJobCommand).rejects(refusal('Rate exceeded', 'ThrottlingException'));

  await expect(select()).rejects.toMatchObject({ name: 'TransientError' });
});
