import { expect, it, vi } from 'vitest';
import { type EndpointTestPorts, runEndpointTest } from '#functions/use-cases/run-endpoint-test';
import { putTest } from '#functions/use-cases/test-versions';
import { type DataRun, testEngine } from '../../fakes/data-run.ts';
import { memoryState } from '../../fakes/memory-state.ts';
import { encodedRun, models } from '../support/evaluated-run.ts';
import { configOf, endpointName } from '../support/stage.ts';

const runId = '20260102-080000-bbbb';
const portsOf = ({ artifacts }: DataRun) => {
  const asked: string[] = [];
  const tests = memoryState();
  const ports: EndpointTestPorts = {
    stage: 'dev',
    tests,
    artifacts,
    readGolden: () => Promise.reject(new Error('read')),
    ask: async (_, body) => {
      asked.push(body);
      const answers = body.split('\n').map((line) => models.regression(Number(line.split(',')[0])).join(','));
      return { status: 200, contentType: 'text/csv', body: answers.join('\n'), latencyMs: 1 };
    },
    openEngine: vi.fn(testEngine),
  };
  const run = async ({ id, ...content }: { id: string }, endpointConfigName?: string) => {
    const put = await putTest(tests, endpointName, id, content, { at: '2026-03-01T08:00:00.000Z' });
    const test = { id, version: put?.version };
    return runEndpointTest(ports, { endpointName, endpointConfigName, resultBytes: 2000, test });
  };
  return { ports, asked, run };
};
const contract = (rows: Record<string, string | number>[]) => ({
  id: 'raw',
  kind: 'contract' as const,
  request: { rows },
  expect: { status: 200, rows: rows.length, valuesPerRow: 1 },
});

it('encodes raw rows as the model in service was trained, and closes the engine', async () => {
  using run = await encodedRun('regression', { runId });
  const { asked, run: runTest } = portsOf(run);

  const result = await runTest(contract([{ c: 'g', x: 20 }, { x: '30' }]), configOf(runId));

  expect(result).toMatchObject({ id: 'raw', kind: 'contract', passed: true });
  expect(asked.map((body) => body.split('\n').map((line) => line.split(',')[0]))).toEqual([['20', '30']]);
  const golden = { id: 'g', kind: 'golden' as const, tolerance: 0, cases: [{ row: { x: 20 }, predictions: [41] }] };
  expect(await runTest(golden, configOf(runId))).toMatchObject({ passed: true });
});

it('opens no engine for a test of encoded rows', async () => {
  using run = await encodedRun('regression', { runId });
  const { ports, run: runTest } = portsOf(run);
  const test = { ...contract([]), request: { contentType: 'text/csv', body: '1,2' }, expect: { status: 200 } };
  expect(await runTest(test)).toMatchObject({ passed: true });
  expect(ports.openEngine).not.toHaveBeenCalled();
});

it('fails a test with a column that is no model input, a value that cannot be read, or no known run', async () => {
  using run = await encodedRun('regression', { runId });
  const { asked, run: runTest } = portsOf(run);
  const detail = async (row: Record<string, string | number>, endpointConfigName = configOf(runId)) =>
    (await runTest(contract([row]), endpointConfigName)).detail;

  expect(await detail({ x: 1, 'jane@example.com': 2 })).toBe(
    'Row 1 has a column that is no model input: key 2 of the row. The model reads x, c.',
  );
  expect(await detail({ id: 'jane' })).toContain('key 1 of the row');
  expect(await detail({ x: 'jane' })).toBe('Row 1, column "x": not a finite number.');
  expect(await detail({ x: 1 }, 'made-by-hand')).toContain('no run is known that trained what');
  expect(asked).toEqual([]);
});
