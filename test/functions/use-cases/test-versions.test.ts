import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { testKey } from '#domain/endpoint-tests/suite';
import { type TestVersion, versionKey, versionPrefix } from '#domain/endpoint-tests/versions';
import type { StateItem, StateStore } from '#functions/ports/state-store';
import { deleteTest, keepVersion, putTest } from '#functions/use-cases/test-versions';
import { type MemoryState, memoryState } from '../../fakes/memory-state.ts';
import { endpointName } from '../support/stage.ts';

let tests: MemoryState;
beforeEach(() => {
  tests = memoryState();
});

const test = (body: string): StateItem => ({ kind: 'contract', request: { body } });
const by = (name: string) => ({ at: '2026-03-01T08:00:00.000Z', by: name });
const put = (body: string, name = 'ann', store: StateStore = tests) =>
  putTest(store, endpointName, 't', test(body), by(name));
const current = () => tests.get(endpointName, testKey('t'));
/** The versions of the test, oldest first: who wrote which body. */
async function history(id = 't'): Promise<string[]> {
  const items = (await tests.list(endpointName, versionPrefix(id))) as unknown as TestVersion[];
  return items
    .toReversed()
    .map(({ version, by: who, deleted, test: content }) =>
      [version, who ?? 'unknown', deleted ? 'deleted' : (content as { request: { body: string } }).request.body].join(
        ' ',
      ),
    );
}

describe('putting a test', () => {
  it('keeps every version with who wrote it', async () => {
    expect(await put('1')).toEqual({ version: 1, changed: true });
    expect(await put('2', 'bob')).toEqual({ version: 2, changed: true });

    expect(await history()).toEqual(['1 ann 1', '2 bob 2']);
    expect(await current()).toMatchObject({ ...test('2'), version: 2 });
  });

  it('adds no version for the same content, however often', async () => {
    await put('1');
    const before = tests.everything();

    expect(await put('1', 'bob')).toEqual({ version: 1, changed: false });
    expect(tests.everything()).toEqual(before);
  });

  it('keeps what somebody wrote in the console before', async () => {
    await tests.put(endpointName, testKey('t'), test('by hand'));
    expect(await put('2')).toEqual({ version: 2, changed: true });
    await tests.set(endpointName, testKey('t'), { request: { body: 'edited' } });
    expect(await put('4')).toEqual({ version: 4, changed: true });

    expect(await history()).toEqual(['1 unknown by hand', '2 ann 2', '3 unknown edited', '4 ann 4']);
  });

  it('finds its own version again when it was stopped halfway', async () => {
    await put('1');
    const stopped: StateStore = {
      ...tests,
      put: (pk, sk, ...rest) => (sk === testKey('t') ? Promise.reject(new Error('cut')) : tests.put(pk, sk, ...rest)),
    };
    await expect(put('2', 'ann', stopped)).rejects.toThrow('cut');
    expect(await current()).toMatchObject(test('1'));

    expect(await put('2')).toEqual({ version: 2, changed: true });
    expect(await history()).toEqual(['1 ann 1', '2 ann 2']);
  });

  it('follows a writer that was stopped halfway', async () => {
    await tests.put(endpointName, versionKey('t', 1), {
      ...{ id: 't', version: 1, digest: 'd', ...by('ann') },
      test: test('1'),
    });

    expect(await put('2', 'bob')).toEqual({ version: 2, changed: true });
    expect(await history()).toEqual(['1 ann 1', '2 bob 2']);
  });

  it('leaves a test that its guard protects, also when it is protected in the very moment', async () => {
    const guard = {
      replaces: (item: StateItem) => item['managed'] === true,
      condition: { expression: 'managed = :yes', values: { ':yes': true } },
    };
    const managed = (body: string, store: StateStore = tests) =>
      putTest(store, endpointName, 't', { ...test(body), managed: true }, by('deployment'), guard);
    expect(await managed('1')).toEqual({ version: 1, changed: true });
    expect(await managed('2')).toEqual({ version: 2, changed: true });
    const meddled: StateStore = {
      ...tests,
      put: async (pk, sk, ...rest) => {
        if (sk === testKey('t')) await tests.set(pk, sk, { managed: false });
        return tests.put(pk, sk, ...rest);
      },
    };

    expect(await managed('3', meddled)).toBeUndefined();
    expect(await current()).toMatchObject({ ...test('2'), managed: false });
    expect(await managed('4')).toBeUndefined();
  });

  it('gives up when others never stop', async () => {
    const taken: StateStore = { ...tests, put: () => Promise.resolve(false) };
    await expect(put('1', 'ann', taken)).rejects.toMatchObject({ name: 'TransientError' });
  });
});

