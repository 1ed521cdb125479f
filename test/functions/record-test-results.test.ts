import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { TestResult } from '#schemas/records/test-result';
import { configOf, context, endpointName, runs, setStage } from './support/stage.ts';
import { startTables, type Tables } from './support/tables.ts';

let tables: Tables;
let record: (results: TestResult[], startedAt?: string, config?: string) => Promise<unknown>;

const start = '2026-01-02T10:00:00.000Z';
const result = (id: string, passed: boolean): TestResult => ({ id, kind: 'golden', passed, detail: id, durationMs: 5 });
const latest = () => tables.tests.get(endpointName, 'latest-result');

beforeAll(async () => {
  setStage();
  tables = await startTables();
  const { handler } = await import('#functions/record-test-results');
  record = (results, startedAt = start, config = configOf(runs.second)) =>
    handler(
      {
        suite: { decision: 'test', endpointName, endpointConfigName: config, trigger: 'update' },
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
    endpointName,
    endpointConfigName: configOf(runs.second),
    trigger: 'update',
    results,
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
