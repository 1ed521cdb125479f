import { beforeEach, describe, expect, it } from 'vitest';
import { deploymentKeys } from '#domain/deployment/target';
import { artifactKeys } from '#domain/runs/layout';
import { inferenceIdOf } from '#domain/serving/inference-id';
import { readChallenge, readTotals } from '#functions/claims/challenges';
import { beginChallenge } from '#functions/use-cases/begin-challenge';
import { closeChallenge } from '#functions/use-cases/close-challenge';
import { judgeChallenge } from '#functions/use-cases/judge-challenge';
import { openChallenge } from '#functions/use-cases/open-challenge';
import { requestChallengeEnd } from '#functions/use-cases/request-challenge-end';
import type { Verdict } from '#schemas/events/challenge';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import { challengeSchema } from '#schemas/records/challenge';
import { type MemoryEndpoints, memoryEndpoints } from '../../fakes/memory-endpoints.ts';
import { memoryObjects } from '../../fakes/memory-objects.ts';
import { type MemoryPredictions, memoryPredictions } from '../../fakes/memory-predictions.ts';
import { type MemoryState, memoryState } from '../../fakes/memory-state.ts';
import { championOf, configOf, endpointName, packageArn, pipeline as plain, runs } from '../support/stage.ts';

const challengerEndpoint = `${endpointName}-Challenger`;
const configOfChallenger = (runId: string) => `${configOf(runId)}-c`;
const arnOf = (name: string) => `arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-challenge:${name}`;
const openedAt = '2026-01-05T10:00:00.000Z';
const startedAt = '2026-01-05T10:10:00.000Z';
const later = (minutes: number): string => new Date(Date.parse(startedAt) + minutes * 60_000).toISOString();

const challenged = (more: object = {}): Pipeline =>
  pipelineSchema.parse({
    ...plain,
    deployment: { challenge: { mode: 'shadow', minRows: 4, hours: 1, maxDays: 2, maxMeanShift: 9, ...more } },
  });
const transform = (runId: string) => ({
  version: 1,
  pipeline: 'loan',
  runId,
  task: 'binary',
  label: { column: 'default', classes: ['0', '1'], classCounts: [5, 5] },
  features: [{ kind: 'number', name: 'income', source: 'income' }],
  dropped: [],
  slices: [],
  sides: Object.fromEntries(['train', 'validation', 'test'].map((side) => [side, { rows: 1, classes: [1, 0] }])),
  parts: { train: [1], validation: [1] },
});

let store: MemoryState;
let endpoints: MemoryEndpoints;
let predictions: MemoryPredictions;
let deployments: string[];
let config: Pipeline;
let requests: number;

beforeEach(async () => {
  store = memoryState();
  endpoints = memoryEndpoints();
  predictions = memoryPredictions();
  deployments = [];
  config = challenged();
  requests = 0;
  await store.put('loan', 'champion', championOf(1, runs.first, '2026-01-02T10:00:00.000Z'));
});

const artifacts = () =>
  memoryObjects(
    'artifacts-bucket',
    Object.fromEntries(
      Object.values(runs).flatMap((runId) => {
        const keys = artifactKeys({ pipeline: 'loan', runId });
        return [
          [keys.config, config],
          [keys.transform, transform(runId)],
        ];
      }),
    ),
  );
const open = (version = 2, name = `loan-v${version}`, approvedAt = `2026-01-05T09:0${version}:00.000Z`) =>
  openChallenge(
    {
      environment: { stage: 'dev', cleanBucket: 'clean-bucket', cleanKeyArn: 'arn:key' },
      artifacts: artifacts(),
      store,
      endpoints,
      ensureModel: async () => {},
      now: () => Date.parse(openedAt),
    },
    {
      pipeline: 'loan',
      modelPackageArn: packageArn(version),
      modelPackageVersion: version,
      runId: Object.values(runs)[version - 1] ?? '',
      approvedAt,
      executionArn: arnOf(name),
      openedAt,
    },
  );
const begin = (passed = true, name = 'loan-v2') =>
  beginChallenge(
    { store },
    {
      pipeline: 'loan',
      executionArn: arnOf(name),
      tests: { passed, failed: passed ? [] : ['contract'] },
      at: startedAt,
    },
  );
