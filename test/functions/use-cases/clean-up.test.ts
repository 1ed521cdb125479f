import { describe, expect, it } from 'vitest';
import { deploymentKeys } from '#domain/deployment/target';
import { daysBetween, startOfRun } from '#domain/retention/holds';
import { mostRemovals } from '#domain/retention/layout';
import { retentionSchema } from '#domain/retention/settings';
import { artifactKeys, cleanKeys } from '#domain/runs/layout';
import { planCleanUp } from '#functions/use-cases/plan-clean-up';
import { removeUnused } from '#functions/use-cases/remove-unused';
import { requestRollBack } from '#functions/use-cases/request-roll-back';
import { cleanUpPlanSchema, removedRecordSchema } from '#schemas/records/clean-up';
import { memoryStage } from '../../fakes/memory-stage.ts';
import { championOf, configOf, deploymentOf, endpointName, executionArn, packageArn } from '../support/stage.ts';

const at = '2026-12-01T07:00:00.000Z';
const settings = retentionSchema.parse({ models: { versions: 5, for: '60d' }, predictions: '30d' });
const ago = (days: number): string => new Date(Date.parse(at) - days * 86_400_000).toISOString();
const runOf = (daysAgo: number): string => `${ago(daysAgo).slice(0, 10).replaceAll('-', '')}-070000-aaaa`;
const cleanUpArn = 'arn:aws:states:eu-central-1:1:execution:tidegate-dev-clean-up:e1';

type Stage = ReturnType<typeof memoryStage>;

/** Writes what a run leaves. */
async function addRun(stage: Stage, daysAgo: number, status: string, more: object = {}): Promise<string> {
  const runId = runOf(daysAgo);
  const run = { pipeline: 'loan', runId };
  const arn = executionArn(`run-${daysAgo}`);
  await stage.store.put('loan', `run#${runId}`, { runId, status, startedAt: ago(daysAgo), executionArn: arn, ...more });
  await stage.store.put('loan', `finished#${arn}`, { runId, outcome: status });
  await stage.store.put('loan', `thread#${runId}`, { ts: '1' });
  await stage.store.put('loan', `trained#${daysAgo}`, { runId });
  for (const key of [artifactKeys(run).config, artifactKeys(run).report]) stage.artifacts.set(key, 1000);
  stage.clean.set(cleanKeys(run).shard(0), 1_000_000);
  return runId;
}

/** Registers the model of a run as the next version. */
async function register(stage: Stage, daysAgo: number, approval: 'Approved' | 'Rejected' | 'PendingManualApproval') {
  const runId = await addRun(stage, daysAgo, 'registered');
  const version = stage.packages.size + 1;
  const modelPackageArn = packageArn(version);
  stage.packages.set(modelPackageArn, { version, modelPackageArn, runId, approval, registeredAt: ago(daysAgo) });
  stage.models.add(configOf(runId));
  return { runId, version };
}

/** A history of runs, one every `gap` days: a third failed or was refused by its gates, every other model that was approved served. */
async function simulate(stage: Stage, runs: number, gap: number): Promise<void> {
  let serving: { runId: string; version: number; promotedAt: string } | undefined;
  for (let i = runs; i > 0; i--) {
    const daysAgo = i * gap;
    if (i % 6 === 0) await addRun(stage, daysAgo, 'failed', { failure: { error: 'DataQualityError', message: 'no' } });
    else if (i % 3 === 0) stage.models.add(configOf(await addRun(stage, daysAgo, 'rejected')));
    else {
      const approval = i % 7 === 1 ? 'PendingManualApproval' : i % 4 === 1 ? 'Rejected' : 'Approved';
      const { runId, version } = await register(stage, daysAgo, approval);
      if (approval !== 'Approved') continue;
      const promotedAt = ago(daysAgo - 0.5);
      if (serving)
        await stage.store.put('loan', deploymentKeys.formerChampion(serving.promotedAt), {
          ...championOf(serving.version, serving.runId, serving.promotedAt),
          supersededAt: promotedAt,
        });
      serving = { runId, version, promotedAt };
      stage.endpoints.serve(endpointName, configOf(runId));
      await stage.store.put('loan', deploymentKeys.champion, championOf(version, runId, promotedAt));
    }
  }
}

const plan = (stage: Stage, more: { dryRun?: boolean; pipeline?: string; retention?: typeof settings } = {}) =>
  planCleanUp(
    { ...stage.ports, pipelines: ['loan'], readRetention: () => more.retention ?? settings },
    { pipeline: more.pipeline, dryRun: more.dryRun ?? false, executionArn: cleanUpArn, startedAt: at },
  );
