import { beforeEach, expect, it } from 'vitest';
import type { RunPointer } from '#domain/runs/layout';
import { type FinishPorts, finishRun } from '#functions/use-cases/finish-run';
import { type MemoryState, memoryState } from '../../fakes/memory-state.ts';

const pending = { pipeline: 'loan', drop: 'loan/2026-01-02/', reason: 'drop' as const, force: false };
const input = { pipeline: 'loan', drop: 'loan/2026-01-01/' };
let store: MemoryState;
let started: [string, unknown][];
let discarded: RunPointer[];
let erased: RunPointer[];
let limited: number;
let counted: unknown[];
let ports: FinishPorts;

beforeEach(async () => {
  store = memoryState();
  started = [];
  discarded = [];
  erased = [];
  limited = 0;
  counted = [];
  ports = {
    store,
    isPipeline: (name) => name === 'loan',
    startRetrain: async (name, next) => {
      started.push([name, next]);
    },
    discardCandidate: async (run) => {
      discarded.push(run);
    },
    runData: {
      erase: async (run) => {
        erased.push(run);
      },
    },
    recordCosts: async (run, executionArn) => {
      counted.push([run, executionArn]);
    },
    limitLogs: async () => {
      limited++;
    },
  };
  await store.put('loan', 'lease', { holder: 'e1', runId: 'r1', identity: 'data#config', pending });
  await store.put('loan', 'run#r1', { runId: 'r1', status: 'running' });
});

it.each([
  ['registered', 'registered', 0],
  ['rejected', 'rejected', 1],
  ['failed', 'failed', 1],
  ['lost', 'failed', 1],
] as const)(
  'a run that was %s is recorded as %s, gives way, and leaves no candidate unless registered',
  async (outcome, status, thrownAway) => {
    expect(await finishRun(ports, { executionArn: 'e1', input, outcome })).toMatchObject({ runId: 'r1', outcome });

    expect(await store.get('loan', 'run#r1')).toMatchObject({ status });
    expect(await store.get('loan', 'lease')).toBeUndefined();
    expect(started).toEqual([['after-loan-r1', pending]]);
    expect(discarded).toHaveLength(thrownAway);
    expect(limited).toBe(1);
    expect(counted).toEqual([[{ pipeline: 'loan', runId: 'r1' }, 'e1']]);
  },
);

it.each(['registered', 'rejected', 'failed', 'lost'] as const)(
  'is remembered as the last good run only when it registered a model: %s',
  async (outcome) => {
    await store.put('loan', 'last-good', { runId: 'r0' });
    await finishRun(ports, { executionArn: 'e1', input, outcome });
    const runId = outcome === 'registered' ? 'r1' : 'r0';
    expect(await store.get('loan', 'last-good')).toMatchObject({ runId });
  },
);

it('touches nothing for an execution that was never admitted, and for an input that names no pipeline', async () => {
  const records = store.everything();

  await finishRun(ports, { executionArn: 'another', input, outcome: 'failed' });
  const answer = await finishRun(ports, { executionArn: 'e1', input: { secret: 1 }, outcome: 'failed' });

  expect(answer).toMatchObject({ executionArn: 'e1', outcome: 'failed' });
  expect(store.everything()).toEqual(records);
  expect([started, discarded]).toEqual([[], []]);
});

it('erases what a run derived from a drop that was refused for personal data, and of no other', async () => {
  await finishRun(ports, {
    executionArn: 'e1',
    input,
    outcome: 'failed',
    error: { Error: 'DataQualityError', Cause: '' },
  });
  expect(erased).toEqual([]);

  await store.put('loan', 'lease', { holder: 'e2', runId: 'r2', identity: 'data#config', pending });
  const refused = { Error: 'PersonalDataError', Cause: '{"errorMessage":"column src: e-mail addresses"}' };
  await finishRun(ports, { executionArn: 'e2', input, outcome: 'failed', error: refused });
  expect(erased).toEqual([{ pipeline: 'loan', runId: 'r2' }]);
});

it('keeps the lease of a run whose data could not be erased, and erases them on the next attempt', async () => {
  const error = { Error: 'PersonalDataError', Cause: '' };
  const failing = { erase: () => Promise.reject(new Error('slow down')) };
  await expect(
    finishRun({ ...ports, runData: failing }, { executionArn: 'e1', input, outcome: 'failed', error }),
  ).rejects.toThrow('slow down');
  expect(await store.get('loan', 'lease')).toBeDefined();

  await finishRun(ports, { executionArn: 'e1', input, outcome: 'lost', error });
  expect(erased).toEqual([{ pipeline: 'loan', runId: 'r1' }]);
  expect(await store.get('loan', 'lease')).toBeUndefined();
});

it('removes the candidate again when that failed the first time', async () => {
  let attempts = 0;
  const flaky: FinishPorts = {
    ...ports,
    discardCandidate: async (run) => {
      attempts += 1;
      if (attempts === 1) throw new Error('throttled');
      discarded.push(run);
    },
  };
  await expect(finishRun(flaky, { executionArn: 'e1', input, outcome: 'rejected' })).rejects.toThrow('throttled');

  expect(await finishRun(flaky, { executionArn: 'e1', input, outcome: 'rejected' })).toMatchObject({ runId: 'r1' });
  expect(discarded).toEqual([{ pipeline: 'loan', runId: 'r1' }]);
});

it('ends a run also where the retention of logs cannot be set', async () => {
  const limitLogs = async () => {
    throw new Error('not authorized');
  };

  expect(await finishRun({ ...ports, limitLogs }, { executionArn: 'e1', input, outcome: 'registered' })).toMatchObject({
    runId: 'r1',
  });
  expect(await store.get('loan', 'lease')).toBeUndefined();
});
