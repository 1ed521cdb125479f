import { beforeEach, describe, expect, it } from 'vitest';
import { PredictionError } from '#domain/errors';
import { artifactKeys } from '#domain/runs/layout';
import { inferenceIdOf } from '#domain/serving/inference-id';
import { type PredictionCache, type PredictionPorts, predict } from '#functions/use-cases/predict';
import { pipelineSchema } from '#schemas/pipeline';
import { goldenSchema } from '#schemas/records/golden';
import { type PredictionRecord, predictionRecordSchema } from '#schemas/records/prediction';
import { type DataRun, testEngine } from '../../fakes/data-run.ts';
import { type MemoryState, memoryState } from '../../fakes/memory-state.ts';
import { encodedRun, models, writeGolden } from '../support/evaluated-run.ts';
import { championOf, configOf, endpointName, executionArn, packageArn } from '../support/stage.ts';

type Model = (x: number) => readonly number[];

let store: MemoryState;
const at = '2026-01-05T10:00:00.000Z';
let cache: PredictionCache;
let logged: PredictionRecord[];
let unlogged: string[];
let ids: number;
let time: number;
let sent: string[];
let published: { config: string; predicted: number[] }[];
/** The model that answers the next request. */
let behind: () => Model;

beforeEach(async () => {
  store = memoryState();
  cache = { transforms: new Map(), answered: new Map(), explainers: new Map() };
  sent = [];
  logged = [];
  unlogged = [];
  ids = 0;
  time = 0;
  published = [];
  behind = () => models.regression;
  await store.put('loan', 'champion', championOf(2, 'r1', '2026-01-02T10:00:00.000Z'));
});
const portsOf = ({ artifacts }: DataRun): PredictionPorts => ({
  artifacts,
  store,
  invoke: async (_, csv) => {
    sent.push(csv);
    const model = behind();
    return csv
      .split('\n')
      .map((line) => model(Number(line.split(',')[0])).join(','))
      .join('\n');
  },
  enqueue: () => Promise.reject(new Error('queued')),
  openEngine: testEngine,
  publish: ({ endpointConfigName }, predicted) => {
    published.push({ config: endpointConfigName, predicted: [...predicted] });
  },
  cache,
  patienceMs: 20_000,
  newId: () => inferenceIdOf(Date.parse(at), Uint8Array.from([...String(++ids).padStart(10, '0')].map(Number))),
  clock: () => at,
  now: () => time,
  wait: () => new Promise(() => {}),
  tokenOf: async (id) => `tok_${id.length}`,
  log: {
    write: async (record) => {
      logged.push(predictionRecordSchema.parse(record));
    },
  },
  reportUnlogged: (reason) => unlogged.push(reason),
});
const event = { pipeline: 'loan', rows: [{ x: 20, c: 'r' }, { x: '30' }] };
const answerOfFirst = { model: { version: 2, runId: 'r1' }, predictions: [{ value: 41 }, { value: 61 }] };

/** A run that serves. */
async function served(): Promise<DataRun> {
  const run = await encodedRun('regression');
  await writeGolden(run, 'regression');
  return run;
}

it('answers by the threshold that the run chose', async () => {
  const threshold = { cost: { falsePositive: 1, falseNegative: 8 } };
  const gates = [{ metric: 'auc', min: 0.8 }];
  const run = await encodedRun('binary', { rest: { evaluation: { task: 'binary', gates, threshold } } });
  await writeGolden(run, 'binary');
  const choice = { rule: 'errors cost least', rows: 70, positives: 30, low: 0.1, high: 0.2 };
  await run.artifacts.writeJson(artifactKeys(run.run).operatingPoint, { threshold: 0.04, choice });
  behind = () => models.binary;

  const { predictions } = await predict(portsOf(run), event);

  // the scores of 20 and 30 are 0.047 and 0.119: by the usual threshold, both were negative
  expect(predictions).toMatchObject([{ positive: true }, { positive: true }]);
});

