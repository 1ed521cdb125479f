import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkBlocks } from '#cli/slack-page/block-kit';
import { deploymentKeys } from '#domain/deployment/target';
import { drift } from '#domain/notices/drift';
import type { NoticePorts } from '#domain/notices/notice';
import { composeNotice, type Notice, noticeSchema } from '#domain/notices/registry';
import { artifactKeys } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import type { Decision } from '#schemas/records/decision';
import type { DropRecord, SkipCause } from '#schemas/records/run';
import { folderStore } from '../../fakes/folder-store.ts';
import { type MemoryState, memoryState } from '../../fakes/memory-state.ts';
import { scoredBatch } from '../../fakes/scored-batch.ts';
import { championOf, endpointName, packageArn } from '../../functions/support/stage.ts';
import { sampleReport } from '../reports/sample.ts';

const run = { pipeline: 'loan', runId: '20260102-080000-bbbb' };
const keys = artifactKeys(run);
const times = { startedAt: '2026-01-02T10:00:00.000Z', at: '2026-01-02T10:05:00.000Z' };

let folder: string;
let state: MemoryState;
let artifacts: ObjectStore;
let ports: NoticePorts;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-notices-'));
  state = memoryState();
  artifacts = folderStore(folder);
  ports = {
    artifacts,
    store: state,
    stage: 'dev',
    pricing: {},
    link: (key) => `https://console/${key}`,
    endpointLink: (name) => `https://console/endpoints/${name}`,
  };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a notice says: the schema's view of it composed, its text and blocks in one. */
async function said(notice: unknown) {
  const { message, ...outgoing } = await composeNotice(ports, noticeSchema.parse(notice));
  expect(checkBlocks(message.blocks)).toEqual([]);
  return { ...outgoing, text: message.text, words: JSON.stringify(message.blocks) };
}
const writeVerdict = async (champion: boolean, passed = true) => {
  const { evaluation, verdict } = sampleReport('binary', { champion });
  await artifacts.writeJson(keys.evaluation, evaluation);
  await artifacts.writeJson(keys.verdict, { ...verdict, passed });
};

const dropRecord: DropRecord = {
  bucket: 'raw',
  prefix: 'loan/first/',
  datasetVersion: 'd'.repeat(64),
  objects: [{ key: 'loan/first/a.csv', size: 2048, etag: 'e' }],
  bytes: 2048,
  configHash: 'c',
  gitCommit: 'g',
  reason: 'drift',
  startedAt: times.startedAt,
  executionArn: 'e1',
};

