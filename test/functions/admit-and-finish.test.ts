import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { ExecutionAlreadyExists, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Admission, book, type Input, startAdmission } from './support/admission.ts';
import { refusal } from './support/sagemaker.ts';
import { context } from './support/stage.ts';

let stage: Admission;
let finishRun: typeof import('#functions/finish-run').handler;
beforeAll(async () => {
  stage = await startAdmission();
  ({ handler: finishRun } = await import('#functions/finish-run'));
});
beforeEach(() => {
  stage.reset();
  mockClient(CloudWatchLogsClient).on(DescribeLogGroupsCommand).resolves({});
  // No run came so far that it left anything.
  mockClient(SageMakerClient).onAnyCommand().rejects(refusal('Requested resource not found.'));
});
afterAll(() => stage.dispose());

describe('many drops', () => {
  /** Starts what FinishRun starts, once a name. */
  function machine() {
    const started = new Map<string, Input>();
    stage.executions.mock.on(StartExecutionCommand).callsFake(({ name, input }) => {
      if (started.has(name)) throw new ExecutionAlreadyExists({ message: 'exists', $metadata: {} });
      started.set(name, JSON.parse(input));
      return {};
    });
    return started;
  }
  const finish = async (input: Input, arn: string, outcome: 'registered' | 'failed' = 'registered') => {
    await finishRun({ executionArn: arn, input, outcome }, context);
    stage.executions.running.delete(arn);
  };

  it('of one data set train once, while it trains and ever after, unless forced', async () => {
    machine();
    const event = stage.drop('loan/2026-01-01/', book);
    expect(await stage.admit(event, 'e1')).toMatchObject({ decision: 'admitted' });
    expect(await stage.admit(event, 'e2')).toMatchObject({ decision: 'skipped' });
    await finish(event, 'e1');

    expect(await stage.admit(event, 'e3')).toMatchObject({ reason: expect.stringContaining('trained before, by run') });
    expect(await stage.admit(stage.drop('loan/again/', book), 'e4')).toMatchObject({ decision: 'skipped' });
    expect(await stage.admit({ pipeline: 'loan', drop: 'loan/2026-01-01', force: true }, 'e5')).toMatchObject({
      decision: 'admitted',
    });
  });

  it('of a data set whose run failed train again', async () => {
    machine();
    const event = stage.drop('loan/2026-01-01/', book);
    await stage.admit(event, 'e1');
    await finish(event, 'e1', 'failed');
    expect(await stage.admit(event, 'e2')).toMatchObject({ decision: 'admitted' });
  });

  it('wait and coalesce: the newest is started when the run ends, and trains', async () => {
    const started = machine();
    const first = stage.drop('loan/2026-01-01/', book);
    await stage.admit(first, 'e1');
    await stage.admit(stage.drop('loan/2026-01-02/', { ...book, 'a.csv': 'x,y\n5,0\n' }), 'e2');
    await stage.admit(stage.drop('loan/2026-01-03/', { ...book, 'a.csv': 'x,y\n6,0\n' }), 'e3');

    await finish(first, 'e1');
    await finish(first, 'e1');

    const [[name, input] = []] = [...started];
    expect(started.size).toBe(1);
    expect(input).toEqual({ pipeline: 'loan', drop: 'loan/2026-01-03/', reason: 'drop', force: false });
    if (!name || !input) throw new Error('nothing was started');
    expect(await stage.admit(input, name)).toMatchObject({ decision: 'admitted' });
    await finish(input, name);
    expect(started.size).toBe(1);
    expect(await stage.state.list('loan', 'trained#')).toHaveLength(2);
  });

  it('behind an execution that was aborted wait no longer', async () => {
    const first = stage.drop('loan/2026-01-01/', book);
    await stage.admit(first, 'e1');
    stage.executions.running.delete('e1');

    expect(await stage.admit(stage.drop('loan/2026-01-02/', { ...book, 'a.csv': 'x,y\n5,0\n' }), 'e2')).toMatchObject({
      decision: 'admitted',
    });
  });
});