async function cleanUp(stage: Stage) {
  const planned = await plan(stage);
  const counts = [];
  for (const batch of planned.batches)
    counts.push(await removeUnused(stage.ports, { planKey: planned.planKey, batch }));
  return { planned, counts };
}
const readPlan = (stage: Stage, planKey: string) => stage.plans.readJson(planKey, cleanUpPlanSchema);

describe('a clean-up after two hundred runs', async () => {
  const stage = memoryStage();
  await simulate(stage, 200, 3);
  const champion = (await stage.store.get('loan', 'champion')) as ReturnType<typeof championOf>;
  const before = { packages: [...stage.packages.values()], items: Object.keys(stage.store.everything()) };
  const { planned, counts } = await cleanUp(stage);

  it('removes what is old and not in use, in batches, and records it', async () => {
    const { removals, kept } = await readPlan(stage, planned.planKey);
    expect(planned).toMatchObject({ removals: removals.length, left: 0, dryRun: false });
    expect(planned.batches).toHaveLength(Math.ceil(removals.length / 25));
    expect(new Set([...removals, ...kept].map(({ runId }) => runId)).size).toBe(200);
    const records = removals.filter((removal) => removal.records);
    expect(records.length).toBeGreaterThan(110);
    const total = counts.reduce((sum, one) => sum + one.bytes, 0);
    expect(total).toBe(removals.reduce((sum, one) => sum + one.bytes, 0));
    expect(total).toBeGreaterThan(100e6);
    const record = await stage.plans.readJson(planned.planKey.replace('plan', 'removed-00000'), removedRecordSchema);
    expect(record.counts).toEqual(counts[0]);
    for (const { runId } of records) {
      const left = [...stage.artifacts.keys(), ...stage.clean.keys(), ...stage.models].filter((key) =>
        key.includes(runId),
      );
      expect(left).toEqual([]);
    }
  });

  it('keeps the champion whole, versions that wait, and the young', () => {
    const run = { pipeline: 'loan', runId: champion.runId };
    expect(stage.artifacts.has(artifactKeys(run).config)).toBe(true);
    expect(stage.clean.has(cleanKeys(run).shard(0))).toBe(true);
    expect([...stage.models]).toContain(champion.modelName);
    expect([...stage.endpoints.configs]).toContain(champion.endpointConfigName);
    const waiting = before.packages.filter(({ approval }) => approval === 'PendingManualApproval');
    expect(waiting.length).toBeGreaterThan(10);
    for (const { modelPackageArn } of waiting) expect(stage.packages.has(modelPackageArn)).toBe(true);
    const young = before.packages.filter(({ runId = '' }) => daysBetween(startOfRun(runId) ?? at, at) < 90);
    for (const { modelPackageArn } of young) expect(stage.packages.has(modelPackageArn)).toBe(true);
  });

  it('keeps five approved versions and those of the last two months, and each can be rolled back to', async () => {
    const approved = [...stage.packages.values()].filter(({ approval }) => approval === 'Approved');
    expect(approved.length).toBeGreaterThanOrEqual(6);
    expect(approved.length).toBeLessThan(before.packages.filter(({ approval }) => approval === 'Approved').length / 2);
    for (const { version, runId = '' } of approved) {
      if (version === champion.modelPackageVersion) continue;
      const request = { pipeline: 'loan', version, requestedAt: ago(0.001 * version) };
      expect(await requestRollBack(stage.ports, request)).toMatchObject({ decision: 'recorded' });
      expect(stage.artifacts.has(artifactKeys({ pipeline: 'loan', runId }).config)).toBe(true);
    }
    expect(await requestRollBack(stage.ports, { pipeline: 'loan', requestedAt: at })).toMatchObject({
      decision: 'recorded',
      deploy: expect.stringContaining('model-package'),
    });
  });

  it('keeps what says that data was trained, who decided what, and which drops were refused', () => {
    const left = Object.keys(stage.store.everything());
    const kept = (prefix: string, all: readonly string[]) =>
      all.filter((key) => key.startsWith(`loan / ${prefix}`)).length;
    for (const prefix of ['trained#', 'champion']) expect(kept(prefix, left)).toBe(kept(prefix, before.items));
    const failed = Object.values(stage.store.everything()).filter(({ status }) => status === 'failed');
    expect(failed).toHaveLength(33);
    expect(kept('run#', left)).toBeLessThan(kept('run#', before.items) / 2);
  });

  it('finds nothing the second time', async () => {
    expect(await plan(stage)).toMatchObject({ removals: 0, batches: [] });
  });
});