it('encodes the rows as training did, and reads the records of a run once', async () => {
  using run = await served();

  expect(await predict(portsOf(run), event)).toMatchObject({ ...answerOfFirst, endpoint: endpointName });
  expect(sent).toHaveLength(1);
  const unreadable = {
    ...portsOf(run),
    artifacts: { ...run.artifacts, readJson: () => Promise.reject(new Error('read')) },
  };
  expect(await predict(unreadable, event)).toMatchObject(answerOfFirst);
  expect(sent).toHaveLength(2);
});

it('tells what each column contributes where the request asks for it', async () => {
  using run = await served();
  const trees = { link: 'identity', base: [1], trees: [] };
  await run.artifacts.writeJson(artifactKeys(run.run).trees, { version: 1, ...trees });
  behind = () => () => [1];
  const golden = await run.artifacts.readJson(artifactKeys(run.run).golden, goldenSchema);
  const cases = golden.cases.map((one) => ({ ...one, predictions: [1] }));
  await run.artifacts.writeJson(artifactKeys(run.run).golden, { ...golden, cases });

  const { predictions } = await predict(portsOf(run), { ...event, explain: true });
  const explanation = { unit: 'value', expected: 1, contributions: { x: 0, c: 0 } };
  expect(predictions).toMatchObject([
    { value: 1, explanation },
    { value: 1, explanation },
  ]);
  expect((await predict(portsOf(run), event)).predictions.some((one) => 'explanation' in one)).toBe(false);
});

it('refuses the answers of a model that no deployment put there', async () => {
  using run = await served();
  behind = () => (x) => [x];

  await expect(predict(portsOf(run), event)).rejects.toMatchObject({
    name: 'PredictionError',
    problem: 'unknown-model',
    message: expect.stringContaining('changed by hand'),
  });
});

it('sends rows through the queue where the model is served by one, and waits as long as the caller', async () => {
  using run = await served();
  const { config: key } = artifactKeys(run.run);
  const config = await run.artifacts.readJson(key, pipelineSchema);
  const deployment = { ...config.deployment, asynchronous: {}, capturePercentage: 0 };
  await run.artifacts.writeJson(key, { ...config, deployment });
  time = 500;
  const ports = portsOf(run);
  const queued: unknown[] = [];
  const enqueue: PredictionPorts['enqueue'] = ({ csv, ...rows }, format, until) => {
    queued.push({ ...rows, until });
    return ports.invoke(endpointName, csv, format);
  };

  expect(await predict({ ...ports, enqueue }, event)).toMatchObject(answerOfFirst);
  expect(queued).toEqual([{ pipeline: 'loan', endpointName, until: 20_500 }]);
  const late = () => Promise.reject(new PredictionError('late', { problem: 'queued' }));
  await expect(predict({ ...ports, enqueue: late }, event)).rejects.toMatchObject({ problem: 'queued' });
});

