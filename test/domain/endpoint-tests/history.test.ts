import { expect, it } from 'vitest';
import { lastResult, readTestRun } from '#domain/endpoint-tests/history';

const result = (id: string, passed: boolean, durationMs: number) => ({
  id,
  kind: 'contract',
  passed,
  detail: '',
  durationMs,
});
const run = (day: number, results: readonly ReturnType<typeof result>[]) =>
  readTestRun({
    ...{ pk: 'e', sk: 's', startedAt: `2026-03-0${day}T08:00:00Z`, endpointConfigName: 'c', trigger: 'update' },
    ...{ passed: true, results, detail: 'kept as it is' },
  });

it('sums up how long the tests of a run took', () => {
  expect(run(1, [result('a', true, 12), result('b', false, 30)])).toMatchObject({ durationMs: 42, trigger: 'update' });
  expect(run(1, []).durationMs).toBe(0);
});

it('finds the result of a test in the newest run that had it', () => {
  const runs = [run(3, [result('a', true, 1)]), run(2, [result('b', false, 2)]), run(1, [result('b', true, 3)])];
  expect(lastResult(runs, 'b')).toMatchObject({ passed: false, durationMs: 2 });
  expect(lastResult(runs, 'c')).toBeUndefined();
});