describe('a clean-up that is killed', async () => {
  const seed = async (): Promise<Stage> => {
    const stage = memoryStage();
    await simulate(stage, 6, 60);
    await stage.store.put('loan', 'batch#20250101-070000-bbbb', { batchId: '20250101-070000-bbbb', status: 'failed' });
    await stage.store.put('loan', 'batch-drop#1', { batchId: '20250101-070000-bbbb' });
    stage.endpoints.configs.add(configOf(runOf(240)));
    return stage;
  };
  const whole = await seed();
  whole.takeCalls();
  await cleanUp(whole);
  const calls = whole.takeCalls();

  it.each(['before', 'after'])('at any call, %s it is done, goes on and ends as one that was not', async (when) => {
    expect(calls).toBeGreaterThan(50);
    for (let call = 1; call <= calls; call++) {
      const stage = await seed();
      stage.killAt(when === 'before' ? call : call - 0.5);
      await expect(cleanUp(stage), `call ${call}`).rejects.toThrow('killed');
      stage.killAt(Number.POSITIVE_INFINITY);
      const champion = (await stage.store.get('loan', 'champion')) as ReturnType<typeof championOf>;
      expect(stage.artifacts.has(artifactKeys({ pipeline: 'loan', runId: champion.runId }).config)).toBe(true);
      // whatever has a package still has its records
      for (const { runId = '' } of stage.packages.values())
        expect(stage.artifacts.has(artifactKeys({ pipeline: 'loan', runId }).config)).toBe(true);
      await cleanUp(stage);
      expect(stage.everything()).toEqual(whole.everything());
    }
  });

  it('goes on by its own plan where the machine tries a batch again, and tells the same', async () => {
    const stage = await seed();
    const { planKey } = await plan(stage);
    const first = await removeUnused(stage.ports, { planKey, batch: 0 });

    expect(await removeUnused(stage.ports, { planKey, batch: 0 })).toEqual(first);
    expect(stage.everything()).toEqual(whole.everything());
  });
});

describe('what comes into use after the plan was made', () => {
  /** A stage with an old version that was rejected, one that serves, and the plan of a clean-up. */
  async function planned() {
    const stage = memoryStage();
    const rejected = await register(stage, 200, 'Rejected');
    const serving = await register(stage, 100, 'Approved');
    await stage.store.put('loan', 'champion', championOf(serving.version, serving.runId, ago(99)));
    stage.endpoints.serve(endpointName, configOf(serving.runId));
    stage.endpoints.configs.add(configOf(rejected.runId));
    return { stage, ...rejected, ...(await plan(stage)) };
  }

  it('stays when a person approved it', async () => {
    const { stage, planKey, runId } = await planned();
    const found = stage.packages.get(packageArn(1));
    if (found) stage.packages.set(packageArn(1), { ...found, approval: 'Approved' });

    expect(await removeUnused(stage.ports, { planKey, batch: 0 })).toMatchObject({ runs: 0, kept: 1, bytes: 0 });
    expect(stage.packages.size).toBe(2);
    const record = await stage.plans.readJson(planKey.replace('plan', 'removed-00000'), removedRecordSchema);
    expect(record.runs).toEqual([{ pipeline: 'loan', runId, keptBecause: 'version 1 is Approved by now' }]);
  });

  const claim = (runId: string) => ({
    status: 'deploying',
    executionArn: executionArn('e1'),
    approvedAt: at,
    startedAt: at,
    modelPackageArn: packageArn(1),
    runId,
    endpointName,
    endpointConfigName: configOf(runId),
    deployment: deploymentOf({ previousConfig: configOf(runId) }),
  });

  it('stays when a deployment took it, even right before its package went', async () => {
    const early = await planned();
    await early.stage.store.put('loan', deploymentKeys.claim(1), claim(early.runId));
    expect(await removeUnused(early.stage.ports, { planKey: early.planKey, batch: 0 })).toMatchObject({ kept: 1 });
    expect(early.stage.packages.size).toBe(2);

    const late = await planned();
    const { packages } = late.stage.ports;
    const ports = {
      ...late.stage.ports,
      packages: {
        ...packages,
        remove: async (arn: string) => {
          await packages.remove(arn);
          await late.stage.store.put('loan', deploymentKeys.claim(1), claim(late.runId));
        },
      },
    };
    expect(await removeUnused(ports, { planKey: late.planKey, batch: 0 })).toMatchObject({ kept: 1, runs: 0 });
    expect(late.stage.artifacts.has(artifactKeys({ pipeline: 'loan', runId: late.runId }).config)).toBe(true);
  });

  it('keeps an endpoint config that an endpoint was given meanwhile', async () => {
    const stage = memoryStage();
    const former = await register(stage, 50, 'Approved');
    const serving = await register(stage, 40, 'Approved');
    await stage.store.put('loan', 'champion', championOf(serving.version, serving.runId, ago(39)));
    stage.endpoints.configs.add(configOf(former.runId));
    const { planKey } = await plan(stage);
    expect((await readPlan(stage, planKey)).removals).toMatchObject([{ endpointConfigs: [configOf(former.runId)] }]);
    stage.endpoints.serve(endpointName, configOf(former.runId));
    await removeUnused(stage.ports, { planKey, batch: 0 });

    expect([...stage.endpoints.configs]).toContain(configOf(former.runId));
  });
});