const judge = (at: string, name = 'loan-v2') =>
  judgeChallenge({ artifacts: artifacts(), store, predictions }, { pipeline: 'loan', executionArn: arnOf(name), at });
const close = (verdict: Verdict | null, name = 'loan-v2', error: { Error: string; Cause: string } | null = null) =>
  closeChallenge(
    { store, endpoints, startDeployment: async (id, arn) => void deployments.push(`${id} ${arn}`) },
    { pipeline: 'loan', executionArn: arnOf(name), verdict, error, at: later(90) },
  );
const verdictOf = (end: Verdict['end']): Verdict => ({ end, reasons: ['because'], measures: { rows: 4 } });
/** A challenge that receives requests. */
async function running(more: object = {}): Promise<void> {
  config = challenged(more);
  await open();
  endpoints.settle(challengerEndpoint);
  await begin();
}
/** Logs a request of two rows. */
async function log(at: string, scores: readonly number[] = [0.2, 0.8], challenge: string | null = 'loan-v2') {
  requests++;
  const answer = (version: number, role: 'champion' | 'challenger', own: readonly number[]) => ({
    runId: Object.values(runs)[version - 1] ?? '',
    modelPackageVersion: version,
    endpointName: role,
    role,
    returned: role === 'champion',
    scores: [...own],
    latencyMs: 10,
  });
  await predictions.write({
    inferenceId: inferenceIdOf(Date.parse(at), Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, requests])),
    at,
    pipeline: 'loan',
    ...(challenge === null ? {} : { challenge }),
    rows: [{ row: 0 }, { row: 1 }],
    answers: [answer(1, 'champion', [0.2, 0.8]), answer(2, 'challenger', scores)],
  });
}

describe('opening a challenge', () => {
  it('creates an endpoint of its own for the challenger, without capture', async () => {
    expect(await open()).toMatchObject({
      step: 'await',
      deployment: {
        endpointName: challengerEndpoint,
        endpointConfigName: configOfChallenger(runs.second),
        previousConfig: null,
      },
    });
    expect(endpoints.changes).toEqual([`create ${configOfChallenger(runs.second)}`]);
    expect(await readChallenge(store, 'loan')).toMatchObject({
      id: 'loan-v2',
      status: 'opening',
      mode: 'shadow',
      champion: { modelPackageVersion: 1 },
    });
  });

  it('changes nothing when it is repeated', async () => {
    const first = await open();
    endpoints.settle(challengerEndpoint);

    expect(await open()).toEqual(first);
    expect(endpoints.changes).toHaveLength(1);
  });

  it('supersedes the challenge of an earlier approval', async () => {
    await running();
    await expect(open(3)).resolves.toMatchObject({ step: 'await' });

    expect(endpoints.changes.slice(1)).toEqual([
      `remove ${challengerEndpoint}`,
      `remove config ${configOfChallenger(runs.second)}`,
      `create ${configOfChallenger(runs.third)}`,
    ]);
    expect(await store.get('loan', deploymentKeys.pastChallenge(2, 'loan-v2'))).toMatchObject({
      status: 'closed',
      outcome: { end: 'superseded', reasons: ['Version 3 was approved later and takes its place.'] },
    });
    expect(await readChallenge(store, 'loan')).toMatchObject({ id: 'loan-v3', status: 'opening' });
    // the machine of the older one notices, reports it and leaves the endpoint of the newer one alone
    expect(await judge(later(10))).toMatchObject({ step: 'close', verdict: { end: 'superseded' } });
    endpoints.settle(challengerEndpoint);
    expect(await close(verdictOf('superseded'))).toMatchObject({ report: true, outcome: { end: 'superseded' } });
    expect(await endpoints.read(challengerEndpoint)).toMatchObject({ config: configOfChallenger(runs.third) });
  });

  it('waits until the endpoint of the former challenger can be deleted', async () => {
    await open();
    await expect(open(3)).rejects.toMatchObject({ name: 'TransientError' });
    endpoints.settle(challengerEndpoint);
    expect(await open(3)).toMatchObject({ step: 'await' });
  });

  it.each([
    ['a later approval is in its challenge', () => open(3), 'version 3 was approved later'],
    ['the pipeline is retired', () => store.put('loan', 'retired', { at: openedAt }), 'retired'],
    ['nothing serves', () => store.remove('loan', 'champion'), 'no model of loan serves'],
  ])('does not begin when %s, and settles the approval', async (_, before, reason) => {
    await store.put('loan', deploymentKeys.claim(2), { status: 'challenging', approvedAt: '2026-01-05T09:02:00.000Z' });
    await before();

    expect(await open()).toMatchObject({ step: 'ignore', reason: expect.stringContaining(reason) });
    expect(await store.get('loan', deploymentKeys.claim(2))).toMatchObject({ status: 'superseded' });
  });

  it('is not opened again after it has ended', async () => {
    await running();
    await close(verdictOf('lost'));

    expect(await open()).toMatchObject({ step: 'ignore' });
  });

  it('begins anew on an endpoint that failed', async () => {
    endpoints.serve(challengerEndpoint, 'left-over');
    await expect(open()).rejects.toMatchObject({ name: 'TransientError' });
    expect(await open()).toMatchObject({ step: 'await' });
  });
});

