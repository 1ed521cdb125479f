import { beforeEach, describe, expect, it } from 'vitest';
import { outcomeItems } from '#domain/outcomes/layout';
import { artifactKeys } from '#domain/runs/layout';
import type { RawObject } from '#functions/ports/raw-listing';
import { admitDrop } from '#functions/use-cases/admit-drop';
import { decideDrift } from '#functions/use-cases/decide-drift';
import { finishRun } from '#functions/use-cases/finish-run';
import type { Pipeline } from '#schemas/pipeline';
import { pipelineSchema } from '#schemas/pipeline';
import type { DriftCheck } from '#schemas/records/drift-check';
import { driftHistoryKey, driftHistorySchema } from '#schemas/records/drift-history';
import { column, day, estimated, measured, worse } from '../../domain/drift/decision/support.ts';
import { aLabelledModel, aLabelWindow } from '../../domain/outcomes/a-label-window.ts';
import { type MemoryObjects, memoryObjects } from '../../fakes/memory-objects.ts';
import { type MemoryState, memoryState } from '../../fakes/memory-state.ts';
import { championOf, pipeline as loan, packageArn } from '../support/stage.ts';

let raw: RawObject[];
let store: MemoryState;
let artifacts: MemoryObjects;
let deployed: Pipeline;
let champion: string;

const drop = (name: string, arrived: number, size = 1000): void => {
  for (const [file, bytes] of [
    ['a.csv', size],
    ['_SUCCESS', 0],
  ] as const)
    raw.push({
      key: `loan/${name}/${file}`,
      size: bytes,
      etag: `${name}${file}`,
      versionId: 'v',
      lastModified: day(arrived),
    });
};
const pipelineOf = (drift: object, more: object = {}): Pipeline => {
  const { dataset } = loan;
  const columns = { ...dataset.columns, region: { role: 'slice' } };
  return pipelineSchema.parse({
    ...loan,
    dataset: { ...dataset, columns },
    drift: { schedule: 'rate(1 day)', ...drift },
    ...more,
  });
};
const list = async (prefix: string) => raw.filter(({ key }) => key.startsWith(prefix));
const readPipeline = () => ({ text: 'name: loan', pipeline: deployed });

/** A run on the newest drop, as the retrain machine makes it. @returns its id */
async function trained(at: number, outcome?: 'registered' | 'rejected' | 'failed', error?: object): Promise<string> {
  const arn = `arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-retrain:e${at}`;
  const input = { pipeline: 'loan', reason: 'drop' as const, force: false };
  const admitted = await admitDrop(
    {
      raw: { bucket: 'raw', list },
      rawRecords: memoryObjects('raw'),
      artifacts,
      store,
      isRunning: async () => true,
      readPipeline,
      gitCommit: 'c0ffee',
      checkCosts: async () => undefined,
    },
    { input, execution: { arn, startedAt: day(at) }, settled: false },
  );
  if (admitted.decision !== 'admitted') throw new Error(JSON.stringify(admitted));
  if (outcome) {
    const nothing = async () => undefined;
    const ports = {
      store,
      isPipeline: () => true,
      startRetrain: nothing,
      discardCandidate: nothing,
      recordCosts: nothing,
      limitLogs: nothing,
    };
    const runData = { erase: nothing } as never;
    await finishRun({ ...ports, runData }, { executionArn: arn, input, outcome, ...(error ? { error } : {}) } as never);
  }
  return admitted.run.runId;
}

/** The first model: trained on the drop of day 1, in service since day 2. */
async function serve(drift: object = { action: 'retrain' }): Promise<void> {
  deployed = pipelineOf(drift);
  drop('2026-01-01', 0);
  champion = await trained(1, 'registered');
  await artifacts.writeJson(artifactKeys({ pipeline: 'loan', runId: champion }).profile, { rows: 1000 });
  await store.put('loan', 'champion', championOf(1, champion, day(2)));
}
const decideAbout = async (at: number, given: Parameters<typeof measured>[1] = {}): Promise<DriftCheck> => {
  const check = measured(at, { runId: champion, columns: [column('income', 0.5)], action: 'retrain', ...given });
  await store.put('loan', 'drift', { checkedAt: check.window.to, rows: 500 });
  return decideDrift({ raw: { list }, artifacts, store, readPipeline }, { check });
};
const history = async (at: number) => driftHistorySchema.parse(await store.get('loan', driftHistoryKey(day(at))));

beforeEach(() => {
  raw = [];
  store = memoryState();
  artifacts = memoryObjects('artifacts-bucket');
});

