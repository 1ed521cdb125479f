import { runDefinition } from 'embedded-cloud/asl';
import { describe, expect, it } from 'vitest';
import { noticeSchema } from '#domain/notices/registry';
import { admitBatchSchema, finishBatchSchema, joinScoresSchema, scoredBatchSchema } from '#schemas/events/batch';
import { loadMachine, taskName } from './load-machine.ts';

const created = {
  time: '2026-02-08T06:00:00Z',
  detail: { object: { key: 'loan/batch/feb/_SUCCESS', size: 0, etag: 'e1', 'version-id': 'v1' } },
};
const run = { pipeline: 'loan', runId: 'b1' };
const model = { pipeline: 'loan', runId: 'r1' };
const job = { TransformJobName: 'tidegate-dev-loan-b1-b', ModelName: 'tidegate-dev-loan-r1' };
const admitted = { decision: 'admitted', run, model, shards: 2, shardsKey: 'k', step: 'locate', job };
const scored = { decision: 'scored', pipeline: 'loan', batchId: 'b1' };
const failure = { pipeline: 'loan', executionArn: 'e', batchId: 'b1', error: 'MalformedDataError', message: 'line 7' };
const passing = { error: 'TransientError', cause: '{"errorType":"TransientError","errorMessage":"later"}' };
const wrong = { error: 'MalformedDataError', cause: '{"errorType":"MalformedDataError","errorMessage":"line 7"}' };
const inUse = { error: 'SageMaker.ResourceInUseException', cause: 'the job exists' };
const startExecution = 'states:startExecution.sync:2';
const transformJob = 'sagemaker:createTransformJob.sync';

type Answers = Record<string, (attempt: number) => unknown>;

async function score(answers: Answers = {}) {
  const calls: string[] = [];
  const asked: Record<string, unknown[]> = {};
  const all: Answers = {
    AdmitBatch: () => admitted,
    [startExecution]: () => ({ Output: { run } }),
    [transformJob]: () => ({}),
    AwaitJob: () => ({}),
    JoinScores: () => scored,
    FinishBatch: () => failure,
    Notify: () => ({}),
    ...answers,
  };
  const { status, output, error, cause } = await runDefinition({
    definition: loadMachine('batch-score'),
    input: created,
    tasks: ({ resource, arguments: args }) => {
      const name = taskName(resource);
      const attempt = calls.filter((call) => call === name).length;
      calls.push(name);
      asked[name] = [...(asked[name] ?? []), args];
      if (name === 'AdmitBatch') admitBatchSchema.parse(args);
      if (name === 'JoinScores') joinScoresSchema.parse(args);
      if (name === 'FinishBatch') finishBatchSchema.parse(args);
      if (name === 'Notify') noticeSchema.parse(args);
      const answer = all[name]?.(attempt) ?? {};
      if (typeof answer === 'object' && 'error' in answer && 'cause' in answer) throw answer;
      return answer;
    },
  });
  return { status, output, error, cause, calls, asked };
}

