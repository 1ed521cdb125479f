import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PredictionError } from '#domain/errors';
import { inferenceIdOf } from '#domain/serving/inference-id';
import { type PredictionPorts, predict } from '#functions/use-cases/predict';
import type { Challenge } from '#schemas/records/challenge';
import { type DataRun, testEngine } from '../../fakes/data-run.ts';
import { type MemoryPredictions, memoryPredictions } from '../../fakes/memory-predictions.ts';
import { type MemoryState, memoryState } from '../../fakes/memory-state.ts';
import { encodedRun, models, writeGolden } from '../support/evaluated-run.ts';
import { championOf, deploymentOf, endpointName, packageArn } from '../support/stage.ts';

const challengerEndpoint = `${endpointName}-Challenger`;
const at = '2026-01-05T10:00:00.000Z';
const second = (x: number) => [3 * x];

let engine: Awaited<ReturnType<typeof testEngine>>;
let champion: DataRun;
let challenger: DataRun;
let store: MemoryState;
let log: MemoryPredictions;
let unlogged: string[];
let asked: string[];
let ids: number;
let tokenOf: PredictionPorts['tokenOf'];
/** What the challenger's endpoint does. */
let answering: (answer: string) => Promise<string>;
/** Whether the challenger's time is over. */
let wait: PredictionPorts['wait'];

beforeAll(async () => {
  engine = await testEngine();
  champion = await encodedRun('regression', { rest: { deployment: { log: 0 } } });
  await writeGolden(champion, 'regression');
  challenger = await encodedRun('regression', { runId: 'r2', shift: 100 });
  await writeGolden(challenger, 'regression', second);
});
afterAll(() => {
  engine.close();
  champion[Symbol.dispose]();
  challenger[Symbol.dispose]();
});
beforeEach(async () => {
  store = memoryState();
  log = memoryPredictions();
  unlogged = [];
  asked = [];
  ids = 0;
  answering = async (answer) => answer;
  wait = () => new Promise(() => {});
  tokenOf = async (id) => `tok_of_${id.length}`;
  await store.put('loan', 'champion', championOf(2, 'r1', '2026-01-02T10:00:00.000Z'));
});

const ports = (): PredictionPorts => ({
  artifacts: {
    ...champion.artifacts,
    readJson: (key, schema) => (key.includes('/r2/') ? challenger : champion).artifacts.readJson(key, schema),
  },
  store,
  invoke: async (endpoint, csv) => {
    asked.push(endpoint);
    const model = endpoint === challengerEndpoint ? second : models.regression;
    const answer = csv
      .split('\n')
      .map((line) => model(Number(line.split(',')[0])).join(','))
      .join('\n');
    return endpoint === challengerEndpoint ? answering(answer) : answer;
  },
  enqueue: () => Promise.reject(new Error('queued')),
  openEngine: async () => engine,
  publish: () => {},
  log,
  tokenOf: (id) => tokenOf(id),
  reportUnlogged: (reason) => unlogged.push(reason),
  newId: () => inferenceIdOf(Date.parse(at), Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, ++ids >> 8, ids & 255])),
  clock: () => at,
  now: () => 0,
  wait: (ms, signal) => wait(ms, signal),
  cache: { transforms: new Map(), answered: new Map(), explainers: new Map() },
  patienceMs: 0,
});
const startChallenge = (more: Partial<Challenge> = {}, settings: object = {}) =>
  store.put('loan', 'challenge', {
    id: 'c1',
    status: 'running',
    pipeline: 'loan',
    mode: 'shadow',
    settings: { mode: 'shadow', share: 100, waitMs: 300, maxDays: 14, minRows: 500, ...settings },
    challenger: deploymentOf({
      run: { pipeline: 'loan', runId: 'r2' },
      modelPackageArn: packageArn(3),
      modelPackageVersion: 3,
      endpointName: challengerEndpoint,
    }),
    champion: { runId: 'r1', modelPackageVersion: 2 },
    approvedAt: at,
    executionArn: 'arn:aws:states:e:1:execution:challenge:c1',
    openedAt: at,
    logFrom: '',
    ...more,
  });
const event = { pipeline: 'loan', rows: [{ id: 'Ada', x: 20, c: 'r' }, { x: '30' }] };
const byChampion = { model: { version: 2, runId: 'r1' }, endpoint: endpointName, predictions: [{ value: 41 }, {}] };

