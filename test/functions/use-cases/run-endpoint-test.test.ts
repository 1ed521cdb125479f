import { expect, it, vi } from 'vitest';
import { NotFoundError } from '#domain/errors';
import { artifactKeys } from '#domain/runs/layout';
import { type EndpointTestPorts, runEndpointTest } from '#functions/use-cases/run-endpoint-test';
import { putTest } from '#functions/use-cases/test-versions';
import { pipelineSchema } from '#schemas/pipeline';
import { type DataRun, testEngine } from '../../fakes/data-run.ts';
import { memoryState } from '../../fakes/memory-state.ts';
import { encodedRun, models } from '../support/evaluated-run.ts';
import { configOf, endpointName } from '../support/stage.ts';

const runId = '20260102-080000-bbbb';
const portsOf = ({ artifacts }: DataRun, own: Partial<EndpointTestPorts> = {}) => {
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
    askOnce: () => Promise.reject(new Error('asked once')),
    askQueued: () => Promise.reject(new Error('queued')),
    openEngine: vi.fn(testEngine),
    now: () => performance.now(),
    sleep: () => Promise.resolve(),
    ...own,
  };
  const run = async ({ id, ...content }: { id: string; [setting: string]: unknown }, endpointConfigName?: string) => {
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

it('sees the scores that predict returns: as the run calibrated them', async () => {
  const evaluation = { task: 'binary', gates: [{ metric: 'auc', min: 0.8 }], calibration: 'platt' };
  using run = await encodedRun('binary', { runId, rest: { evaluation } });
  const calibration = { method: 'platt', slope: 1, intercept: 2 };
  await run.artifacts.writeJson(artifactKeys(run.run).operatingPoint, { threshold: 0.5, calibration });
  const ask = async () => ({ status: 200, contentType: 'text/csv', body: '0.5\n', latencyMs: 1 });
  const { run: runTest } = portsOf(run, { ask });
  const predictions = [1 / (1 + Math.exp(-2))];
  const golden = { id: 'g', kind: 'golden' as const, tolerance: 1e-9, cases: [{ row: { x: 20 }, predictions }] };
  expect(await runTest(golden, configOf(runId))).toMatchObject({ passed: true });
});

it('opens no engine for a test of encoded rows', async () => {
  using run = await encodedRun('regression', { runId });
  const { ports, run: runTest } = portsOf(run);
  const test = { ...contract([]), request: { contentType: 'text/csv', body: '1,2' }, expect: { status: 200 } };
  expect(await runTest(test)).toMatchObject({ passed: true });
  expect(ports.openEngine).not.toHaveBeenCalled();
});

it('changes columns of encoded rows as the run that trained the model encodes them', async () => {
  const columns = {
    x: { role: 'feature', type: 'number', monotone: 'increasing' },
    c: { role: 'feature', type: 'category', encode: 'onehot', invariant: 0 },
  };
  using run = await encodedRun('regression', { runId });
  const keys = artifactKeys(run.run);
  const config = await run.artifacts.readJson(keys.config, pipelineSchema);
  await run.artifacts.writeJson(keys.config, { ...config, dataset: { ...config.dataset, columns } });
  const histograms = [
    { kind: 'number', column: 'x', edges: [0, 40, 40, 100], counts: [0, 1, 0, 1, 0], missing: 0 },
    { kind: 'category', column: 'c', categories: ['r', 'g'], counts: [1, 1, 0], missing: 0 },
  ];
  await run.artifacts.writeJson(keys.baseline, { version: 1, rows: 2, columns: histograms });
  const { features } = await run.fitted();
  const lines = (colours: string[]) =>
    colours.map((colour) =>
      ['20', ...features.slice(1).map((feature) => Number(feature['category'] === colour))].join(','),
    );
  const { asked, run: runTest } = portsOf(run);
  const ran = (test: Record<string, unknown>) =>
    runTest({ id: 't', request: { body: '20,1,0,0' }, ...test }, configOf(runId));

  expect(await ran({ kind: 'monotonicity' })).toMatchObject({
    passed: true,
    detail: '1 column in 3 changed rows: the answer never goes the wrong way',
  });
  expect(await ran({ kind: 'invariance' })).toMatchObject({ passed: true });
  expect(asked[0]).toBe('20,1,0,0\n0,1,0,0\n40,1,0,0\n100,1,0,0');
  // the base row, then red and green in place of its own colour
  expect(asked[1]?.split('\n').slice(1)).toEqual(lines(['r', 'g']));
  const second = { columns: [{ column: 'x', direction: 'increasing' }], request: { rows: [{ x: 3 }] } };
  expect(await ran({ kind: 'monotonicity', ...second })).toMatchObject({ passed: true });
});

it('takes nothing as declared of a model that no known run trained', async () => {
  using run = await encodedRun('regression', { runId });
  const { asked, run: runTest } = portsOf(run);
  const test = { id: 'm', kind: 'monotonicity', request: { body: '20,1,0,0' } };
  expect(await runTest(test, 'made-by-hand')).toMatchObject({ passed: true, detail: /^no run is known/ });
  expect(asked).toEqual([]);
});

it('asks an asynchronous endpoint through its queue, and has no test of a kind that needs a caller who waits', async () => {
  using run = await encodedRun('regression', { runId });
  const { config: key } = artifactKeys(run.run);
  const config = await run.artifacts.readJson(key, pipelineSchema);
  const deployment = { ...config.deployment, asynchronous: {}, capturePercentage: 0 };
  await run.artifacts.writeJson(key, { ...config, deployment });
  const queued = vi.fn(async () => ({ status: 200, contentType: 'text/csv', body: '3', latencyMs: 1 }));
  const { asked, run: runTest } = portsOf(run, { askQueued: queued });
  const test = { ...contract([]), request: { contentType: 'text/csv', body: '1,2' }, expect: { status: 200 } };

  expect(await runTest(test, configOf(runId))).toMatchObject({ passed: true });
  expect(queued).toHaveBeenCalledWith('loan', endpointName, '1,2', 'text/csv');
  for (const kind of ['latency', 'load', 'robustness']) {
    const bounds = kind === 'robustness' ? {} : { p50Ms: 9 };
    const rate = kind === 'load' ? { rate: 9, seconds: 1 } : {};
    const refused = await runTest({ id: kind, kind, request: { body: '1,2' }, ...bounds, ...rate }, configOf(runId));
    expect(refused).toMatchObject({ passed: false, detail: expect.stringContaining(`has no ${kind} tests`) });
    expect(refused.detail).toContain(`npx tidegate tests delete loan ${kind}`);
  }
  expect([asked, queued.mock.calls.length]).toEqual([[], 1]);
});

it('asks at once where the configuration of the run is gone', async () => {
  using run = await encodedRun('regression', { runId });
  const artifacts = {
    ...run.artifacts,
    readJson: () => Promise.reject(new NotFoundError('gone')),
  } as DataRun['artifacts'];
  const { asked, run: runTest } = portsOf({ ...run, artifacts });
  const test = { ...contract([]), request: { contentType: 'text/csv', body: '1,2' }, expect: { status: 200 } };

  expect(await runTest(test, configOf(runId))).toMatchObject({ passed: true });
  expect(asked).toEqual(['1,2']);
});

it('sends the requests of a load test once each', async () => {
  using run = await encodedRun('regression', { runId });
  const once = vi.fn(async () => ({ status: 200, contentType: 'text/csv', body: '1', latencyMs: 1 }));
  const { run: runTest } = portsOf(run, { askOnce: once });
  const test = { id: 'l', kind: 'load', request: { body: '1,1' }, rate: 100, seconds: 0.05, p99Ms: 60_000 };
  expect(await runTest(test)).toMatchObject({ passed: true, detail: /0 of 5 requests failed/ });
  expect(once).toHaveBeenCalledTimes(5);
  expect(once).toHaveBeenCalledWith(endpointName, '1,1', 'text/csv');
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
