import { DescribeExecutionCommand, ExecutionDoesNotExist, SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { isRunning } from '#functions/aws/executions';
import { acquireLease, type LeaseResult, releaseLease } from '#functions/claims/lease';
import type { StateStore } from '#functions/ports/state-store';
import type { PendingDrop } from '#schemas/records/run';
import { type MemoryState, memoryState } from '../../fakes/memory-state.ts';

let state: MemoryState;
const running = new Set<string>();
beforeEach(() => {
  state = memoryState();
  running.clear();
});

const dropOf = (name: string, force = false): PendingDrop => ({
  pipeline: 'p',
  drop: `p/${name}/`,
  reason: force ? 'drift' : 'drop',
  force,
});
/** An execution asks for the lease, to train the data set of that name. */
function ask(holder: string, dataset: string, { force = false, store = state as StateStore } = {}) {
  running.add(holder);
  const wanted = { holder, runId: `run-${holder}`, identity: dataset, force, pending: dropOf(dataset, force) };
  return acquireLease(store, 'p', wanted, async (arn) => running.has(arn));
}
const lease = () => state.get('p', 'lease');

describe('asking for the lease', () => {
  it('gives it to the first, and again when it asks again', async () => {
    expect([await ask('e1', 'a'), await ask('e1', 'a')]).toEqual([{ kind: 'held' }, { kind: 'held' }]);
    expect(await lease()).toEqual({ pk: 'p', sk: 'lease', holder: 'e1', runId: 'run-e1', identity: 'a' });
  });

  it('keeps it for what the holder wants now, with what waits', async () => {
    await ask('e1', 'a');
    await ask('e2', 'b');

    expect(await ask('e1', 'a and one more file')).toEqual({ kind: 'held' });

    expect(await lease()).toMatchObject({ holder: 'e1', identity: 'a and one more file', pending: dropOf('b') });
  });

  it('calls a data set under way a duplicate, forced or not', async () => {
    await ask('e1', 'a');

    expect(await ask('e2', 'a')).toEqual({ kind: 'duplicate', runId: 'run-e1' });
    expect(await ask('e3', 'a', { force: true })).toEqual({ kind: 'duplicate', runId: 'run-e1' });
    expect(await lease()).not.toHaveProperty('pending');
  });

  it('lets later drops wait, the newest in place of the others', async () => {
    await ask('e1', 'a');

    expect(await ask('e2', 'b')).toEqual({ kind: 'queued', behind: 'run-e1' });
    expect(await ask('e3', 'c')).toEqual({ kind: 'queued', behind: 'run-e1' });
    expect(await lease()).toMatchObject({ holder: 'e1', pending: dropOf('c') });
  });

  it('does not train a data set again unless it must', async () => {
    await state.put('p', 'trained#a', { runId: 'run-e0' });

    expect(await ask('e1', 'a')).toEqual({ kind: 'trained', runId: 'run-e0' });
    expect(await lease()).toBeUndefined();
    expect(await ask('e2', 'a', { force: true })).toEqual({ kind: 'held' });
    expect(await ask('e3', 'a')).toEqual({ kind: 'trained', runId: 'run-e0' });
  });

  it('takes it over from an execution that no longer runs, with the drop that waits, and marks its run as lost', async () => {
    await ask('e1', 'a');
    await ask('e2', 'b');
    running.delete('e1');

    expect(await ask('e3', 'c')).toEqual({ kind: 'held' });

    expect(await lease()).toMatchObject({ holder: 'e3', runId: 'run-e3', identity: 'c', pending: dropOf('b') });
    expect(await state.get('p', 'finished#e1')).toMatchObject({ runId: 'run-e1', outcome: 'lost' });
  });

  it.each(['registered', 'rejected'])('leaves a run that ended as %s so, though it kept the lease', async (outcome) => {
    await ask('e1', 'a');
    await state.put('p', 'finished#e1', { runId: 'run-e1', outcome });
    running.delete('e1');

    await ask('e2', 'b');

    expect(await state.get('p', 'finished#e1')).toMatchObject({ outcome });
  });

  it('keeps a drop that begins to wait just as the lease is taken over', async () => {
    await ask('e1', 'a');
    running.delete('e1');
    const late: StateStore = {
      ...state,
      put: async (...call) => {
        await state.set('p', 'lease', { pending: dropOf('b') });
        return state.put(...call);
      },
    };

    expect(await ask('e2', 'c', { store: late })).toEqual({ kind: 'held' });

    expect(await lease()).toMatchObject({ holder: 'e2', pending: dropOf('b') });
  });

  it('asks to be tried again when the lease changes hands under it all the time', async () => {
    await ask('e1', 'a');
    running.delete('e1');
    const contended: StateStore = {
      ...state,
      set: async () => false,
      put: async () => false,
      remove: async () => false,
    };

    await expect(ask('e2', 'b', { store: contended })).rejects.toMatchObject({ name: 'TransientError' });
    await expect(releaseLease(contended, 'p', 'run-e1', 'e1')).rejects.toMatchObject({ name: 'TransientError' });
    await expect(ask('e1', 'c', { store: contended })).rejects.toMatchObject({ name: 'TransientError' });
    await state.remove('p', 'lease');
    await expect(ask('e2', 'b', { store: contended })).rejects.toMatchObject({ name: 'TransientError' });
  });
});

describe('giving the lease back', () => {
  it('names the drop that waited, again when asked again', async () => {
    await ask('e1', 'a');
    await ask('e2', 'b');

    expect(await releaseLease(state, 'p', 'run-e1', 'e1')).toEqual(dropOf('b'));
    expect(await lease()).toBeUndefined();
    expect(await releaseLease(state, 'p', 'run-e1', 'e1')).toEqual(dropOf('b'));
  });

  it('names nothing when nothing waited, and leaves the lease of another alone', async () => {
    await ask('e1', 'a');
    expect(await releaseLease(state, 'p', 'run-e1', 'e1')).toBeUndefined();
    await ask('e2', 'b');

    expect(await releaseLease(state, 'p', 'run-e1', 'e1')).toBeUndefined();
    expect(await lease()).toMatchObject({ holder: 'e2' });
  });

  it('does not lose a drop that begins to wait in the middle of it', async () => {
    await ask('e1', 'a');
    let late = true;
    const store: StateStore = {
      ...state,
      remove: async (...call) => {
        if (late) await ask('e2', 'b');
        late = false;
        return state.remove(...call);
      },
    };

    expect(await releaseLease(store, 'p', 'run-e1', 'e1')).toEqual(dropOf('b'));
    expect(await lease()).toBeUndefined();
  });
});

interface Asked {
  readonly dataset: string;
  readonly force: boolean;
  readonly fate: 'trains' | 'fails' | 'is lost';
}
const asked = fc.record<Asked>({
  dataset: fc.constantFrom('a', 'b', 'c'),
  force: fc.boolean(),
  fate: fc.constantFrom('trains', 'trains', 'fails', 'is lost'),
});

/**
 * Plays executions to their end, their calls to the table in the scheduler's order. As in life, training takes longer than
 * asking for the lease: who began to ask before it started has an answer before it ends.
 */
async function play(scheduler: fc.Scheduler, executions: readonly Asked[]) {
  const slow =
    <A extends unknown[], R>(name: string, call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await scheduler.schedule(Promise.resolve(), name);
      return call(...args);
    };
  const store: StateStore = {
    get: slow('get', state.get),
    put: slow('put', state.put),
    set: slow('set', state.set),
    remove: slow('remove', state.remove),
    list: slow('list', state.list),
  };
  const training = new Set<string>();
  const asking = new Set<Promise<unknown>>();
  const trained: string[] = [];
  const queued: string[] = [];
  const started = new Map<string, string>();
  const work: Promise<void>[] = [];
  let mostAtOnce = 0;

  const end = async (holder: string): Promise<void> => {
    const pending = await releaseLease(store, 'p', `run-${holder}`, holder);
    if (!pending || started.has(`after-${holder}`)) return;
    started.set(`after-${holder}`, pending.drop);
    work.push(
      run(`after-${holder}`, { dataset: pending.drop.split('/')[1] ?? '', force: pending.force, fate: 'trains' }),
    );
  };
  const run = async (holder: string, { dataset, force, fate }: Asked): Promise<void> => {
    const answer = ask(holder, dataset, { force, store });
    asking.add(answer);
    const result: LeaseResult = await answer;
    asking.delete(answer);
    if (result.kind === 'queued') queued.push(dataset);
    if (result.kind === 'held') {
      training.add(holder);
      mostAtOnce = Math.max(mostAtOnce, training.size);
      await Promise.all(asking);
      training.delete(holder);
      if (fate === 'trains') {
        if (!force) trained.push(dataset);
        await store.put('p', `trained#${dataset}`, { runId: `run-${holder}` });
      }
      if (fate === 'is lost') running.delete(holder);
      await end(holder);
    }
    running.delete(holder);
  };
  executions.forEach((execution, i) => {
    work.push(run(`e${i}`, execution));
  });
  for (let done = 0; done < work.length; done++) await scheduler.waitFor(work[done] as Promise<void>);
  return { trained, queued, started: [...started.values()], mostAtOnce };
}

describe('executions in any order', () => {
  it('train one at a time, no data set twice, lose no drop that waits and leave the lease free', async () => {
    await fc.assert(
      fc
        .asyncProperty(
          fc.scheduler(),
          fc.array(asked, { minLength: 2, maxLength: 5 }),
          async (scheduler, executions) => {
            const { trained, queued, started, mostAtOnce } = await play(scheduler, executions);

            expect(mostAtOnce).toBeLessThanOrEqual(1);
            expect(trained).toEqual([...new Set(trained)]);
            expect(await lease()).toBeUndefined();
            const newest = queued.at(-1);
            if (newest !== undefined) expect(started).toContain(`p/${newest}/`);
          },
        )
        .beforeEach(() => {
          state = memoryState();
          running.clear();
        }),
      { numRuns: 400 },
    );
  });
});

describe('whether an execution runs', () => {
  const mock = mockClient(SFNClient);
  const runs = () => isRunning(new SFNClient({}), 'e1');

  it.each([
    ['RUNNING', true],
    ['PENDING_REDRIVE', true],
    ['SUCCEEDED', false],
    ['FAILED', false],
    ['TIMED_OUT', false],
    ['ABORTED', false],
  ] as const)('%s: %s', async (status, expected) => {
    mock.reset().on(DescribeExecutionCommand).resolves({ status });
    expect(await runs()).toBe(expected);
  });

  it('is no for one that Step Functions does not know, and is not guessed when it does not answer', async () => {
    mock
      .reset()
      .on(DescribeExecutionCommand)
      .rejects(new ExecutionDoesNotExist({ message: 'gone', $metadata: {} }));
    expect(await runs()).toBe(false);
    mock.reset().on(DescribeExecutionCommand).rejects(new Error('slow'));
    await expect(runs()).rejects.toThrow('slow');
  });
});