describe('a decided check', () => {
  it('becomes an item of the history, once, that ends by itself after 400 days', async () => {
    await serve({ action: 'alert', decision: { slowDrift: 500 } });

    const check = await decideAbout(5, { performance: worse, score: column('score', 0.1) });
    const kept = store.everything();

    expect(check).toMatchObject({
      alarm: true,
      notify: true,
      decidedBy: 'performance',
      decision: { severity: 'warning', since: day(4), loss: { metric: 'auc' }, rows: 'no slice moved (region)' },
      step: { action: 'alert', start: 'nothing' },
    });
    expect(await history(5)).toMatchObject({
      checkedAt: day(5),
      runId: champion,
      modelVersion: 1,
      window: { from: day(4), to: day(5), rows: 500 },
      driftedColumns: 1,
      columns: [{ column: 'income', effect: 0.5, since: day(4) }],
      score: { column: 'score' },
      performance: { status: 'estimated', judged: { value: 0.7 }, overlap: 0.9 },
      alarm: true,
      expiresAt: Date.parse(day(405)) / 1000,
    });
    expect(await store.get('loan', 'drift')).toMatchObject({ alarm: true, severity: 'warning', rows: 500 });
    // a later check does not change what a retry of this one answers
    await decideAbout(6, { performance: worse });
    expect(await decideAbout(5, { performance: worse, score: column('score', 0.1) })).toEqual(check);
    expect((await history(5)).carried).toEqual(
      driftHistorySchema.parse(kept[`loan / ${driftHistoryKey(day(5))}`]).carried,
    );
  });

  it('counts what labels say of the model, once', async () => {
    await serve({ action: 'alert' });
    const models = [aLabelledModel({ runId: champion }), aLabelledModel({ runId: 'another' })];
    await store.put('loan', outcomeItems.window('2026-01-01'), aLabelWindow({ models }));
    await store.put('loan', outcomeItems.window('2025-12-25'), { unreadable: true });

    expect(await decideAbout(5, { columns: [] })).toMatchObject({
      alarm: true,
      notify: true,
      decidedBy: 'labels',
      decision: { severity: 'critical', labels: { worse: ['performance', 'calibration'], rows: 300 } },
    });
    expect((await history(5)).carried.labels).toEqual(['2026-01-01#1']);
    expect(await decideAbout(6, { columns: [] })).toMatchObject({ alarm: false, decision: { severity: 'none' } });
  });

  it('tells nobody of a note, and of silence whatever the action is', async () => {
    await serve({ action: 'note' });
    expect(await decideAbout(5)).toMatchObject({ alarm: true, notify: false, step: { action: 'note' } });
    expect(await decideAbout(6, { columns: [], fellSilent: true, notify: true })).toMatchObject({
      alarm: false,
      notify: true,
    });
  });

  it('without an alarm does nothing', async () => {
    await serve({ action: 'retrain', decision: { persistence: { k: 2, of: 2 } } });
    drop('2026-01-05', 4);
    expect(await decideAbout(5)).toMatchObject({
      alarm: false,
      notify: false,
      decision: { severity: 'warning', quiet: expect.stringContaining('persistence') },
      step: { action: 'none', start: 'nothing' },
    });
    expect(await decideAbout(6)).toMatchObject({ alarm: true, step: { start: 'retrain' } });
  });

  it('of a model that no longer serves does nothing, and says so', async () => {
    await serve();
    drop('2026-01-05', 4);
    await store.put('loan', 'champion', championOf(2, 'another', day(4)));
    expect((await decideAbout(5)).step).toEqual({
      action: 'retrain',
      start: 'nothing',
      reason: 'another version went into service during the check',
    });
    expect(await history(5)).not.toHaveProperty('modelVersion');
  });

  it('passes over a check of the history that another version wrote', async () => {
    await serve({ action: 'alert', decision: { persistence: { k: 2, of: 2 } } });
    await decideAbout(5);
    await store.put('loan', driftHistoryKey(day(6)), { version: 2 });
    expect(await decideAbout(7)).toMatchObject({ alarm: true, decision: { since: day(4) } });
  });

  it('needs the drift section of its run', async () => {
    await serve();
    const { drift: _, ...without } = deployed;
    await artifacts.writeJson(artifactKeys({ pipeline: 'loan', runId: champion }).config, without);
    await expect(decideAbout(5)).rejects.toMatchObject({ name: 'ConfigurationError' });
  });
});

