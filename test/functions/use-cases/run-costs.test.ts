import { beforeEach, describe, expect, it } from 'vitest';
import { artifactKeys } from '#domain/runs/layout';
import { stageCosts } from '#functions/runtime/costs';
import { readMonth } from '#functions/use-cases/month-costs';
import { type AdmittedRun, checkCosts, type EstimatePorts, recordCosts } from '#functions/use-cases/run-costs';
import { type Measured, type RunCosts, runCostsSchema } from '#schemas/records/costs';
import { type MemoryObjects, memoryObjects } from '../../fakes/memory-objects.ts';
import { type MemoryState, memoryState } from '../../fakes/memory-state.ts';
import { championOf, pipeline } from '../support/stage.ts';

const run = { pipeline: 'loan', runId: '20261216-120000-abcd' };
const startedAt = '2026-12-16T12:00:00Z';
let store: MemoryState;
let artifacts: MemoryObjects;
let ports: EstimatePorts;

const measured: Measured = {
  jobs: [{ use: 'training', instanceType: 'ml.m5.xlarge', instances: 1, jobs: 1, seconds: 3600, volumeGb: 0 }],
  transitions: 0,
  calls: 0,
  gbSeconds: 0,
};
const costsOf = (budget?: object, prices: object = {}) =>
  stageCosts({ STAGE: 'dev', AWS_REGION: 'us-east-1', COSTS: JSON.stringify({ budget, prices }) }, 'x64');
const admitted = (
  changes: Partial<AdmittedRun> = {},
  budget?: AdmittedRun['definition']['pipeline']['budget'],
): AdmittedRun => ({
  run,
  definition: { text: 'name: loan\nbudget:\n  run: 1\n', pipeline: { ...pipeline, budget } },
  bytes: 1e6,
  shards: 1,
  locating: false,
  champion: false,
  startedAt,
  forced: false,
  ...changes,
});
const kept = async (runId = run.runId): Promise<RunCosts> =>
  runCostsSchema.parse((await store.get('loan', `run#${runId}`))?.['costs']);
const putRun = (name: string, runId: string, usd: number, more: object = {}) =>
  store.put(name, `run#${runId}`, {
    runId,
    bytes: 1e6,
    costs: { region: 'us-east-1', actual: { usd, about: false, unknown: [] }, ...more },
  });

beforeEach(async () => {
  store = memoryState();
  artifacts = memoryObjects();
  ports = { store, artifacts, costs: costsOf(), pipelines: ['loan', 'flight'] };
  await store.put('loan', `run#${run.runId}`, { runId: run.runId, status: 'running', bytes: 1e6 });
});

describe('a run that is about to begin', () => {
  it('has its estimate in its record, from the newest earlier run that was measured', async () => {
    await putRun('loan', '20261201-000000-aaaa', 0.3, { measured });
    await putRun('loan', '20261202-000000-bbbb', 0);
    await checkCosts(ports, admitted());
    expect(await kept()).toMatchObject({
      region: 'us-east-1',
      like: '20261201-000000-aaaa',
      estimate: { usd: expect.closeTo(0.23 + 0.0057 + 0.0153 + 0.002, 2), about: true },
    });
    expect(await store.get('loan', `run#${run.runId}`)).toMatchObject({ status: 'running' });
  });

  it('is refused over its budget, with the line, and keeps the estimate', async () => {
    const dear = { run: 0.001 };
    await expect(checkCosts(ports, admitted({}, dear))).rejects.toMatchObject({
      name: 'BudgetExceededError',
      message: expect.stringContaining('(pipelines/loan.yml, line 3)'),
    });
    expect((await kept()).estimate?.usd).toBeGreaterThan(0.001);
    expect(await kept()).not.toHaveProperty('forced');
  });

  it('begins all the same when a person wants it, and the record says so', async () => {
    await checkCosts(ports, admitted({ forced: true }, { run: 0.001 }));
    expect((await kept()).forced).toBe('budget.run of $0.0010 (pipelines/loan.yml, line 3)');
    await checkCosts(ports, admitted({ forced: true }, { run: 100 }));
    expect(await kept()).not.toHaveProperty('forced');
  });

  it('counts what the month has cost, not itself and not the month before', async () => {
    await putRun('loan', '20261130-000000-aaaa', 500);
    await putRun('loan', '20261201-000000-bbbb', 90);
    await checkCosts(ports, admitted({}, { month: 100 }));
    await putRun('loan', '20261202-000000-cccc', 9.99);
    await expect(checkCosts(ports, admitted({}, { month: 100 }))).rejects.toThrow('2026-12 has cost $99.99 so far');
  });

  it('is refused over the budget of the stage, which counts every pipeline', async () => {
    await putRun('loan', '20261201-000000-bbbb', 60);
    await putRun('flight', '20261201-000000-cccc', 60);
    ports = { ...ports, costs: costsOf({ month: 100 }) };
    await expect(checkCosts(ports, admitted())).rejects.toThrow('budget.month of $100.00 (costs.yml)');
    await checkCosts({ ...ports, pipelines: ['loan'] }, admitted());
  });

  it('takes the prices of a contract', async () => {
    ports = {
      ...ports,
      costs: costsOf({ run: 0.005 }, { 'sagemaker.training.ml.m5.xlarge': 0, 'sagemaker.transform.ml.m5.xlarge': 0 }),
    };
    await checkCosts(ports, admitted());
    expect((await kept()).estimate?.usd).toBeLessThan(0.005);
  });
});

