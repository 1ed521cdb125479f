import {
  DescribeTrainingJobCommand,
  DescribeTransformJobCommand,
  ListTrainingJobsForHyperParameterTuningJobCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { GetExecutionHistoryCommand, type HistoryEvent, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { tuningJobName } from '#domain/naming';
import { readExecutionUsage } from '#functions/aws/execution-usage';
import { readJobs } from '#functions/aws/job-times';
import { refusal } from '../support/sagemaker.ts';

const run = { pipeline: 'loan', runId: 'r1' };
const at = (seconds: number) => new Date(1000 * seconds);
const machines = { InstanceType: 'ml.m5.xlarge' as const, InstanceCount: 2, VolumeSizeInGB: 30 };

describe('the jobs of a run', () => {
  const mock = mockClient(SageMakerClient);
  const read = (now = 0) => readJobs(new SageMakerClient({}), 'dev', run, 1000 * now);
  beforeEach(() => {
    mock.reset();
    for (const command of [DescribeTrainingJobCommand, DescribeTransformJobCommand] as const)
      mock.on(command as typeof DescribeTrainingJobCommand).rejects(refusal('Requested resource not found.'));
    mock.on(ListTrainingJobsForHyperParameterTuningJobCommand).rejects(refusal('Could not find it.'));
  });

  it('are none where the run came to none', async () => {
    expect(await read()).toEqual([]);
  });

  it('have the seconds that are billed, which spot capacity makes fewer', async () => {
    mock.on(DescribeTrainingJobCommand, { TrainingJobName: 'tidegate-dev-loan-r1' }).resolves({
      ResourceConfig: machines,
      TrainingStartTime: at(0),
      TrainingEndTime: at(500),
      TrainingTimeInSeconds: 500,
      BillableTimeInSeconds: 100,
    });
    for (const name of ['n', 'o']) {
      mock.on(DescribeTransformJobCommand, { TransformJobName: `tidegate-dev-loan-r1-${name}` }).resolves({
        TransformStartTime: at(500),
        TransformEndTime: at(560),
        TransformResources: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1 },
      });
    }
    expect(await read()).toEqual([
      { use: 'training', instanceType: 'ml.m5.xlarge', instances: 2, jobs: 1, seconds: 100, volumeGb: 30 },
      { use: 'transform', instanceType: 'ml.m5.xlarge', instances: 1, jobs: 2, seconds: 120, volumeGb: 0 },
    ]);
  });

  it('count until now while they go on, and not before they began', async () => {
    const running = { ResourceConfig: machines, TrainingStartTime: at(10) };
    mock.on(DescribeTrainingJobCommand).resolves(running);
    expect(await read(40)).toMatchObject([{ seconds: 30 }]);
    mock.on(DescribeTrainingJobCommand).resolves({ ResourceConfig: machines });
    expect(await read(40)).toMatchObject([{ seconds: 0 }]);
  });

  it('are those of a tuning together, each described where spot capacity was used', async () => {
    const tuningJob = tuningJobName('dev', run);
    const trials = [1, 2].map((n) => ({
      TrainingJobName: `${tuningJob}-00${n}`,
      TrainingJobArn: 'arn',
      CreationTime: at(0),
      TrainingJobStatus: 'Completed' as const,
      TunedHyperParameters: {},
      TrainingStartTime: at(0),
      TrainingEndTime: at(100 * n),
    }));
    mock
      .on(ListTrainingJobsForHyperParameterTuningJobCommand, { HyperParameterTuningJobName: tuningJob })
      .resolves({ TrainingJobSummaries: trials });
    const first = { TrainingJobName: `${tuningJob}-001` };
    mock.on(DescribeTrainingJobCommand, first).resolves({ ResourceConfig: machines });
    expect(await read()).toMatchObject([{ jobs: 2, seconds: 300, instances: 2 }]);

    mock
      .on(DescribeTrainingJobCommand, first)
      .resolves({ ResourceConfig: machines, EnableManagedSpotTraining: true, BillableTimeInSeconds: 30 });
    mock
      .on(DescribeTrainingJobCommand, { TrainingJobName: `${tuningJob}-002` })
      .resolves({ ResourceConfig: machines, EnableManagedSpotTraining: true, BillableTimeInSeconds: 50 });
    expect(await read()).toMatchObject([{ jobs: 2, seconds: 80 }]);

    mock.on(ListTrainingJobsForHyperParameterTuningJobCommand).resolves({ TrainingJobSummaries: [] });
    expect(await read()).toEqual([]);
  });

  it('are not guessed when they cannot be read', async () => {
    mock.on(DescribeTrainingJobCommand).rejects(refusal('slow down'));
    await expect(read()).rejects.toThrow('slow down');
  });
});

describe('the executions of a run', () => {
  const mock = mockClient(SFNClient);
  const read = (arn = 'retrain') => readExecutionUsage(new SFNClient({}), arn);
  let id = 0;
  const event = (type: string, seconds: number, more: object = {}): HistoryEvent =>
    ({ id: ++id, previousEventId: id - 1, type, timestamp: at(seconds), ...more }) as HistoryEvent;
  const call = (name: string, from: number, to: number, end = 'LambdaFunctionSucceeded') => [
    event('LambdaFunctionScheduled', from, {
      lambdaFunctionScheduledEventDetails: { resource: `arn:aws:lambda:eu-central-1:1:function:tidegate-dev-${name}` },
    }),
    event('LambdaFunctionStarted', from),
    event(end, to),
  ];
  const histories = (all: Readonly<Record<string, HistoryEvent[]>>) => {
    for (const [executionArn, events] of Object.entries(all))
      mock
        .on(GetExecutionHistoryCommand, { executionArn, includeExecutionData: true, maxResults: 1000 })
        .resolves({ events });
  };
  beforeEach(() => {
    mock.reset();
    id = 0;
  });

  it('count the states that were entered, the retries, and the calls with their memory and time', async () => {
    histories({
      retrain: [
        event('ExecutionStarted', 0),
        event('TaskStateEntered', 0),
        ...call('admitDrop', 0, 4, 'LambdaFunctionFailed'),
        ...call('admitDrop', 10, 12),
        event('TaskStateExited', 12),
        event('ChoiceStateEntered', 12),
      ],
    });
    expect(await read()).toEqual({ transitions: 3, calls: 2, gbSeconds: 0.5 * 4 + 0.5 * 2 });
  });

  it('have those that they started in them, and a Distributed Map like its first children', async () => {
    const child = [event('TaskStateEntered', 0), ...call('desensitizeShard', 0, 1024)];
    histories({
      retrain: [
        event('TaskStateEntered', 0),
        event('TaskScheduled', 0),
        event('TaskSubmitted', 0, { taskSubmittedEventDetails: { output: '{"ExecutionArn":"arn:prepare","x":1}' } }),
        event('TaskSucceeded', 5),
      ],
      'arn:prepare': [
        event('MapStateEntered', 0),
        event('MapRunStarted', 0, { mapRunStartedEventDetails: { mapRunArn: 'arn:map' } }),
        event('MapRunSucceeded', 9),
      ],
      ...Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`arn:child-${n}`, child])),
    });
    const executions = Array.from({ length: 40 }, (_, n) => ({ executionArn: `arn:child-${n}` }) as never);
    mock.on(ListExecutionsCommand, { mapRunArn: 'arn:map' }).resolves({ executions });

    expect(await read()).toEqual({ transitions: 1 + 1 + 40, calls: 40, gbSeconds: expect.closeTo(40 * 3008, 6) });
  });

  it('are none of a map without items', async () => {
    histories({ retrain: [event('MapRunStarted', 0, { mapRunStartedEventDetails: { mapRunArn: 'arn:map' } })] });
    mock.on(ListExecutionsCommand).resolves({ executions: [] });
    expect(await read()).toEqual({ transitions: 0, calls: 0, gbSeconds: 0 });
  });
});