describe('a retrain for drift', () => {
  const reason = async (at = 5) => (await decideAbout(at)).step?.reason;

  it('takes the newest drop after that of the model, and counts against the budget', async () => {
    await serve({ action: 'retrain', decision: { retrains: { most: 1, per: '10d' } } });
    drop('2026-01-04', 3);
    drop('2026-01-05', 4);

    expect((await decideAbout(5)).step).toMatchObject({ start: 'retrain', drop: 'loan/2026-01-05/' });
    expect((await history(5)).carried.retrains).toEqual([day(5)]);
    expect(await reason(6)).toContain('drift started 1 in the last 10d');
    expect((await decideAbout(15)).step).toMatchObject({ start: 'retrain' });
  });

  it('takes no drop that was refused, nor an older one than that of the model', async () => {
    await serve();
    drop('2026-01-05', 4);
    const refused = await trained(4.5, 'failed', {
      Error: 'DataQualityError',
      Cause: '{"errorMessage":"half is missing"}',
    });
    expect(await reason(5)).toBe(
      `no retrain: the newest drop was refused by run ${refused}: drop it again without what is wrong in it`,
    );
    drop('2025-12-01', -20);
    expect(await reason(6)).toContain('refused');
    drop('2026-01-04', 3);
    expect((await decideAbout(7)).step).toMatchObject({ start: 'retrain', drop: 'loan/2026-01-04/' });
  });

  it('takes a drop again whose run failed for another reason, or that was changed since', async () => {
    await serve();
    drop('2026-01-05', 4);
    await trained(4.5, 'failed', { Error: 'States.Timeout', Cause: '' });
    expect((await decideAbout(5)).step).toMatchObject({ start: 'retrain' });
    await trained(5.5, 'rejected');
    expect(await reason(6)).toContain('trained on the newest drop already');
    raw.push({ key: 'loan/2026-01-05/b.csv', size: 10, etag: 'b', versionId: 'v', lastModified: day(6.5) });
    raw = raw.map((own) => (own.key === 'loan/2026-01-05/_SUCCESS' ? { ...own, lastModified: day(6.5) } : own));
    expect((await decideAbout(7)).step).toMatchObject({ start: 'retrain', drop: 'loan/2026-01-05/' });
  });

  it('takes a drop again that was trained with other settings', async () => {
    await serve();
    drop('2026-01-05', 4);
    await trained(4.5, 'rejected');
    expect(await reason(5)).toContain('trained on the newest drop already');
    deployed = pipelineOf(
      { action: 'retrain' },
      { evaluation: { task: 'binary', gates: [{ metric: 'auc', min: 0.6 }] } },
    );
    expect((await decideAbout(6)).step).toMatchObject({ start: 'retrain' });
  });

  it('takes the drop of the model when it was changed since', async () => {
    await serve();
    expect(await reason(5)).toContain('there is no newer drop');
    raw = raw.map((own) => ({ ...own, lastModified: day(5.5), etag: `${own.etag}2` }));
    expect((await decideAbout(6)).step).toMatchObject({ start: 'retrain', drop: 'loan/2026-01-01/' });
  });

  it('does not train on the same data under another name, unless its settings read other drops too', async () => {
    await serve();
    const first = raw;
    drop('2026-01-05', 4);
    expect((await decideAbout(5)).step).toMatchObject({ start: 'retrain' });
    const folder = ({ key, ...own }: RawObject) => ({ ...own, key: key.replace('2026-01-01', '2026-01-05') });
    raw = [...first.slice(0, 2), ...first.slice(0, 2).map((own) => ({ ...folder(own), lastModified: day(4) }))];
    expect(await reason(6)).toContain(`run ${champion} trained on the newest drop already`);
    deployed = pipelineOf({ action: 'retrain' }, { training: { ...deployed.training, data: 'accumulate' } });
    expect((await decideAbout(7)).step).toMatchObject({ start: 'retrain' });
  });

  it('takes a drop that cannot be read for a new one: its run says why', async () => {
    await serve();
    const own = { size: 1000, etag: 'e', versionId: 'v', lastModified: day(4) };
    for (const file of ['a.xlsx', '_SUCCESS']) raw.push({ ...own, key: `loan/2026-01-05/${file}` });
    expect((await decideAbout(5)).step).toMatchObject({ start: 'retrain', drop: 'loan/2026-01-05/' });
  });

  it('takes a table that lies in the folder of the pipeline', async () => {
    await serve();
    raw = [{ key: 'loan/year=2026/a.csv', size: 1000, etag: 't', versionId: 'v', lastModified: day(4) }];
    const { step } = await decideAbout(5);
    expect(step).toMatchObject({ start: 'retrain', drop: 'loan/' });
  });

  it('needs rows, as many as the size of the drop lets expect', async () => {
    await serve({ action: 'retrain', minRows: 300 });
    drop('2026-01-05', 4, 250);
    expect(await reason(5)).toBe(
      'no retrain: the newest drop has about 250 rows, and a retrain needs 300 (drift.minRows)',
    );
    const keys = artifactKeys({ pipeline: 'loan', runId: champion });
    artifacts.texts.set(keys.drop, (artifacts.texts.get(keys.drop) ?? '').replace('"bytes":1000', '"bytes":0'));
    expect((await decideAbout(6)).step).toMatchObject({ start: 'retrain' });
  });

  it('waits for a run that is under way, for a version that waits, and for a deployment', async () => {
    await serve();
    drop('2026-01-05', 4);
    const running = await trained(4.5);
    expect(await reason(5)).toBe(`no retrain: run ${running} is training already`);

    await store.remove('loan', 'lease');
    const waiting = { modelPackageVersion: 2, approval: 'PendingManualApproval' };
    await store.set('loan', `run#${running}`, waiting);
    await store.set('loan', 'run#20260106-000000-aaaa', { ...waiting, modelPackageVersion: 3 });
    expect(await reason(6)).toBe('no retrain: version 3, trained since, waits for approval');

    const decided = (version: number, decision: string, at: string) =>
      store.put('loan', `decision#00000${version}#${at}#${decision}`, { decision, version, at, changedAt: at });
    await decided(3, 'rejected', day(6));
    expect(await reason(7)).toContain('version 2, trained since, waits');
    await decided(2, 'approved', day(6));
    await decided(2, 'rolled-back', day(7));
    expect((await decideAbout(8)).step).toMatchObject({ start: 'retrain' });
    await decided(2, 'reopened', day(8));
    expect(await reason(9)).toContain('version 2, trained since, waits');

    await store.put('loan', 'deployment-lock', { executionArn: 'e', version: 2 });
    expect(await reason(10)).toContain('version 2, trained since, is being deployed or compared');
    await store.remove('loan', 'deployment-lock');
    await store.put('loan', 'challenge', { version: 3 });
    expect(await reason(11)).toContain('version 3, trained since, is being deployed or compared');
  });
});