describe('while a deployment is under way', () => {
  const second: Model = (x) => [3 * x];
  const deploymentOf = (alarms: Record<string, number>) => ({
    decision: 'deploy',
    run: { pipeline: 'loan', runId: 'r2' },
    modelPackageArn: packageArn(3),
    modelPackageVersion: 3,
    modelName: configOf('r2'),
    endpointName,
    endpointConfigName: configOf('r2'),
    previousConfig: configOf('r1'),
    executionArn: executionArn('e3'),
    maxWaitMinutes: 60,
    alarms: Object.keys(alarms).map((kind) => `${configOf('r2')}-${kind}`),
    rollOut: { strategy: 'canary', percent: 10, bakeMinutes: 5, alarms },
  });
  /** Writes what a deployment writes before it touches the endpoint. */
  async function startDeployment(alarms?: Record<string, number>): Promise<void> {
    const deploy = executionArn('e3');
    const startedAt = '2026-01-03T10:00:00.000Z';
    await store.put('loan', 'deployment-lock', { executionArn: deploy, version: 3, startedAt });
    await store.put('loan', 'deployment#000003', {
      status: 'deploying',
      executionArn: deploy,
      approvedAt: startedAt,
      startedAt,
      modelPackageArn: packageArn(3),
      runId: 'r2',
      endpointName,
      endpointConfigName: configOf('r2'),
      ...(alarms ? { deployment: deploymentOf(alarms) } : {}),
    });
  }
  /** Two runs whose artifacts are in one store: the second encodes `x` as the first encodes `x + 100`. */
  async function twoRuns(): Promise<DataRun & { second: DataRun }> {
    const run = await served();
    const other = await encodedRun('regression', { runId: 'r2', shift: 100 });
    await writeGolden(other, 'regression', second);
    const readJson: DataRun['artifacts']['readJson'] = (key, schema) =>
      (key.includes('/r2/') ? other : run).artifacts.readJson(key, schema);
    return { ...run, second: other, artifacts: { ...run.artifacts, readJson } };
  }

  it('gives each answer by the model that the rows were encoded for, whichever it is, with its version', async () => {
    const runs = await twoRuns();
    await startDeployment();
    let turn = 0;
    behind = () => ([models.regression, second, second, models.regression] as const)[turn++ % 4] as Model;
    const versions = new Set<number>();

    for (let i = 0; i < 12; i++) {
      const answer = await predict(portsOf(runs), event);
      versions.add(answer.model.version);
      expect(answer).toMatchObject(
        answer.model.version === 2
          ? answerOfFirst
          : { model: { version: 3, runId: 'r2', modelPackageArn: packageArn(3) }, predictions: [{ value: 60 }, {}] },
      );
    }
    expect(versions).toEqual(new Set([2, 3]));
    expect(sent.length).toBeLessThan(30);
    runs[Symbol.dispose]();
    runs.second[Symbol.dispose]();
  });

  it('publishes what each fleet predicts while an alarm watches predictions, and not otherwise', async () => {
    const runs = await twoRuns();
    await predict(portsOf(runs), event);
    await startDeployment({ errors: 1 });
    await predict(portsOf(runs), event);
    expect(published).toEqual([]);

    await startDeployment({ errors: 1, predictions: 0.1 });
    await predict(portsOf(runs), event);
    behind = () => second;
    await predict(portsOf(runs), event);
    expect(published).toEqual([
      { config: configOf('r1'), predicted: [41, 61] },
      { config: configOf('r2'), predicted: [expect.any(Number), expect.any(Number)] },
    ]);
    runs[Symbol.dispose]();
    runs.second[Symbol.dispose]();
  });

  it('takes a rejection for the answer of a model with other inputs', async () => {
    const runs = await twoRuns();
    await predict(portsOf(runs), event);
    await startDeployment();
    const rejecting = {
      ...portsOf(runs),
      invoke: (name: string, csv: string, format: Parameters<PredictionPorts['invoke']>[2]) => {
        behind = () => second;
        if (sent.length < 2) {
          sent.push('rejected');
          throw new PredictionError('The model failed with status 400.', { problem: 'model-failed' });
        }
        return portsOf(runs).invoke(name, csv, format);
      },
    };

    expect(await predict(rejecting, event)).toMatchObject({ model: { version: 3 } });
    runs[Symbol.dispose]();
    runs.second[Symbol.dispose]();
  });

  it('finds the new champion when the one that it knew is gone', async () => {
    const runs = await twoRuns();
    await predict(portsOf(runs), event);
    await store.put('loan', 'champion', championOf(3, 'r2', '2026-01-03T10:30:00.000Z'));
    behind = () => second;

    expect(await predict(portsOf(runs), event)).toMatchObject({ model: { version: 3, runId: 'r2' } });
    expect(sent).toHaveLength(2);
    runs[Symbol.dispose]();
    runs.second[Symbol.dispose]();
  });
});