describe('beginning a challenge', () => {
  it('lets requests in, and keeps the time of the first attempt', async () => {
    await open();
    // ten minutes would be 14 days; two days have the shortest wait that fits
    expect(await begin()).toEqual({ step: 'announce', waitSeconds: 87 });
    expect(await readChallenge(store, 'loan')).toMatchObject({ status: 'running', startedAt });
  });

  it('lets a challenger lose that failed its tests', async () => {
    await open();

    expect(await begin(false)).toEqual({
      step: 'close',
      verdict: { end: 'lost', reasons: ['Endpoint tests failed: contract.'], measures: {} },
    });
    expect(await readChallenge(store, 'loan')).toMatchObject({ status: 'opening' });
  });
});

describe('judging a challenge', () => {
  it('counts each request once, when it is old enough, however often it looks', async () => {
    await running();
    await log(later(1));
    await log(later(2));
    await log(later(9));
    expect(await judge(later(10))).toEqual({ step: 'wait', waitSeconds: 87 });
    const seen = async () => (await readTotals(store, { pipeline: 'loan', id: 'loan-v2' }))?.measures?.['requests'];
    expect(await seen()).toBe(2);
    await judge(later(11.5));
    await judge(later(13));
    expect(await seen()).toBe(3);
    expect(predictions.reads).toHaveLength(3);
  });

  it('counts the requests of this challenge alone', async () => {
    await running();
    await log(later(1), [0.9, 0.1], 'another');
    await log(later(1), [0.9, 0.1], null);
    await judge(later(20));

    expect((await readTotals(store, { pipeline: 'loan', id: 'loan-v2' }))?.measures).toMatchObject({ requests: 0 });
  });

  it('is won when the limits are kept for its hours', async () => {
    await running();
    for (const minute of [1, 2, 3]) await log(later(minute));

    expect(await judge(later(30))).toMatchObject({ step: 'wait' });
    expect(await judge(later(60))).toMatchObject({
      step: 'close',
      verdict: { end: 'won', measures: { rows: 6, changedDecisions: 0 } },
    });
  });

  it('is lost as soon as a limit is passed', async () => {
    await running();
    for (const minute of [1, 2, 3]) await log(later(minute), [0.9, 0.1]);

    expect(await judge(later(10))).toMatchObject({
      step: 'close',
      verdict: { end: 'lost', reasons: [expect.stringContaining('changed decisions is 1')] },
    });
  });

  it.each([
    ['keep', 'kept', 'The champion stays'],
    ['promote', 'won', 'The challenger is promoted'],
  ])('ends at maxDays: %s', async (onTimeout, end, says) => {
    await running({ onTimeout });

    expect(await judge(later(2 * 24 * 60 - 1))).toMatchObject({ step: 'wait' });
    expect(await judge(later(2 * 24 * 60))).toMatchObject({
      step: 'close',
      verdict: { end, reasons: [expect.stringContaining(says), '0 of 4 rows so far.'] },
    });
  });

  it.each([
    [
      'another model becomes the champion',
      () => store.put('loan', 'champion', championOf(3, runs.third, startedAt)),
      'superseded',
    ],
    ['the pipeline is retired', () => store.put('loan', 'retired', { at: startedAt }), 'retired'],
    [
      'a person stops it',
      () => requestChallengeEnd(store, 'loan', { end: 'stopped', by: 'arn:me', reason: 'enough', at: later(3) }),
      'stopped',
    ],
    [
      'a person promotes the challenger',
      () => requestChallengeEnd(store, 'loan', { end: 'won', by: 'arn:me', at: later(3) }),
      'won',
    ],
  ] as const)('ends when %s, with what was measured', async (_, happens, end) => {
    await running();
    await log(later(1));
    await judge(later(5));
    await happens();

    expect(await judge(later(10))).toMatchObject({ step: 'close', verdict: { end, measures: { requests: 1 } } });
  });

  it('refuses a look that another one overtook', async () => {
    await running();
    await log(later(1));
    const overtaken = {
      ...store,
      get: async (pk: string, sk: string) => (sk === deploymentKeys.challengeTotals ? undefined : store.get(pk, sk)),
    };
    await judge(later(5));

    await expect(
      judgeChallenge(
        { artifacts: artifacts(), store: overtaken, predictions },
        { pipeline: 'loan', executionArn: arnOf('loan-v2'), at: later(5) },
      ),
    ).rejects.toMatchObject({ name: 'TransientError' });
  });
});