describe('a month with an endpoint', () => {
  const wanted = { pipeline: 'loan', month: '2026-12', now: startedAt };
  const config = (type: string) => ({ deployment: { ...pipeline.deployment, instances: { type, count: 1 } } });

  it('counts each model for the hours that it served', async () => {
    await artifacts.writeJson(artifactKeys({ pipeline: 'loan', runId: 'r2' }).config, config('ml.m5.large'));
    await artifacts.writeJson(artifactKeys({ pipeline: 'loan', runId: 'r1' }).config, config('ml.m5.xlarge'));
    await store.put('loan', 'champion', championOf(2, 'r2', '2026-12-15T12:00:00Z'));
    const former = { ...championOf(1, 'r1', '2026-11-01T00:00:00Z'), supersededAt: '2026-12-02T00:00:00Z' };
    await store.put('loan', `champion-history#${former.promotedAt}`, former);
    const older = { ...championOf(0, 'r0', '2026-10-01T00:00:00Z'), supersededAt: '2026-11-01T00:00:00Z' };
    await store.put('loan', `champion-history#${older.promotedAt}`, older);

    const { spent, byKind } = await readMonth({ store, artifacts, pricing: {} }, wanted);

    expect(spent.usd).toBeCloseTo(24 * 0.115 + 24 * 0.23, 9);
    expect(byKind).toEqual({ endpoint: spent.usd });
  });

  it('is a lower bound without the configuration of a run that is gone', async () => {
    await store.put('loan', 'champion', championOf(2, 'gone', '2026-12-15T12:00:00Z'));
    const only = { ...wanted, without: run.runId };
    const { spent, forecast } = await readMonth({ store, artifacts, pricing: {} }, only);
    expect([spent, forecast]).toMatchObject([{ usd: 0 }, { usd: 0 }]);
    expect([spent.unknown, forecast.unknown]).toEqual([['the endpoint of run gone'], ['the endpoint of run gone']]);
  });
});

describe('a run that has ended', () => {
  const record = (read: () => Promise<Measured>) =>
    recordCosts({ store, costs: costsOf(), meter: { read } }, run, 'e1');

  it('has what it used beside the estimate', async () => {
    await checkCosts(ports, admitted());
    const { estimate } = await kept();
    await record(async () => ({ ...measured, transitions: 1000 }));
    expect(await kept()).toMatchObject({
      estimate,
      actual: { usd: expect.closeTo(0.255, 9), about: false, unknown: [] },
      byKind: { training: 0.23, states: 0.025 },
      measured: { transitions: 1000 },
    });
    expect(await store.get('loan', `run#${run.runId}`)).toMatchObject({ status: 'running' });
  });

  it('keeps its estimate where AWS does not say what it used', async () => {
    await checkCosts(ports, admitted());
    const before = await kept();
    await record(() => Promise.reject(new Error('slow down')));
    expect(await kept()).toEqual(before);
  });

  it('has them without an estimate too, and leaves no record of a run that is gone', async () => {
    await record(async () => measured);
    expect((await kept()).actual?.usd).toBeCloseTo(0.23, 9);
    await store.remove('loan', `run#${run.runId}`);
    await record(async () => measured);
    expect(await store.get('loan', `run#${run.runId}`)).toBeUndefined();
  });
});

describe('the costs of a stage', () => {
  it('are refused when another version packaged them', () => {
    expect(() => stageCosts({ STAGE: 'dev', AWS_REGION: 'x', COSTS: '{' }, 'x64')).toThrow('Package the service again');
  });

  it('know the processor of the functions', () => {
    expect(costsOf().architecture).toBe('x86_64');
    expect(stageCosts({ STAGE: 'dev', AWS_REGION: 'x', COSTS: '{}' }, 'arm64').architecture).toBe('arm64');
  });
});
