import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MemoryState } from '../fakes/memory-state.ts';
import { type Calls, Crash, countCalls } from './support/crash.ts';
import { type HeldRuns, holdRuns } from './support/held-runs.ts';
import { refusal } from './support/sagemaker.ts';
import { context, packageArn, setStage } from './support/stage.ts';
import { fakeStateTable } from './support/state-table.ts';

type FinishRun = typeof import('#functions/finish-run').handler;
type Outcome = 'registered' | 'rejected' | 'failed' | 'lost';

let folder: string;
let finishRun: FinishRun;
let state: MemoryState;
/** Started executions: name to input. */
let started: Map<string, unknown>;
let held: HeldRuns;

const machine = 'arn:aws:states:eu-central-1:123456789012:stateMachine:tidegate-dev-retrain';
const input = {
  source: 'aws.s3',
  'detail-type': 'Object Created',
  detail: { bucket: { name: 'raw' }, object: { key: 'loan/2026-01-01/_SUCCESS' } },
};
const waiting = { pipeline: 'loan', drop: 'loan/2026-01-02/', reason: 'drop', force: false };
const error = {
  Error: 'SchemaMismatchError',
  Cause: '{"errorType":"SchemaMismatchError","errorMessage":"no column y"}',
};

/** A run under way, in a world whose process ends after so many calls. */
async function world(calls?: Calls, pending: object | null = waiting): Promise<void> {
  state = fakeStateTable(calls);
  mockClient(CloudWatchLogsClient).on(DescribeLogGroupsCommand).resolves({});
  started = new Map();
  const mock = mockClient(SFNClient);
  mock.on(StartExecutionCommand).callsFake(({ stateMachineArn, name, input: text }) => {
    expect(stateMachineArn).toBe(machine);
    if (started.has(name)) throw new ExecutionAlreadyExists({ message: 'exists', $metadata: {} });
    started.set(name, JSON.parse(text));
    calls?.made(`start ${name}`);
    return {};
  });
  held = holdRuns(calls);
  await state.put('loan', 'lease', {
    holder: 'e1',
    runId: 'r1',
    identity: 'data#config',
    ...(pending ? { pending } : {}),
  });
  await state.put('loan', 'run#r1', { runId: 'r1', status: 'running' });
}
const finish = (outcome: Outcome, executionArn = 'e1') =>
  finishRun(
    { executionArn, input, outcome, ...(outcome === 'failed' || outcome === 'lost' ? { error } : {}) },
    context,
  );
const run = () => state.get('loan', 'run#r1');