describe('the batch-score machine', () => {
  it('prepares the rows, scores them, joins the scores and tells the team', async () => {
    const { status, output, calls, asked } = await score();

    expect(status).toBe('SUCCEEDED');
    expect(scoredBatchSchema.parse(output)).toEqual(scored);
    expect(calls).toEqual(['AdmitBatch', startExecution, transformJob, 'JoinScores', 'Notify']);
    expect(asked['AdmitBatch']).toMatchObject([{ key: 'loan/batch/feb/_SUCCESS', settled: false }]);
    expect(asked[startExecution]).toMatchObject([
      { Name: 'loan-b1', Input: { run, model, shardsKey: 'k', shards: 2, step: 'locate', champion: null } },
    ]);
    expect(asked[transformJob]).toEqual([job]);
    expect(asked['JoinScores']).toEqual([{ run, shards: 2 }]);
    expect(asked['Notify']).toEqual([{ kind: 'batch-scored', batch: { pipeline: 'loan', batchId: 'b1' } }]);
  });

  it('ends without a message for an object that starts nothing', async () => {
    const skipped = { decision: 'skipped', pipeline: 'loan', cause: 'not-data', reason: 'it is not the marker' };
    const { status, output, calls } = await score({ AdmitBatch: () => skipped });

    expect({ status, output, calls }).toEqual({ status: 'SUCCEEDED', output: skipped, calls: ['AdmitBatch'] });
  });

  it('waits for quiet and asks again', async () => {
    const { status, asked } = await score({
      AdmitBatch: (attempt) => (attempt === 0 ? { decision: 'settling', waitSeconds: 1 } : admitted),
    });

    expect(status).toBe('SUCCEEDED');
    expect(asked['AdmitBatch']).toMatchObject([{ settled: false }, { settled: true }]);
  });

  it('starts the preparation again when the one before ended unseen', async () => {
    const exists = { error: 'StepFunctions.ExecutionAlreadyExistsException', cause: 'it ended' };
    const { status, asked } = await score({
      [startExecution]: (attempt) => (attempt === 0 ? exists : { Output: { run } }),
    });

    expect(status).toBe('SUCCEEDED');
    expect(asked[startExecution]).toMatchObject([{ Name: 'loan-b1' }, { Name: 'loan-b1-again' }]);
  });

  it('waits for a job that an earlier attempt created', async () => {
    const { status, calls, asked } = await score({ [transformJob]: () => inUse });

    expect(status).toBe('SUCCEEDED');
    expect(calls).toEqual(['AdmitBatch', startExecution, transformJob, 'AwaitJob', 'JoinScores', 'Notify']);
    expect(asked['AwaitJob']).toEqual([{ kind: 'transform', name: job.TransformJobName }]);
  });

  it.each(['AdmitBatch', startExecution, transformJob, 'AwaitJob', 'JoinScores'])(
    'records the failure when %s fails, tells the team, and fails',
    async (task) => {
      const { status, error, cause, calls, asked } = await score({
        ...(task === 'AwaitJob' ? { [transformJob]: () => inUse } : {}),
        [task]: () => wrong,
      });

      expect({ status, error, cause }).toEqual({ status: 'FAILED', error: failure.error, cause: failure.message });
      expect(calls.slice(-3)).toEqual([task, 'FinishBatch', 'Notify']);
      expect(asked['FinishBatch']).toMatchObject([
        { key: 'loan/batch/feb/_SUCCESS', error: { Error: wrong.error, Cause: wrong.cause } },
      ]);
      expect(asked['Notify']).toEqual([{ kind: 'batch-scored', batch: { failure } }]);
    },
  );

  it('retries what goes away by itself', async () => {
    const once = (answer: unknown) => (attempt: number) => (attempt === 0 ? passing : answer);
    const busy = { error: 'SageMaker.ThrottlingException', cause: 'slow down' };
    const { status, calls } = await score({
      AdmitBatch: once(admitted),
      [transformJob]: (attempt) => (attempt === 0 ? busy : {}),
      JoinScores: once(scored),
      Notify: once({}),
    });

    expect(status).toBe('SUCCEEDED');
    expect(calls.filter((name) => name === 'JoinScores')).toHaveLength(2);
    expect(calls.filter((name) => name === transformJob)).toHaveLength(2);
  });

  it('retries the end of a batch that failed, and fails all the same', async () => {
    const once = (answer: unknown) => (attempt: number) => (attempt === 0 ? passing : answer);
    const { status, calls } = await score({ JoinScores: () => wrong, FinishBatch: once(failure), Notify: once({}) });

    expect(status).toBe('FAILED');
    expect(calls.slice(-4)).toEqual(['FinishBatch', 'FinishBatch', 'Notify', 'Notify']);
  });

  it.each([
    ['of success', {}, 'SUCCEEDED'],
    ['of failure', { JoinScores: () => wrong }, 'FAILED'],
  ])('ends as it would when the message %s cannot be sent', async (_, answers, ends) => {
    const { status, output } = await score({
      ...answers,
      Notify: () => ({ error: 'ConfigurationError', cause: '{}' }),
    });

    expect(status).toBe(ends);
    if (ends === 'SUCCEEDED') expect(output).toEqual(scored);
  });

  it('fails when its end cannot be recorded', async () => {
    const { status, error } = await score({ JoinScores: () => wrong, FinishBatch: () => wrong });

    expect({ status, error }).toEqual({ status: 'FAILED', error: wrong.error });
  });
});
