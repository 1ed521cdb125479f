import { beforeEach, expect, it } from 'vitest';
import { type LoadedTransform, type PredictionPorts, predict } from '#functions/use-cases/predict';
import { type DataRun, testEngine } from '../../fakes/data-run.ts';
import { type MemoryEndpoints, memoryEndpoints } from '../../fakes/memory-endpoints.ts';
import { type MemoryState, memoryState } from '../../fakes/memory-state.ts';
import { encodedRun, models } from '../support/evaluated-run.ts';
import { championOf, configOf, endpointName } from '../support/stage.ts';

let store: MemoryState;
let endpoints: MemoryEndpoints;
let transforms: Map<string, LoadedTransform>;
let sent: string[];

beforeEach(async () => {
  store = memoryState();
  endpoints = memoryEndpoints();
  transforms = new Map();
  sent = [];
  await store.put('loan', 'champion', championOf(2, 'r1', '2026-01-02T10:00:00.000Z'));
  endpoints.serve(endpointName, configOf('r1'));
});
const portsOf = ({ artifacts }: DataRun): PredictionPorts => ({
  artifacts,
  store,
  endpoints,
  invoke: async (_, csv) => {
    sent.push(csv);
    return csv
      .split('\n')
      .map((line) => models.regression(Number(line.split(',')[0])).join(','))
      .join('\n');
  },
  openEngine: testEngine,
  transforms,
});
const event = { pipeline: 'loan', rows: [{ x: 20, c: 'r' }, { x: '30' }] };

it('encodes the rows as training did and reads the transform of a run once', async () => {
  using run = await encodedRun('regression');

  expect(await predict(portsOf(run), event)).toMatchObject({
    model: { version: 2, runId: 'r1' },
    endpoint: endpointName,
    predictions: [{ value: 41 }, { value: 61 }],
  });
  expect(sent).toHaveLength(1);
  expect(transforms.size).toBe(1);
  const broken = {
    ...portsOf(run),
    artifacts: { ...run.artifacts, readJson: () => Promise.reject(new Error('read')) },
  };
  expect(await predict(broken, event)).toMatchObject({ predictions: [{ value: 41 }, { value: 61 }] });
});

it('sends nothing to an endpoint that serves another model, or is gone', async () => {
  using run = await encodedRun('regression');
  endpoints.serve(endpointName, configOf('r2'));
  await expect(predict(portsOf(run), event)).rejects.toMatchObject({
    name: 'PredictionError',
    message: expect.stringContaining(`serves ${configOf('r2')}, not the champion's`),
  });

  await endpoints.remove(endpointName);
  await expect(predict(portsOf(run), event)).rejects.toMatchObject({
    name: 'PredictionError',
    message: expect.stringContaining('serves nothing'),
  });
  expect(sent).toEqual([]);
});