beforeAll(async () => {
  setStage();
  folder = mkdtempSync(join(tmpdir(), 'tidegate-finish-'));
  mkdirSync(join(folder, 'pipelines'));
  writeFileSync(join(folder, 'pipelines/loan.yml'), '');
  const environment = { STATE_TABLE: 'tidegate-dev-state', RETRAIN_MACHINE_ARN: machine, LAMBDA_TASK_ROOT: folder };
  Object.assign(process.env, environment);
  ({ handler: finishRun } = await import('#functions/finish-run'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => world());

describe('a run that was evaluated to its end', () => {
  it.each(['registered', 'rejected'] as const)('is %s: its data set is trained, its lease free', async (outcome) => {
    expect(await finish(outcome)).toEqual({
      executionArn: 'e1',
      outcome,
      pipeline: 'loan',
      drop: 'loan/2026-01-01/',
      runId: 'r1',
    });

    expect(await run()).toMatchObject({ status: outcome });
    expect(await state.get('loan', 'trained#data#config')).toMatchObject({ runId: 'r1', outcome });
    expect(await state.get('loan', 'lease')).toBeUndefined();
    expect([...started]).toEqual([['after-loan-r1', waiting]]);
  });

  it('starts nothing when nothing waited', async () => {
    await world(undefined, null);
    await finish('registered');
    expect(started.size).toBe(0);
  });

  it('stays deployed when a quick deployment came first', async () => {
    await state.set('loan', 'run#r1', { status: 'deployed' });
    await finish('registered');
    expect(await run()).toMatchObject({ status: 'deployed' });
    expect(await state.get('loan', 'trained#data#config')).toMatchObject({ runId: 'r1' });
  });

  it.each(['failed', 'lost'] as const)('is not made a %s one by what stumbles afterwards', async (later) => {
    await finish('registered');
    const records = state.everything();

    expect(await finish(later)).toMatchObject({ runId: 'r1' });

    expect(state.everything()).toEqual(records);
  });
});

describe('a run that failed', () => {
  it('is told with its cause; its data set may be dropped again', async () => {
    const failure = { error: 'SchemaMismatchError', message: 'no column y' };

    expect(await finish('failed')).toMatchObject({ outcome: 'failed', runId: 'r1', ...failure });

    expect(await run()).toMatchObject({ status: 'failed', failure });
    expect(await state.get('loan', 'trained#data#config')).toBeUndefined();
    expect(await state.get('loan', 'lease')).toBeUndefined();
    expect(started.get('after-loan-r1')).toEqual(waiting);
  });

  it('keeps its cause when the event of its end arrives', async () => {
    await finish('failed');
    const records = state.everything();
    const again = { Error: 'ExecutionFAILED', Cause: 'The execution was stopped before it could finish.' };

    await finishRun({ executionArn: 'e1', input, outcome: 'lost', error: again }, context);

    expect(state.everything()).toEqual(records);
  });

  it('before it was admitted leaves the run under way alone', async () => {
    const records = state.everything();

    expect(await finish('failed', 'another')).toEqual({
      executionArn: 'another',
      outcome: 'failed',
      pipeline: 'loan',
      drop: 'loan/2026-01-01/',
      error: 'SchemaMismatchError',
      message: 'no column y',
    });
    expect(state.everything()).toEqual(records);
    expect(started.size).toBe(0);
  });
});

describe('a run that was lost', () => {
  it('is recovered, and announced again when asked again', async () => {
    expect([await finish('lost'), await finish('lost')]).toMatchObject([{ runId: 'r1' }, { runId: 'r1' }]);
    expect(await run()).toMatchObject({ status: 'failed', failure: { error: 'SchemaMismatchError' } });
    expect(started.size).toBe(1);
  });

  it('is announced although another run has taken its lease over', async () => {
    await state.put('loan', 'finished#e1', { runId: 'r1', outcome: 'lost' });
    await state.set('loan', 'lease', { holder: 'e2', runId: 'r2' });

    expect(await finish('lost')).toMatchObject({ runId: 'r1' });

    expect(await run()).toMatchObject({ status: 'failed' });
    expect(await state.get('loan', 'lease')).toMatchObject({ holder: 'e2', pending: waiting });
    expect(started.size).toBe(0);
  });

  it('and redriven is what it becomes in the end', async () => {
    await finish('lost');
    await finish('rejected');
    expect(await run()).toMatchObject({ status: 'rejected' });
  });
});

describe('what a run leaves in SageMaker', () => {
  it.each(['failed', 'lost', 'rejected'] as const)('goes away when it is %s: jobs, model, package', async (outcome) => {
    await finish(outcome);

    expect([...held.jobs.values()]).toEqual(['Stopped', 'Completed']);
    expect([...held.models]).toEqual(['tidegate-dev-loan-r0']);
    expect([...held.packages.keys()]).toEqual([packageArn(1)]);
  });

  it('stays when it is registered, and when only its end failed', async () => {
    await finish('registered');
    expect(held.models.size + held.packages.size).toBe(4);

    await world();
    await state.set('loan', 'run#r1', { modelPackageArn: packageArn(2) });
    const answer = await finish('lost');

    expect(answer).toMatchObject({ message: 'The model is registered; only the end of its run failed: no column y' });
    expect(await run()).toMatchObject({ status: 'registered' });
    expect(await state.get('loan', 'trained#data#config')).toMatchObject({ runId: 'r1', outcome: 'registered' });
    expect(held.models.size + held.packages.size).toBe(4);
    expect(await state.get('loan', 'lease')).toBeUndefined();
  });

  it('is tried again when SageMaker refuses, although the lease is free by then', async () => {
    mockClient(SageMakerClient).onAnyCommand().rejects(refusal('Rate exceeded', 'ThrottlingException'));
    await expect(finish('failed')).rejects.toMatchObject({ name: 'TransientError' });
    expect(await state.get('loan', 'lease')).toBeUndefined();

    held = holdRuns();
    await finish('lost');
    expect([...held.models]).toEqual(['tidegate-dev-loan-r0']);
  });

  it('may be nothing, not even a group of models', async () => {
    mockClient(SageMakerClient).onAnyCommand().rejects(refusal('Requested resource not found.'));
    expect(await finish('failed')).toMatchObject({ runId: 'r1' });
  });
});

describe('ending a run half-way, then again', () => {
  it.each(['registered', 'rejected', 'failed', 'lost'] as const)(
    'leaves what ending it at once leaves, wherever it broke off: %s',
    async (outcome) => {
      const whole = countCalls();
      await world(whole);
      const answer = await finish(outcome);
      const [wanted, calls, executions] = [state.everything(), whole.log.length, [...started]];
      expect(calls).toBeGreaterThan(6);

      for (let n = 1; n <= calls; n++) {
        await world(countCalls(n));
        await expect(finish(outcome), `call ${n}`).rejects.toThrow(Crash);

        expect(await finish(outcome), `after call ${n}`).toEqual(answer);
        expect(state.everything(), `after call ${n}`).toEqual(wanted);
        expect([...started], `after call ${n}`).toEqual(executions);
      }
    },
  );

  it('ends as it began to, when the failure path takes over', async () => {
    for (let n = 1; n <= 9; n++) {
      await world(countCalls(n));
      await finish('registered').catch((e: unknown) => expect(e).toBeInstanceOf(Crash));
      await finish('failed');

      const trained = (await state.get('loan', 'trained#data#config')) !== undefined;
      expect((await run())?.['status'], `after call ${n}`).toBe(trained ? 'registered' : 'failed');
      expect(await state.get('loan', 'lease')).toBeUndefined();
      expect([...started.keys()]).toEqual(['after-loan-r1']);
    }
  });
});

describe('an input that no pipeline can be read off', () => {
  it.each([
    ['nothing', undefined, {}],
    [
      'an object outside of any folder',
      { ...input, detail: { bucket: { name: 'raw' }, object: { key: 'x.csv' } } },
      {},
    ],
    ['a folder of no pipeline', { pipeline: 'jane-doe', drop: 'jane-doe/2026-01-31/' }, {}],
    ['a request of the newest drop', { pipeline: 'loan' }, { pipeline: 'loan' }],
    [
      'a request of a drop',
      { pipeline: 'loan', drop: 'loan/2026-01-31' },
      { pipeline: 'loan', drop: 'loan/2026-01-31/' },
    ],
  ])('%s changes nothing', async (_, given, target) => {
    const records = state.everything();
    const answer = await finishRun({ executionArn: 'e9', input: given, outcome: 'failed' }, context);
    expect(answer).toEqual({
      executionArn: 'e9',
      outcome: 'failed',
      ...target,
      error: 'Unknown',
      message: 'No cause was given.',
    });
    expect(state.everything()).toEqual(records);
  });

  it('is refused when it is no end of a run', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (outcome) => {
        fc.pre(!['registered', 'rejected', 'failed', 'lost'].includes(outcome));
        const event = { executionArn: 'e1', input, outcome } as Parameters<FinishRun>[0];
        await expect(finishRun(event, context)).rejects.toMatchObject({ name: 'InvalidInputError' });
      }),
      { numRuns: 20 },
    );
  });
});

it('lets trouble with starting the waiting drop out, so that it is tried again', async () => {
  const mock = mockClient(SFNClient);
  mock.on(StartExecutionCommand).rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
  await expect(finish('registered')).rejects.toMatchObject({ name: 'TransientError' });
});