describe('a roll-back for drift', () => {
  /** Version 1 was good on day 3, version 2 serves since day 4. */
  async function serveSecond({ approval = 'Approved', good = true } = {}): Promise<void> {
    await serve({ action: 'roll-back' });
    const first = champion;
    await decideAbout(3, { columns: [], performance: good ? estimated(0.8) : worse });
    await store.set('loan', `run#${first}`, { approval });
    const { executionArn: _, ...former } = { executionArn: '', ...championOf(1, first, day(2)) };
    await store.put('loan', `champion-history#${day(2)}`, { ...former, supersededAt: day(4) });
    champion = '20260104-000000-bbbb';
    await store.put('loan', 'champion', { ...championOf(2, champion, day(4)), modelPackageArn: packageArn(2) });
    await artifacts.writeJson(artifactKeys({ pipeline: 'loan', runId: champion }).config, deployed);
  }

  it('names the version before, where that was good and this one is not from its first window on', async () => {
    await serveSecond();
    expect((await decideAbout(5, { performance: worse })).step).toEqual({
      action: 'roll-back',
      start: 'roll-back',
      reason: 'a roll-back to version 1 has been started',
      version: 1,
    });
    expect((await history(5)).carried.former).toEqual({ runId: expect.any(String), severity: 'none', estimated: true });
  });

  it('is not made when the version was good at first, or that before was bad', async () => {
    await serveSecond();
    await decideAbout(5, { columns: [], performance: estimated(0.8) });
    expect((await decideAbout(6, { performance: worse })).step?.reason).toContain('was good at first');
    store.clear();
    raw = [];
    await serveSecond({ good: false });
    expect((await decideAbout(5, { performance: worse })).step?.reason).toContain('was not good either');
  });

  it('asks for an approved version, by the last decision of a person', async () => {
    await serveSecond({ approval: 'PendingManualApproval' });
    expect((await decideAbout(5, { performance: worse })).step?.reason).toContain(
      'version 1, which served before, is no longer approved',
    );
    const at = day(5);
    await store.put('loan', `decision#000001#${at}#approved`, { decision: 'approved', version: 1, at, changedAt: at });
    expect((await decideAbout(6, { performance: worse })).step).toMatchObject({ start: 'roll-back', version: 1 });
  });

  it('is not made where nothing served before', async () => {
    await serve({ action: 'roll-back' });
    expect((await decideAbout(5, { performance: worse })).step?.reason).toBe(
      'no roll-back: no version served before this one',
    );
  });
});