describe('a run', () => {
  it('that started names its drop and why it started', async () => {
    await artifacts.writeJson(keys.drop, dropRecord);

    const notice = await said({ kind: 'run-started', run });

    expect(notice).toMatchObject({ key: `run-started#${run.runId}`, pipeline: 'loan', threads: [run.runId] });
    for (const word of ['loan/first/', '1 object', 'd'.repeat(12), 'Drift triggered'])
      expect(notice.words).toContain(word);
    expect(notice.words).not.toContain('d'.repeat(13));
  });

  it('that was judged lists its gates, metrics beside the champion, and where the report lies', async () => {
    await writeVerdict(true);
    await state.put('loan', 'champion', championOf(7, 'r0', times.startedAt));

    const notice = await said({ kind: 'verdict', run });

    expect(notice.key).toBe(`verdict#${run.runId}`);
    for (const word of ['auc', 'champion', `https://console/${keys.report}`]) expect(notice.words).toContain(word);
    expect(notice.words).not.toContain('model package 7');
  });

  it('that was rejected says which model stays', async () => {
    await writeVerdict(false, false);
    expect((await said({ kind: 'verdict', run })).words).not.toContain('model package');

    await state.put('loan', 'champion', championOf(7, 'r0', times.startedAt));
    expect((await said({ kind: 'verdict', run })).words).toContain('model package 7');
  });

  it.each([
    ['Approved', 'registered and approved', 'Deployment follows'],
    ['PendingManualApproval', 'waits for approval', `npx tidegate approve ${run.runId} --stage dev`],
  ])('whose model is %s says so', async (approval, heading, advice) => {
    await state.put('loan', `run#${run.runId}`, { modelPackageArn: packageArn(3), modelPackageVersion: 3, approval });

    const notice = await said({ kind: 'registered', run });

    expect(notice.text).toContain(heading);
    expect(notice.words).toContain(advice);
    expect(notice.words).toContain(packageArn(3));
  });

  it('that was skipped says why, under a key of drop and reason', async () => {
    const skip = (reason: string, cause: SkipCause = 'trained') =>
      said({ kind: 'run-skipped', pipeline: 'loan', drop: 'loan/first/', cause, reason });
    const [first, same] = [await skip('trained before'), await skip('trained before')];
    const other = await skip('it waits', 'queued');
    expect(first.key).toBe(same.key);
    expect(first.key).not.toBe(other.key);
    expect(first).toMatchObject({ pipeline: 'loan', threads: [] });
    expect(other.words).toContain(' is not trained yet: it waits');
    expect(other.text).toContain('loan: a drop waits');
    expect(first.words).toContain(
      'To train the newest drop all the same: `npx tidegate retrain loan --force --stage dev`',
    );
    expect(other.words).not.toContain('retrain');
  });

  it('that started says what an earlier run had in its folder, in numbers', async () => {
    const earlier = { runId: '20260101-080000-aaaa', unchanged: 1, replaced: 2, added: 0, removed: 3 };
    await artifacts.writeJson(keys.drop, { ...dropRecord, earlier });

    const notice = await said({ kind: 'run-started', run });

    expect(notice.words).toContain(
      'Run 20260101-080000-aaaa had this folder too. Since then: 1 object unchanged, 2 objects replaced, 3 objects gone.',
    );
  });

  it.each([
    ['before its pipeline was known', {}, undefined, []],
    ['before it was admitted', { pipeline: 'loan', drop: 'loan/first/' }, 'loan', []],
    ['later', { ...run, drop: 'loan/first/' }, 'loan', [run.runId]],
  ])('that failed %s is told with its cause', async (_, known, pipeline, threads) => {
    const failure = { error: 'SchemaMismatchError', message: 'no column y', executionArn: 'e1', ...known };
    const notice = await said({ kind: 'run-failed', failure });
    expect(notice).toMatchObject({ key: 'run-failed#e1', pipeline, threads });
    expect(notice.words).toContain('no column y');
    expect(notice.words).toContain('SchemaMismatchError');
  });
});

describe('a drop that cannot be used', () => {
  const failure = { error: 'DataQualityError', message: 'The drop is refused.', executionArn: 'e1' };

  it('has a link to the report of its data', async () => {
    const { text } = await said({ kind: 'run-failed', failure: { ...failure, ...run } });
    expect(text).toMatch(new RegExp(`Report of the data: .*${artifactKeys(run).report}`));
  });

  it.each([
    ['that was not admitted', { ...failure, pipeline: 'loan' }],
    ['that failed of something else', { ...failure, ...run, error: 'SchemaMismatchError' }],
  ])('has none %s', async (_, own) => {
    expect((await said({ kind: 'run-failed', failure: own })).text).not.toContain('Report of the data');
  });
});