describe('a prediction during a challenge in the shadow', () => {
  it('is the champion’s; both answers are logged, each by its own transform', async () => {
    await startChallenge();
    const answer = await predict(ports(), event);

    expect(answer).toMatchObject(byChampion);
    expect(log.all()).toEqual([
      {
        inferenceId: answer.inferenceId,
        at,
        pipeline: 'loan',
        challenge: 'c1',
        rows: [{ row: 0, key: 'tok_of_3' }, { row: 1 }],
        answers: [
          expect.objectContaining({ role: 'champion', returned: true, runId: 'r1', scores: [41, 61] }),
          expect.objectContaining({ role: 'challenger', returned: false, runId: 'r2', scores: [60, 90] }),
        ],
      },
    ]);
    expect(JSON.stringify(log.all())).not.toContain('Ada');
  });

  it.each([
    ['fails', new PredictionError('no', { problem: 'model-failed' }), 'model-failed'],
    ['has no endpoint', new PredictionError('no', { problem: 'not-serving' }), 'not-serving'],
    ['is throttled', Object.assign(new Error('secret text'), { name: 'ThrottlingException' }), 'unavailable'],
  ])('is answered although the challenger %s', async (_, error, code) => {
    await startChallenge();
    answering = () => Promise.reject(error);

    expect(await predict(ports(), event)).toMatchObject(byChampion);
    expect(log.all()[0]?.answers[1]).toMatchObject({ role: 'challenger', error: code, scores: [] });
    expect(JSON.stringify(log.all())).not.toContain('secret text');
  });

  it('is answered although another model answers on the challenger’s endpoint', async () => {
    await startChallenge();
    answering = async (answer) => answer.replaceAll(/\d+/g, '7');

    expect(await predict(ports(), event)).toMatchObject(byChampion);
    expect(log.all()[0]?.answers[1]).toMatchObject({ error: 'other-model' });
  });

  it('waits for a slow challenger, and no longer than its bound', async () => {
    await startChallenge();
    answering = async (answer) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return answer;
    };
    await predict(ports(), event);
    answering = () => new Promise(() => {});
    const waits: number[] = [];
    wait = async (ms) => {
      waits.push(ms);
      // the log is written at once
      if (ms === 1000) await new Promise(() => {});
    };
    expect(await predict(ports(), event)).toMatchObject(byChampion);

    expect(waits).toEqual([300, 1000]);
    expect(log.all().map(({ answers }) => answers[1]?.error)).toEqual([undefined, 'slow']);
  });

  it('asks the challenger for its share of the requests, and logs those', async () => {
    await startChallenge({}, { share: 30 });
    const own = ports();
    for (let i = 0; i < 40; i++) await predict(own, event);

    expect(log.all().length).toBeGreaterThan(3);
    expect(log.all().length).toBeLessThan(24);
    for (const { answers } of log.all()) expect(answers).toHaveLength(2);
  });

  it.each([
    ['is being opened', { status: 'opening' }],
    ['is closing', { status: 'closing' }],
    ['is with a former champion', { champion: { runId: 'r0', modelPackageVersion: 1 } }],
  ] as const)('leaves the challenger alone while the challenge %s', async (_, state) => {
    await startChallenge(state);

    expect(await predict(ports(), event)).toMatchObject(byChampion);
    expect(asked).toEqual([endpointName]);
    expect(log.all()).toEqual([]);
  });

  it.each([
    ['cannot be written', () => Promise.reject(new Error('AccessDenied')), 'Error'],
    ['takes too long', () => new Promise<void>(() => {}), 'slow'],
  ])('is answered although the log %s', async (_, write, reason) => {
    await startChallenge();
    if (reason === 'slow') {
      wait = async (ms) => {
        if (ms === 300) await new Promise(() => {});
      };
    }

    expect(await predict({ ...ports(), log: { write } }, event)).toMatchObject(byChampion);
    expect(unlogged).toEqual([reason]);
  });

  it('is answered although the key of the tokens cannot be read', async () => {
    await startChallenge();
    tokenOf = () => Promise.reject(Object.assign(new Error('no'), { name: 'ConfigurationError' }));

    expect(await predict(ports(), event)).toMatchObject(byChampion);
    expect(unlogged).toEqual(['ConfigurationError']);
    expect(log.all()).toEqual([]);
  });

  it('fails as it does without a challenge when the champion fails', async () => {
    await startChallenge();

    await expect(predict(ports(), { pipeline: 'loan', rows: [{ x: 'many' }] })).rejects.toMatchObject({
      problem: 'invalid-rows',
    });
    expect(log.all()).toEqual([]);
  });
});

describe('a prediction during a challenge of the mode ab', () => {
  const ab = (share: number) => startChallenge({ mode: 'ab' }, { mode: 'ab', share });
  const byChallenger = {
    model: { version: 3, runId: 'r2' },
    endpoint: challengerEndpoint,
    predictions: [{ value: 60 }, {}],
  };

  it('is the challenger’s for its share, and is logged either way', async () => {
    await ab(100);
    expect(await predict(ports(), event)).toMatchObject(byChallenger);
    await ab(0);
    expect(await predict(ports(), event)).toMatchObject(byChampion);

    expect(asked).toEqual([challengerEndpoint, endpointName]);
    expect(log.all().map(({ challenge, answers }) => [challenge, answers.map((a) => [a.role, a.returned])])).toEqual([
      ['c1', [['challenger', true]]],
      ['c1', [['champion', true]]],
    ]);
  });

  it('stays with one model for the same ids', async () => {
    await ab(50);
    const own = ports();
    const versionOf = async (id: string) =>
      (await predict(own, { pipeline: 'loan', rows: [{ id, x: 20, c: 'r' }] })).model.version;
    const people = Array.from({ length: 12 }, (_, i) => `person ${i}`);
    const first = await Promise.all(people.map(versionOf));

    expect(new Set(first)).toEqual(new Set([2, 3]));
    expect(await Promise.all(people.map(versionOf))).toEqual(first);
  });

  it('is the champion’s when the challenger fails, which counts against the challenger', async () => {
    await ab(100);
    answering = () => Promise.reject(new PredictionError('no', { problem: 'model-failed' }));

    expect(await predict(ports(), event)).toMatchObject(byChampion);
    expect(log.all()[0]?.answers.map(({ role, returned, error }) => [role, returned, error])).toEqual([
      ['challenger', false, 'model-failed'],
      ['champion', true, undefined],
    ]);
  });
});

it('no request is logged without a challenge unless the pipeline wants it', async () => {
  await predict(ports(), event);

  expect(log.all()).toEqual([]);
});