describe('closing a challenge', () => {
  it('deletes the endpoint, keeps the verdict, and starts the deployment of a winner', async () => {
    await running();
    await store.put('loan', deploymentKeys.claim(2), { status: 'challenging', approvedAt: '2026-01-05T09:02:00.000Z' });

    expect(await close(verdictOf('won'))).toMatchObject({
      report: true,
      modelPackageVersion: 2,
      championVersion: 1,
      outcome: { end: 'won', reasons: ['because'] },
    });
    expect(endpoints.changes.slice(1)).toEqual([
      `remove ${challengerEndpoint}`,
      `remove config ${configOfChallenger(runs.second)}`,
    ]);
    expect(deployments).toEqual([`loan-v2-won ${packageArn(2)}`]);
    expect(await store.get('loan', deploymentKeys.claim(2))).toMatchObject({ status: 'challenging' });
    expect(await readChallenge(store, 'loan')).toBeUndefined();
    const past = challengeSchema.parse(await store.get('loan', deploymentKeys.pastChallenge(2, 'loan-v2')));
    expect(past.outcome).toMatchObject({ end: 'won', measures: { rows: 4 } });
  });

  it.each([
    ['lost', 'failed'],
    ['kept', 'superseded'],
    ['stopped', 'superseded'],
  ] as const)('starts no deployment after it was %s', async (end, status) => {
    await running();
    await store.put('loan', deploymentKeys.claim(2), { status: 'challenging', approvedAt: '2026-01-05T09:02:00.000Z' });
    await close(verdictOf(end));

    expect(deployments).toEqual([]);
    expect(await store.get('loan', deploymentKeys.claim(2))).toMatchObject({ status, reason: 'because' });
  });

  it('keeps requests from the challenger from the first moment, and is finished later', async () => {
    await open();
    await expect(close(null, 'loan-v2', { Error: 'x', Cause: 'broken' })).rejects.toMatchObject({
      name: 'TransientError',
    });
    expect(await readChallenge(store, 'loan')).toMatchObject({ status: 'closing', outcome: { end: 'failed' } });
    endpoints.settle(challengerEndpoint);

    // a later attempt may have another reason; the first one stays
    expect(await close(verdictOf('won'))).toMatchObject({ outcome: { end: 'failed', reasons: ['broken'] } });
    expect(deployments).toEqual([]);
  });

  it('answers a repetition alike', async () => {
    await running();
    const first = await close(verdictOf('won'));
    const changes = [...endpoints.changes];

    expect(await close(verdictOf('lost'))).toEqual(first);
    expect(endpoints.changes).toEqual(changes);
  });

  it('reports a challenge that was never recorded', async () => {
    expect(await close(null, 'loan-v2', { Error: 'DeploymentError', Cause: 'no such model' })).toEqual({
      report: false,
      pipeline: 'loan',
      reason: 'no such model',
    });
  });
});

describe('a person', () => {
  it('cannot end what is not under way', async () => {
    const wish = { end: 'stopped', at: openedAt } as const;
    expect(await requestChallengeEnd(store, 'loan', wish)).toBe(false);
    await running();
    expect(await requestChallengeEnd(store, 'loan', wish)).toBe(true);
    await close(verdictOf('stopped'));
    expect(await requestChallengeEnd(store, 'loan', wish)).toBe(false);
  });
});