describe('a deployment', () => {
  it('that worked out names version, endpoint and how long it took, and says what is not recorded', async () => {
    await state.put('loan', 'champion', championOf(3, run.runId, times.at));
    const notice = await said({ kind: 'deployed', run, endpointName, ...times });
    expect(notice).toMatchObject({ key: `deployed#${run.runId}#${times.startedAt}`, threads: [run.runId] });
    for (const word of ['version 3', endpointName, 'Trained on', 'not recorded', '5 min'])
      expect(`${notice.text}${notice.words}`).toContain(word);
  });

  it('joins the thread of the decision that caused it, if that is open', async () => {
    await state.put('loan', 'champion', championOf(3, run.runId, times.at));
    const of = { modelPackageVersion: 3, decidedAt: '2026-01-02T09:00:00.000Z' };
    const threads = ['decision#3#2026-01-02T09:00:00.000Z', run.runId];

    expect(await said({ kind: 'deployed', run, endpointName, ...of, ...times })).toMatchObject({ threads });

    const failure = { reason: 'x', run, endpointName, endpointConfigName: 'new', decidedAt: of.decidedAt };
    const failed = { kind: 'rolled-back', executionArn: 'e9', failure, modelPackageVersion: 3, ...times };
    expect(await said(failed)).toMatchObject({ threads });
  });

  it('that was rolled back names what serves now', async () => {
    const failure = {
      reason: 'test golden failed',
      run,
      endpointName,
      endpointConfigName: 'new-config',
      servingConfig: 'old-config',
    };
    const notice = await said({ kind: 'rolled-back', executionArn: 'e9', failure, modelPackageVersion: 4, ...times });
    expect(notice).toMatchObject({ key: 'rolled-back#e9', pipeline: 'loan', threads: [run.runId] });
    for (const word of ['version 4', 'test golden failed', 'old-config', 'new-config'])
      expect(`${notice.text}${notice.words}`).toContain(word);

    const known = { ...failure, servingVersion: 2 };
    const back = await said({
      kind: 'rolled-back',
      executionArn: 'e9',
      failure: known,
      wasRollBack: true,
      modelPackageVersion: 1,
      ...times,
    });
    for (const word of ['going back to version 1 failed', 'version 2, ', 'old-config'])
      expect(back.words).toContain(word);

    const first = { kind: 'rolled-back', executionArn: 'e9', failure: { ...failure, servingConfig: null }, ...times };
    expect((await said(first)).words).toContain('no earlier model');
  });

  it.each([{ pipeline: 'loan' }, {}])('that never began is told as a failure (%j)', async (known) => {
    const failure = { reason: 'Its turn did not come in time', ...known };
    const notice = await said({ kind: 'rolled-back', executionArn: 'e9', failure, ...times });
    expect(notice).toMatchObject({ pipeline: known.pipeline, threads: [] });
    expect(notice.words).toContain('Its turn did not come in time');
  });

  it.each([
    ['of a run', { run, pipeline: 'loan' }, 'loan'],
    ['of an endpoint alone', {}, undefined],
  ])('is told how its tests went (%s)', async (_, known, pipeline) => {
    const results = [{ id: 'golden', kind: 'golden', passed: false, detail: 'row 3 differs', durationMs: 12 }];
    const counts = { tests: 1, failed: 1 };
    const outcome = { endpointName, endpointConfigName: 'config', trigger: 'update', results, counts, ...known };
    const notice = await said({ kind: 'endpoint-tests', executionArn: 'e9', outcome });
    expect(notice).toMatchObject({ key: 'endpoint-tests#e9', pipeline });
    expect(notice.words).toContain('row 3 differs');
  });
});

