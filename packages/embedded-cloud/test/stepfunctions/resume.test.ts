import { ListExecutionsCommand, ListMapRunsCommand, SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, it } from 'vitest';
import { AwsError, type Clock } from '#src/cloud/service';
import { fastClock } from './support/crash-world.ts';
import { FakeCloud, type ForeignServices, FunctionFailure, until } from './support/fake-cloud.ts';

const trainingJobArn = 'arn:aws:sagemaker:eu-central-1:123456789012:training-job/job-1';
let cloud: FakeCloud;
afterEach(() => cloud.close());

/** Closes the cloud and starts it again on the same state. */
async function restart(foreign?: ForeignServices, options: { clock?: Clock } = {}): Promise<void> {
  const { stateDir } = cloud.context;
  await cloud.close(true);
  cloud = await FakeCloud.start(foreign, { ...options, stateDir });
}

describe('after a restart', () => {
  it('finished executions and their histories still exist', async () => {
    cloud = await FakeCloud.start();
    const { executionArn = '' } = await cloud.run({ P: { Type: 'Pass', Output: 'kept', End: true } });
    await restart();
    expect(await cloud.describe(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '"kept"' });
    expect((await cloud.history(executionArn)).map(({ id }) => id)).toEqual([1, 2, 3, 4]);
  });

  it('a job that was submitted is taken up again, not submitted twice', async () => {
    let status = 'InProgress';
    const jobs: ForeignServices = ({ operation }) => {
      if (operation === 'CreateTrainingJob') return { TrainingJobArn: trainingJobArn };
      return operation === 'DescribeTrainingJob' ? { TrainingJobName: 'job-1', TrainingJobStatus: status } : {};
    };
    cloud = await FakeCloud.start(jobs);
    const arn = await cloud.machine('m', {
      Set: { Type: 'Pass', Assign: { kept: 'yes' }, Next: 'Train' },
      Train: {
        Type: 'Task',
        Resource: 'arn:aws:states:::sagemaker:createTrainingJob.sync',
        Arguments: { TrainingJobName: '{% $uuid() %}' },
        Output: { kept: '{% $kept %}', job: '{% $states.result.TrainingJobName %}' },
        End: true,
      },
    });
    const executionArn = await cloud.begin(arn);
    await until(() => cloud.foreignCalls.find(({ operation }) => operation === 'DescribeTrainingJob'));
    const before = cloud.foreignCalls.map(({ operation }) => operation);
    await restart(jobs);
    await until(() => cloud.foreignCalls.find(({ operation }) => operation === 'DescribeTrainingJob'));
    status = 'Completed';
    expect(JSON.parse((await cloud.end(executionArn)).output ?? '')).toEqual({ kept: 'yes', job: 'job-1' });
    const all = [...before, ...cloud.foreignCalls.map(({ operation }) => operation)];
    expect(all.filter((operation) => operation === 'CreateTrainingJob')).toHaveLength(1);
    expect(all).not.toContain('StopTrainingJob');
    const events = await cloud.history(executionArn);
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
    expect(events.map(({ type }) => type).slice(3)).toEqual([
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('a task token still accepts its answer', async () => {
    cloud = await FakeCloud.start();
    const arn = await cloud.machine('m', {
      W: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
        Arguments: { FunctionName: 'ask', Payload: { token: '{% $states.context.Task.Token %}' } },
        End: true,
      },
    });
    const executionArn = await cloud.begin(arn);
    const call = await until(() => cloud.foreignCalls[0]);
    await until(async () => (await cloud.history(executionArn)).find(({ type }) => type === 'TaskSubmitted'));
    const { token } = call.input['Payload'] as { token: string };
    await restart();
    await cloud.client.send(new SendTaskSuccessCommand({ taskToken: token, output: '"late"' }));
    expect(await cloud.end(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '"late"' });
    expect(cloud.foreignCalls).toEqual([]);
  });

  it('a wait ends when it would have ended', async () => {
    cloud = await FakeCloud.start();
    const until1s = '{% $fromMillis($millis() + 900) %}';
    const arn = await cloud.machine('m', { W: { Type: 'Wait', Timestamp: until1s, End: true } });
    const executionArn = await cloud.begin(arn);
    const [started] = await cloud.history(executionArn);
    await restart();
    const ended = await cloud.end(executionArn);
    const waited = (ended.stopDate?.getTime() ?? 0) - (started?.timestamp?.getTime() ?? 0);
    expect(ended.status).toBe('SUCCEEDED');
    expect(waited).toBeGreaterThanOrEqual(895);
    expect((await cloud.history(executionArn)).filter(({ type }) => type === 'WaitStateEntered')).toHaveLength(1);
  });

  it('a Distributed Map continues with its children', async () => {
    let blocked = true;
    const work: ForeignServices = async ({ input }) => {
      if (blocked) await new Promise(() => {});
      return input['Payload'];
    };
    cloud = await FakeCloud.start(work);
    const arn = await cloud.machine('m', {
      M: {
        Type: 'Map',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'T',
          States: { T: { Type: 'Task', Resource: 'arn:aws:lambda:eu-central-1:123456789012:function:f', End: true } },
        },
        End: true,
      },
    });
    const executionArn = await cloud.begin(arn, [1, 2]);
    await until(() => (cloud.foreignCalls.length === 2 ? true : undefined));
    blocked = false;
    await restart(work);
    expect(await cloud.end(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '[1,2]' });
    const { mapRuns = [] } = await cloud.client.send(new ListMapRunsCommand({ executionArn }));
    expect(mapRuns).toHaveLength(1);
    const { executions = [] } = await cloud.client.send(
      new ListExecutionsCommand({ mapRunArn: mapRuns[0]?.mapRunArn }),
    );
    expect(executions.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  });

  it('a call in progress is made again with the arguments it was scheduled with', async () => {
    let blocked = true;
    const work: ForeignServices = async () => {
      if (blocked) await new Promise(() => {});
      return 'done';
    };
    cloud = await FakeCloud.start(work);
    const Resource = 'arn:aws:lambda:eu-central-1:123456789012:function:f';
    const arn = await cloud.machine('m', { T: { Type: 'Task', Resource, Arguments: '{% $uuid() %}', End: true } });
    const executionArn = await cloud.begin(arn);
    const first = await until(() => cloud.foreignCalls[0]);
    blocked = false;
    await restart(work);
    expect(await cloud.end(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '"done"' });
    expect(cloud.foreignCalls).toEqual([first]);
    const types = (await cloud.history(executionArn)).map(({ type }) => type);
    expect(types.filter((type) => type === 'LambdaFunctionScheduled')).toHaveLength(1);
  });

  it('a job whose submission was not answered is found by its name', async () => {
    const name = 'job-1';
    const created = { TrainingJobArn: trainingJobArn, CreationTime: 0, TrainingJobStatus: 'Completed' };
    let blocked = true;
    const jobs: ForeignServices = async ({ operation }) => {
      if (operation === 'DescribeTrainingJob') return created;
      if (operation !== 'CreateTrainingJob') return {};
      created.CreationTime = Date.now() / 1000;
      if (blocked) await new Promise(() => {});
      throw new AwsError('ResourceInUse', 'a training job with this name already exists');
    };
    cloud = await FakeCloud.start(jobs);
    const Resource = 'arn:aws:states:::sagemaker:createTrainingJob.sync';
    const arn = await cloud.machine('m', {
      T: { Type: 'Task', Resource, Arguments: { TrainingJobName: name }, Output: 'trained', End: true },
    });
    const executionArn = await cloud.begin(arn);
    await until(() => cloud.foreignCalls.find(({ operation }) => operation === 'CreateTrainingJob'));
    blocked = false;
    await restart(jobs);
    expect(await cloud.end(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '"trained"' });
    expect(cloud.foreignCalls.map(({ operation }) => operation)).not.toContain('CreateTrainingJob');
  });

  it('an older job of the same name is not taken for its own', async () => {
    let blocked = true;
    const jobs: ForeignServices = async ({ operation }) => {
      if (operation === 'DescribeTrainingJob') {
        return { TrainingJobArn: trainingJobArn, CreationTime: Date.now() / 1000 - 60, TrainingJobStatus: 'Completed' };
      }
      if (operation !== 'CreateTrainingJob') return {};
      if (blocked) await new Promise(() => {});
      throw new AwsError('ResourceInUse', 'a training job with this name already exists');
    };
    cloud = await FakeCloud.start(jobs);
    const Resource = 'arn:aws:states:::sagemaker:createTrainingJob.sync';
    const arn = await cloud.machine('m', {
      T: { Type: 'Task', Resource, Arguments: { TrainingJobName: 'job-1' }, End: true },
    });
    const executionArn = await cloud.begin(arn);
    await until(() => cloud.foreignCalls.find(({ operation }) => operation === 'CreateTrainingJob'));
    blocked = false;
    await restart(jobs);
    expect(await cloud.end(executionArn)).toMatchObject({
      status: 'FAILED',
      error: 'SageMaker.ResourceInUseException',
    });
  });

  it('a retry happens at its original time', async () => {
    const flaky: ForeignServices = ({ input }) =>
      input['Payload'] === 0 ? new FunctionFailure({ errorType: 'Shaky', errorMessage: 'not yet' }) : 'done';
    const options = { clock: fastClock };
    cloud = await FakeCloud.start(flaky, options);
    const arn = await cloud.machine('m', {
      T: {
        Type: 'Task',
        Resource: 'arn:aws:lambda:eu-central-1:123456789012:function:f',
        Arguments: '{% $states.context.State.RetryCount %}',
        Retry: [{ ErrorEquals: ['Shaky'], IntervalSeconds: 20 }],
        End: true,
      },
    });
    const executionArn = await cloud.begin(arn);
    await until(async () => (await cloud.history(executionArn)).find(({ type }) => type === 'LambdaFunctionFailed'));
    await restart(flaky, options);
    expect(await cloud.end(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '"done"' });
    const at = (await cloud.history(executionArn))
      .filter(({ type }) => type === 'LambdaFunctionFailed' || type === 'LambdaFunctionScheduled')
      .map(({ timestamp }) => timestamp?.getTime() ?? 0);
    expect(at).toHaveLength(3);
    expect((at[2] ?? 0) - (at[1] ?? 0)).toBeGreaterThanOrEqual(20_000);
    expect(cloud.foreignCalls).toHaveLength(1);
  });

  it('a branch that failed while another was still being stopped has failed for good', async () => {
    let blocked = true;
    const services: ForeignServices = async ({ service }) => {
      if (service === 'lambda') return new FunctionFailure({ errorType: 'No', errorMessage: 'way' });
      if (blocked) await new Promise(() => {});
      return {};
    };
    cloud = await FakeCloud.start(services);
    const work = { Type: 'Task', Resource: 'arn:aws:lambda:eu-central-1:123456789012:function:f', End: true };
    const arn = await cloud.machine('m', {
      P: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 1, Next: 'T' }, T: work } },
          {
            StartAt: 'M',
            States: {
              M: {
                Type: 'Map',
                ItemReader: {
                  Resource: 'arn:aws:states:::s3:getObject',
                  ReaderConfig: { InputType: 'JSON' },
                  Arguments: { Bucket: 'b', Key: 'k' },
                },
                ItemProcessor: {
                  ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
                  StartAt: 'Child',
                  States: { Child: work },
                },
                End: true,
              },
            },
          },
        ],
        End: true,
      },
    });
    const executionArn = await cloud.begin(arn);
    await until(async () => (await cloud.history(executionArn)).find(({ type }) => type === 'LambdaFunctionFailed'));
    blocked = false;
    await restart(services);
    expect(await cloud.end(executionArn)).toMatchObject({ status: 'FAILED', error: 'No' });
    expect(cloud.foreignCalls.filter(({ service }) => service === 'lambda')).toEqual([]);
    const types = (await cloud.history(executionArn)).map(({ type }) => type);
    expect(types.filter((type) => type === 'LambdaFunctionFailed')).toHaveLength(1);
    expect(types.slice(-2)).toEqual(['ParallelStateFailed', 'ExecutionFailed']);
  });
});