describe('a plan', () => {
  it('of a dry run has no batches, and names reasons and sizes', async () => {
    const stage = memoryStage();
    await simulate(stage, 6, 50);
    const before = stage.everything();
    const { planKey, batches, removals } = await plan(stage, { dryRun: true, pipeline: 'loan' });

    expect(batches).toEqual([]);
    expect(removals).toBeGreaterThan(0);
    expect((await readPlan(stage, planKey)).removals[0]).toMatchObject({
      pipeline: 'loan',
      reason: expect.stringContaining('retention'),
      bytes: expect.any(Number),
    });
    expect(stage.everything()).toEqual(before);
  });

  it('leaves to the next clean-up what one has no room for', async () => {
    const stage = memoryStage();
    const runIds = Array.from({ length: mostRemovals + 5 }, (_, i) => {
      const day = runOf(100 + Math.floor(i / 100)).slice(0, 8);
      return `${day}-07${String(i % 60).padStart(2, '0')}00-${i.toString(16).padStart(4, '0')}`;
    });
    const folders = { list: async () => runIds, measure: async () => ({ objects: 1, bytes: 1 }) };
    const planned = await plan({
      ...stage,
      ports: { ...stage.ports, artifacts: { ...stage.ports.artifacts, ...folders } },
    });

    expect(planned).toMatchObject({ removals: mostRemovals, left: 5 });
    expect(planned.batches).toHaveLength(40);
  });

  it('reads everything that refers to a run', async () => {
    const stage = memoryStage();
    const runIds: string[] = [];
    for (const days of [300, 310, 320, 330, 340, 350]) runIds.push((await register(stage, days, 'Rejected')).runId);
    const [training = '', scoring = '', challenger = '', champion = '', good = '', past = ''] = runIds;
    await addRun(stage, 1, 'rejected');
    await stage.store.put('loan', 'lease', { runId: training, holder: 'x' });
    await stage.store.put('loan', 'last-good', { runId: good });
    await stage.store.put('loan', 'batch#20261130-070000-bbbb', {
      batchId: '20261130-070000-bbbb',
      pipeline: 'loan',
      status: 'running',
      drop: 'loan/batch/a/',
      startedAt: at,
      executionArn: 'arn:a',
      objects: 1,
      bytes: 1,
      model: { runId: scoring, modelPackageArn: packageArn(2), modelPackageVersion: 2 },
      format: 'csv',
      bucket: 'clean',
      prefix: 'loan/batch/b/',
    });
    const challengeOf = (runId: string) => ({
      id: 'c',
      status: 'running',
      pipeline: 'loan',
      mode: 'shadow',
      settings: { share: 10, waitMs: 100, maxDays: 14, minRows: 10 },
      challenger: deploymentOf({ run: { pipeline: 'loan', runId }, endpointConfigName: `${configOf(runId)}-c` }),
      champion: { runId: champion, modelPackageVersion: 4 },
      approvedAt: at,
      executionArn: 'arn:c',
      openedAt: ago(10),
      logFrom: '',
    });
    await stage.store.put('loan', 'challenge', challengeOf(challenger));
    await stage.store.put('loan', deploymentKeys.pastChallenge(6, 'd'), challengeOf(past));
    stage.endpoints.serve(`${endpointName}-Challenger`, `${configOf(challenger)}-c`);
    await stage.store.put('loan', 'thread#decision#1#x', { ts: '1' });
    const { planKey } = await plan(stage);
    const { kept, removals } = await readPlan(stage, planKey);
    const reasonOf = (runId: string) => kept.find((k) => k.runId === runId)?.reason;

    expect(runIds.slice(0, 4).map(reasonOf)).toEqual([
      'it is under way',
      'its model scores a batch now',
      'it challenges the champion',
      'it challenges the champion',
    ]);
    // of these their rows alone
    expect(removals.map(({ runId, records }) => [runId, records])).toEqual([
      [past, false],
      [good, false],
    ]);
  });
});