describe('a drift check', () => {
  const test = (statistic: number) => ({ statistic, threshold: 0.2, drifted: statistic > 0.2 });
  const column = { kind: 'number', reason: '' } as const;
  const check: Extract<Notice, { kind: 'drift' }>['check'] = {
    pipeline: 'loan',
    runId: 'r0',
    source: 'captures',
    window: { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z', rows: 500 },
    tooSmall: false,
    drifted: true,
    fellSilent: false,
    performance: { status: 'none', alarm: false, reason: 'no estimate: the window is small' },
    alarm: true,
    decidedBy: 'columns',
    notify: true,
    action: 'retrain',
    step: { action: 'retrain', start: 'retrain', reason: 'a retrain on drop loan/2026-01-02/ has been started' },
    driftedColumns: ['income'],
    columns: [
      { ...column, column: 'income', tests: { psi: test(0.8), ks: test(0.4) }, drifted: true },
      { ...column, kind: 'category', column: 'home', tests: { psi: test(0.01) }, drifted: false },
    ],
    score: { ...column, column: 'score', tests: { psi: test(0.5), ks: test(0.2) }, drifted: true },
    reportKey: 'loan/drift/x.json',
  };

  it('lists the columns that moved and what is done', async () => {
    const notice = await said({ kind: 'drift', check });
    expect(notice).toMatchObject({ key: 'drift#loan#2026-01-02T00:00:00Z', pipeline: 'loan', threads: [] });
    for (const word of ['income', 'home', '1 of 2 columns', 'loan/2026-01-02/ has been started', 'scores drifted'])
      expect(`${notice.text}${notice.words}`).toContain(word);
  });

  it('has an example with drift', async () => {
    const example = noticeSchema.parse({ kind: 'drift', ...drift.example });
    expect(example).toMatchObject({ check: { drifted: true, tooSmall: false, fellSilent: false, notify: true } });
    expect((await said(example)).words).toContain('the model is estimated to have got worse');
  });

  it('says that the model sees what it does not know', async () => {
    const reason = 'outside of what the model knows, no estimate: 40 % of the rows are unlike every row';
    const facts = { rows: 500, outside: 0.4, expectedOutside: 0.01, overlap: 0.1, causes: [] };
    const performance = { status: 'outside', ...facts, alarm: true, reason } as const;
    const { text, words } = await said({ kind: 'drift', check: { ...check, performance } });
    expect(words).toContain('the data has drifted out of what the model knows');
    expect(`${text}${words}`).toContain('40 % of the rows are unlike every row');
  });

  it('says what was decided: how severe, since when, how much is lost, and which columns', async () => {
    const { words } = await said(noticeSchema.parse({ kind: 'drift', ...drift.example }));
    for (const word of [
      'critical',
      '2026-01-25 00:00 UTC',
      '2 of the last 3 with a warning, 2 for an alarm',
      '0.07 of auc (9 %, 95 % interval 6.4 % to 11.5 % of its value on the holdout)',
      'income since 2026-01-18 00:00 UTC',
      'no slice moved (home)',
      'A retrain on drop loan-default/2026-02-07/ has been started.',
    ])
      expect(words).toContain(word);
  });

  it('says why nothing is started, and what to do where the check has no step', async () => {
    const reason = 'no retrain: there is no newer drop';
    const step = { action: 'retrain', start: 'nothing', reason } as const;
    expect((await said({ kind: 'drift', check: { ...check, step } })).words).toContain('No retrain: there is no newer');
    const { step: _, ...former } = check;
    expect((await said({ kind: 'drift', check: former })).words).toContain(
      'Check the data before you trust its scores',
    );
  });

  it('says that drift is slow, and since when', async () => {
    const slow = { series: 'columns', windows: 30, mean: 0, squares: 1, sum: 4.9, limit: 4.4, until: 'x', found: true };
    const decision = {
      severity: 'warning',
      reason: 'the columns have been moving away slowly since 2026-01-01',
      persistence: { bad: 1, windows: 1, needed: 1 },
      drifting: [],
      rows: '',
      slow,
    } as const;
    const coverage = { watched: 2, notWatched: [] };
    const { words } = await said({ kind: 'drift', check: { ...check, decision, coverage } });
    expect(words).toContain('loan: it is drifting slowly');
    expect(words).toContain('The columns have been moving away slowly since 2026-01-01.');
    expect(words).toContain('4.9 after 30 windows, 4.4 for an alarm');
    expect(words).toContain('2 columns watched.');
  });

  it('without drift does not claim that anything is done', async () => {
    const { score: _, ...rest } = check;
    const notice = await said({ kind: 'drift', check: { ...rest, drifted: false, alarm: false, columns: [] } });
    expect(notice.words).toContain('loan: no drift');
    expect(notice.words).toContain('No action is needed');
    const score = { ...column, kind: 'category', column: 'score', tests: { psi: test(0.5) }, drifted: true };
    const category = { ...check, score };
    expect((await said({ kind: 'drift', check: category })).words).toContain('scores drifted');
  });

  it('that finds an endpoint silent says since when', async () => {
    const notice = await said({ kind: 'drift', check: { ...check, fellSilent: true } });
    expect(notice.words).toContain('No request was captured from 2026-01-01');
  });

  it('that finds no capture of a model at all says so', async () => {
    const silent = { ...check, columns: [], arrivals: 'never', window: { ...check.window, rows: 0 } } as const;
    const notice = await said({ kind: 'drift', check: silent });
    expect(notice.words).toContain('none since the model went into service');
  });

  it('says what it compares with, and what it could not read', async () => {
    const reference = { kind: 'rolling', rows: 900, from: '2025-12-01T00:00:00Z', to: '2026-01-01T00:00:00Z' } as const;
    const unread = { unusable: 0, damaged: 2, objects: 1, named: ['2026/01/01/12/a.jsonl'] };
    const notice = await said({ kind: 'drift', check: { ...check, reference, unread } });
    expect(notice.words).toContain('Against 900 rows from 2025-12-01T00:00:00Z to 2026-01-01T00:00:00Z');
    expect(notice.words).toContain('2 captures in 1 object are cut or damaged and not counted: 2026/01/01/12/a.jsonl');
  });

  it.each(['loan', null])('that could not be made is told with its cause (pipeline %s)', async (pipeline) => {
    const error = { Error: 'NotFoundError', Cause: '{"errorType":"NotFoundError","errorMessage":"no champion"}' };
    const notice = await said({ kind: 'check-failed', pipeline, executionArn: 'e9', error });
    expect(notice).toMatchObject({ key: 'check-failed#e9', pipeline: pipeline ?? undefined });
    expect(notice.words).toContain('no champion');
  });

  it('that could not test an endpoint is told in the channel of its pipeline', async () => {
    const error = { Error: 'TransientError', Cause: '{"errorType":"TransientError","errorMessage":"throttled"}' };
    const notice = await said({ kind: 'check-failed', endpointName: 'tidegate-dev-loan', executionArn: 'e9', error });
    expect(notice).toMatchObject({ key: 'check-failed#e9', pipeline: 'loan' });
    expect(notice.words).toContain('tidegate-dev-loan: its tests could not run');
  });
});

describe('a file with outcomes', () => {
  const file = {
    pipeline: 'loan',
    id: 'a1',
    receivedAt: times.at,
    runId: run.runId,
    by: 'inferenceId',
    rows: 10,
    accepted: 9,
    malformed: 1,
    problems: [{ column: null, reason: 'not a JSON object', count: 1 }],
    joined: 6,
    repeated: 2,
    unknown: 2,
    rowNeeded: 1,
    days: ['2026-01-01', '2026-01-02'],
  };

  it('is told with what was accepted, malformed and without a prediction', async () => {
    const notice = await said({ kind: 'outcomes', outcomes: { file } });
    expect(notice).toMatchObject({ key: 'outcomes#a1', pipeline: 'loan' });
    expect(notice.text).toContain('⚠️ loan: 6 outcomes');
    expect(notice.text).toContain(
      'Of 10 rows, 9 could be read and 6 belong to a prediction. 2 rows came again: the latest counts. 1 row malformed, ' +
        '2 rows without a known prediction, 1 row of a request with several rows, and the column row is missing.',
    );
    expect(notice.words).toContain('not a JSON object');
    expect(notice.words).toContain('Predictions from 2026-01-01 to 2026-01-02');
  });

  it('that is whole is told in one line', async () => {
    const whole = { ...file, malformed: 0, problems: [], repeated: 0, unknown: 0, rowNeeded: 0, days: ['2026-01-01'] };
    const notice = await said({ kind: 'outcomes', outcomes: { file: whole } });
    expect(notice.text).toContain('📬 loan: 6 outcomes');
    expect(notice.words).toContain('Predictions of 2026-01-01');
    expect((await said({ kind: 'outcomes', outcomes: { file: { ...whole, days: [] } } })).words).not.toContain(
      'Predictions of',
    );
  });

  it.each([
    ['info', { malformed: 0, unknown: 0, rowNeeded: 0 }],
    ['warning', {}],
    ['warning', { malformed: 0, unknown: 0, rowNeeded: 0, windows: ['none', 'warning'] }],
    ['critical', { windows: ['warning', 'critical'] }],
  ] as const)('is of severity %s by what labels show and what could not be used (%j)', async (severity, own) => {
    const { windows = [], ...counts } = own as { windows?: readonly string[] };
    const window = { from: '2026-01-01', to: '2026-01-08', runId: 'r', modelPackageVersion: 3, rows: 9, judged: true };
    const found = {
      ...file,
      ...counts,
      windows: windows.map((worst) => ({ ...window, severity: worst, reason: 'because', findings: [] })),
    };
    expect(await said({ kind: 'outcomes', outcomes: { file: found } })).toMatchObject({ severity });
  });

  it('that was not taken is told with its cause', async () => {
    const error = {
      Error: 'SchemaMismatchError',
      Cause: '{"errorType":"SchemaMismatchError","errorMessage":"The columns"}',
    };
    const notice = await said({ kind: 'outcomes', outcomes: { pipeline: 'loan', executionArn: 'e9', error } });
    expect(notice).toMatchObject({ key: 'outcomes#e9', pipeline: 'loan' });
    expect(notice.words).toContain('The columns');
  });
});

describe('a batch', () => {
  const notice = { kind: 'batch-scored', batch: { pipeline: 'loan', batchId: 'b1' } };
  const put = (own: object = {}) =>
    state.put('loan', 'batch#b1', scoredBatch({ pipeline: 'loan', batchId: 'b1', ...own }));

  it('that was scored is told with its model, the share of each class and the place', async () => {
    await put();
    const { key, pipeline, severity, text, words } = await said(notice);

    expect({ key, pipeline, severity }).toEqual({ key: 'batch-scored#b1', pipeline: 'loan', severity: 'warning' });
    expect(text).toContain('⚠️ loan: 99 rows scored');
    expect(text).toContain('Of 100 rows of the batch, version 3 scored 99. 1 row is malformed and has no score.');
    for (const word of ['s3://clean/loan/batch/b1/', 'paid', '66.7 %', 'not a number', '2 files', 'batch b1']) {
      expect(words).toContain(word);
    }
  });

  it('without malformed rows has no list of them, and a mean where answers are values', async () => {
    const counts = { rows: 5, scored: 5, malformed: 0, problems: [], classes: [], mean: 2.5 };
    await put({ counts });
    const { text, words, severity } = await said(notice);
    expect(severity).toBe('info');

    expect(text).toContain('📊 loan: 5 rows scored');
    expect(words).toContain('2.5');
    expect(words).not.toContain('Malformed');
  });

  it('with several malformed rows says so', async () => {
    await put({
      counts: {
        rows: 7,
        scored: 5,
        malformed: 2,
        problems: [{ column: null, reason: 'not a JSON object', count: 2 }],
        classes: [],
      },
    });

    const { text, words } = await said(notice);
    expect(text).toContain('2 rows are malformed and have no score.');
    expect(words).toContain('(the row)');
  });

  it('whose counts are not known is no warning', async () => {
    await put({ counts: undefined });
    expect((await said(notice)).severity).toBe('info');
  });

  it('without a record is no message', async () => {
    await expect(said(notice)).rejects.toThrow(/Batch b1 of loan has no record/);
  });

  it('that failed is told with its cause', async () => {
    const failure = { pipeline: 'loan', executionArn: 'e9', error: 'MalformedDataError', message: 'Line 7' };
    const failed = await said({ kind: 'batch-scored', batch: { failure } });

    expect(failed).toMatchObject({ key: 'batch-scored#e9', pipeline: 'loan' });
    expect(failed.text).toContain('a batch was not scored');
    expect(failed.words).toContain('Line 7');
    const ended = await said({ kind: 'batch-scored', batch: { failure: { ...failure, isScored: true } } });
    expect(ended.text).toContain('a batch was scored, but its execution failed');
  });
});

describe('a decision', () => {
  const at = '2026-01-02T09:00:00.000Z';
  const by = 'arn:aws:sts::123456789012:assumed-role/MLEngineer/ana';
  const changedAt = '2026-01-02T08:59:59.000Z';
  const decide = async (decision: Decision['decision'], more: object = {}) => {
    const decided = { decision, version: 3, at, changedAt };
    await state.put('loan', deploymentKeys.decision(decided), { ...decided, ...more });
    return said({ kind: 'decision', pipeline: 'loan', ...decided });
  };

  it('opens a thread of its own and names who decided, and why', async () => {
    const notice = await decide('approved', { by, reason: 'looked at the report', runId: run.runId });

    expect(notice).toMatchObject({
      key: `decision#loan#3#${at}#approved`,
      pipeline: 'loan',
      threads: [`decision#3#${changedAt}`],
    });
    for (const word of ['version 3 was approved', 'ana (MLEngineer)', 'looked at the report', run.runId])
      expect(notice.words).toContain(word);
  });

  it('without name or reason says so', async () => {
    const notice = await decide('rejected');

    for (const word of ['was rejected', 'not reported', 'none given', 'It is not deployed.'])
      expect(notice.words).toContain(word);
    expect(notice.words).not.toContain('Run ');
  });

  it.each(['rejected', 'reopened'] as const)(
    'against the model in service says that it still serves (%s)',
    async (decision) => {
      await state.put('loan', 'champion', championOf(3, run.runId, times.at));
      const live = await decide(decision);

      expect(live.words).toContain('It still serves');
      expect(live.words).toContain('npx tidegate rollback loan --stage dev');

      await state.put('loan', 'champion', championOf(2, run.runId, times.at));
      expect((await decide(decision)).words).toContain('It is not deployed.');
    },
  );

  it('to go back names both versions', async () => {
    expect((await decide('rolled-back', { from: 4 })).words).toContain('It replaces version 4');
    expect((await decide('rolled-back', { from: 4, now: true })).words).toContain(
      'being deployed, all at once, and tested',
    );
    const first = await decide('rolled-back');
    expect(first.words).toContain('going back to version 3');
    expect(first.words).toContain('It is being deployed');
  });

  it('to reopen says so', async () => {
    expect((await decide('reopened')).words).toContain('version 3 waits for approval again');
  });
});

describe('a retirement', () => {
  const retirement = { at: '2026-02-01T10:00:00.000Z', endpoint: true, endpointConfigs: 1, models: 2 };
  const say = (retired: object) => said({ kind: 'retired', executionArn: 'e1', retired });

  it('says who retired what, and how to take it back', async () => {
    const by = 'arn:aws:iam::123456789012:user/ana';
    const notice = await say({
      decision: 'retired',
      pipeline: 'loan',
      retirement: { ...retirement, by, reason: 'replaced' },
    });

    expect(notice).toMatchObject({ key: 'retired#e1', pipeline: 'loan', threads: [] });
    for (const word of [
      'its endpoint, 1 endpoint config, 2 models',
      'ana',
      'replaced',
      'retire loan --undo --stage dev',
    ])
      expect(notice.words).toContain(word);
  });

  it('of a pipeline without an endpoint says so', async () => {
    const none = { at: retirement.at, endpoint: false, endpointConfigs: 0, models: 0 };
    const { words } = await say({ decision: 'retired', pipeline: 'loan', retirement: none });

    for (const word of ['no endpoint, 0 endpoint configs, 0 models', 'not reported', 'none given'])
      expect(words).toContain(word);
  });

  it('that is taken back says so', async () => {
    const takenBack = {
      at: retirement.at,
      by: 'arn:aws:sts::1:assumed-role/MLEngineer/ana',
      reason: 'needed after all',
    };
    const { words } = await say({ decision: 'taken-back', pipeline: 'loan', takenBack });

    for (const word of ['Drops start runs again', 'ana (MLEngineer)', 'needed after all'])
      expect(words).toContain(word);
  });
});

describe('orphans', () => {
  it.each([
    [1, '1 endpoint without a pipeline', 'It serves and costs money'],
    [2, '2 endpoints without a pipeline', 'They serve and cost money'],
  ])('%d are named with the command that retires them', async (n, heading, what) => {
    const orphans = ['ads', 'churn'].slice(0, n).map((name) => ({ pipeline: name, endpoint: `tidegate-dev-${name}` }));
    const { words } = await said({ kind: 'orphans', executionArn: 'e1', orphans });

    for (const word of [heading, what, 'npx tidegate retire ads --stage dev']) expect(words).toContain(word);
  });
});

describe('what the stage costs', () => {
  const amount = (usd: number, unknown: string[] = []) => ({ usd, about: true, unknown });
  const pipelineCosts = {
    pipeline: 'loan',
    runs: 2,
    spent: amount(21),
    byKind: {},
    forecast: amount(95),
    endpointLeft: amount(60),
  };
  const costs = {
    month: '2026-12',
    spent: amount(21),
    byKind: { endpoint: 19, training: 2 },
    forecast: amount(95),
    before: 88.2,
    pipelines: [pipelineCosts],
  };

  it('names what is spent, what it will be, what is dearest and what would save, once a month', async () => {
    const { key, pipeline, words } = await said({ kind: 'costs', costs });

    expect({ key, pipeline }).toEqual({ key: 'costs#2026-12', pipeline: undefined });
    for (const word of [
      'dev in 2026-12: about $95.00 by its end',
      'about $21.00 until now, at list prices; the month before came to $88.20.',
      '`loan`: about $21.00 until now, about $95.00 by the end',
      'the endpoint, $19.00',
      'a smaller deployment.instances.type',
      'npx tidegate costs --stage dev',
    ])
      expect(words).toContain(word);
    for (const word of ['budget', 'Not known']) expect(words).not.toContain(word);
  });

  it('says that new runs will be refused when the forecast is over the budget, and no more than that within it', async () => {
    const over = await said({ kind: 'costs', costs: { ...costs, budget: 90 } });
    expect(over.words).toContain('That is more than the budget of $90.00: new runs will be refused.');
    const within = await said({ kind: 'costs', costs: { ...costs, budget: 100 } });
    expect(within.words).toContain('$100.00');
    expect(within.words).not.toContain('refused');
  });

  it('says what is not known, and nothing of what is dearest where nothing was spent', async () => {
    const { words } = await said({ kind: 'costs', costs: { ...costs, byKind: {}, forecast: amount(95, ['run r0']) } });
    expect(words).toContain('at least $95.00');
    expect(words).toContain('Not known: run r0.');
    expect(words).not.toContain('Dearest');
  });
});