describe('several writers at once', () => {
  /** A store whose every call waits for its turn, which is drawn. */
  const interleaved = (scheduler: fc.Scheduler): StateStore => {
    const later =
      <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        await scheduler.schedule(Promise.resolve());
        return call(...args);
      };
    return {
      get: later(tests.get),
      put: later(tests.put),
      set: later(tests.set),
      remove: later(tests.remove),
      list: later(tests.list),
    };
  };

  it('lose no version of one another, and the last version is the current test', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 4 }), async (scheduler, writers) => {
        tests.clear();
        await tests.put(endpointName, testKey('t'), test('by hand'));
        const store = interleaved(scheduler);
        const names = Array.from({ length: writers }, (_, i) => `w${i}`);
        const written = Promise.all(names.map((name) => put(name, name, store)));
        await scheduler.waitFor(written);

        const kept = await history();
        for (const name of names) expect(kept.some((line) => line.endsWith(` ${name} ${name}`))).toBe(true);
        expect(kept.filter((line) => line.endsWith('by hand'))).toEqual(['1 unknown by hand']);
        const numbers = kept.map((line) => Number(line.split(' ')[0]));
        expect(numbers).toEqual(numbers.map((_, i) => i + 1));
        const now = await current();
        const version = await keepVersion(tests, endpointName, now ?? {}, by('x').at);
        expect(await tests.get(endpointName, versionKey('t', version))).toMatchObject({
          test: { request: now?.['request'] },
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe('deleting a test', () => {
  it('keeps its versions and who deleted it, and a later test goes on counting', async () => {
    await put('1');
    expect(await deleteTest(tests, endpointName, 't', by('bob'))).toBe(true);
    expect(await current()).toBeUndefined();
    expect(await deleteTest(tests, endpointName, 't', by('bob'))).toBe(false);

    expect(await put('1')).toEqual({ version: 3, changed: true });
    expect(await history()).toEqual(['1 ann 1', '2 bob deleted', '3 ann 1']);
  });

  it('keeps what was written by hand, and what another wrote in the very moment', async () => {
    await tests.put(endpointName, testKey('t'), test('by hand'));
    let first = true;
    const meddled: StateStore = {
      ...tests,
      remove: async (...args) => {
        if (first) await put('other', 'bob');
        first = false;
        return tests.remove(...args);
      },
    };

    expect(await deleteTest(meddled, endpointName, 't', by('ann'))).toBe(true);
    expect(await current()).toBeUndefined();
    const kept = await history();
    expect(kept.slice(0, 2)).toEqual(['1 unknown by hand', '2 ann deleted']);
    expect(kept.slice(-2)).toEqual(['4 bob other', '5 ann deleted']);
  });
});

describe('the version of a test written by hand', () => {
  it('is noted in the item, unless that was changed in the meantime', async () => {
    await tests.put(endpointName, testKey('t'), test('by hand'));
    const read = (await current()) ?? {};
    expect(await keepVersion(tests, endpointName, read, by('x').at)).toBe(1);
    expect(await current()).toMatchObject({ ...test('by hand'), version: 1 });

    await put('2');
    expect(await keepVersion(tests, endpointName, read, by('x').at)).toBe(1);
    expect(await current()).toMatchObject({ ...test('2'), version: 2 });
  });
});
