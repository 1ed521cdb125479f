import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { TestResult } from '#schemas/records/test-result';
import { configOf, context, endpointName, runs, setStage } from './support/stage.ts';
import { startTables, type Tables } from './support/tables.ts';

let tables: Tables;
let record: (results: TestResult[], startedAt?: string, config?: string, only?: string[]) => Promise<unknown>;

const start = '2026-01-02T10:00:00.000Z';
const result = (id: string, passed: boolean): TestResult => ({ id, kind: 'golden', passed, detail: id, durationMs: 5 });
const latest = () => tables.tests.get(endpointName, 'latest-result');

beforeAll(async () => {
  setStage();
  tables = await startTables();
  const { handler } = await import('#functions/record-test-results');
  record = (results, startedAt = start, config = configOf(runs.second), only?) =>
    handler(
      {
        suite: { decision: 'test', endpointName, endpointConfigName: config, trigger: 'update', only },
        results,
        executionArn: 'arn:execution:1',
        startedAt,
      },
      context,
    );
});
beforeEach(() => tables.clear());
afterAll(() => tables.close());

it('sums up what passed and failed, with the run that serves', async () => {
  const results = [result('a', true), result('b', false)];

  expect(await record(results)).toEqual({
    passed: false,
    failed: ['b'],
    detail: '1 of 2 tests passed.',
    counts: { tests: 2, failed: 1 },
    endpointName,
    endpointConfigName: configOf(runs.second),
    trigger: 'update',
    results: [result('b', false), result('a', true)],
    pipeline: 'loan',
    run: { pipeline: 'loan', runId: runs.second },
  });
});

it('keeps the results of every suite and which was the latest, written once however often it is called', async () => {
  await record([result('a', true)]);
  await record([result('a', true)]);
  await record([result('a', false)], '2026-01-03T10:00:00.000Z');
  await record([result('a', true)]);

  expect(await tables.tests.list(endpointName, 'result#')).toHaveLength(2);
  expect(await latest()).toMatchObject({ startedAt: '2026-01-03T10:00:00.000Z', passed: false });
});

it('passes an endpoint without tests and says that there are none', async () => {
  expect(await record([])).toMatchObject({ passed: true, detail: 'There are no tests for this endpoint.' });
});

it('knows no run for a config made by hand', async () => {
  expect(await record([], start, 'tidegate-dev-loan-experiment')).not.toHaveProperty('run');
});

it('keeps every result of a long suite in the table, and says in short what failed', async () => {
  const results = Array.from({ length: 500 }, (_, i) => ({ ...result(`t${i}`, i >= 100), version: i + 1 }));
  const outcome = await record(results);

  expect(outcome).toMatchObject({ counts: { tests: 500, failed: 100 } });
  expect(Buffer.byteLength(JSON.stringify(outcome))).toBeLessThan(20_000);
  expect(await tables.tests.list(endpointName, 'result#')).toMatchObject([{ results, runId: runs.second }]);
});

it('does not take a run of picked tests for the latest of all', async () => {
  await record([result('a', true), result('b', true)]);
  await record([result('a', false)], '2026-01-03T10:00:00.000Z', configOf(runs.second), ['a']);

  expect(await latest()).toMatchObject({ startedAt: start, passed: true });
  expect(await tables.tests.list(endpointName, 'result#', 1)).toMatchObject([{ only: ['a'], passed: false }]);
});
