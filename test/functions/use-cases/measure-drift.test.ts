import { beforeEach, expect, it } from 'vitest';
import { batchItems } from '#domain/batch/layout';
import { artifactKeys, cleanKeys } from '#domain/runs/layout';
import { evaluateCandidate } from '#functions/use-cases/evaluate-candidate';
import { measureDrift } from '#functions/use-cases/measure-drift';
import { driftCheckSchema } from '#schemas/records/drift-check';
import { captureLine } from '../../fakes/capture-line.ts';
import { type DataRun, dropRecord, startRun } from '../../fakes/data-run.ts';
import { type MemoryState, memoryState } from '../../fakes/memory-state.ts';
import { noTrees } from '../../fakes/no-trees.ts';
import { countAll } from '../support/count-captures.ts';
import { encodedRun, scoreHoldout } from '../support/evaluated-run.ts';
import { championOf, endpointName } from '../support/stage.ts';

const memoryMb = 1024;
const checkedAt = '2026-01-10T00:00:00Z';
let store: MemoryState;
beforeEach(() => {
  store = memoryState();
});

/** A run that serves, with its baseline. */
async function served(drift: object): Promise<DataRun> {
  const run = await encodedRun('binary', {
    runId: 'r1',
    rest: { drift: { schedule: 'rate(1 day)', window: '24h', minRows: 20, ...drift } },
  });
  await scoreHoldout(run, 'binary');
  await evaluateCandidate(
    { clean: run.clean, artifacts: run.artifacts, readTrees: noTrees, memoryMb },
    { run: run.run },
  );
  await store.put('loan', 'champion', championOf(1, 'r1', '2026-01-01T00:00:00.000Z'));
  return run;
}
const measure = async ({ clean, artifacts }: DataRun, at = checkedAt) => {
  const counted = await countAll({ clean, artifacts, store }, at);
  const event = { pipeline: 'loan', checkedAt: at, counted };
  return driftCheckSchema.parse(await measureDrift({ clean, artifacts, store, memoryMb }, event));
};

it('does not check a retired pipeline', async () => {
  using run = await served({ source: 'newest-drop' });
  await store.put('loan', 'retired', { at: '2026-01-05T00:00:00.000Z' });
  const { clean, artifacts } = run;

  expect(
    await measureDrift({ clean, artifacts, store, memoryMb }, { pipeline: 'loan', checkedAt, counted: null }),
  ).toEqual({
    pipeline: 'loan',
    skipped: 'pipeline loan was retired on 2026-01-05',
    notify: false,
  });
});

it('finds no drift in the drop that the model was trained on, and looks at no scores', async () => {
  using run = await served({ source: 'newest-drop' });

  const check = await measure(run);

  expect(check).toMatchObject({ source: 'newest-drop', drifted: false, notify: false, tooSmall: false });
  expect(check).not.toHaveProperty('score');
  expect(check.window.rows).toBe(480);
});

/** A batch of other rows than the model was trained on. It has neither the label nor the time. */
async function scoredBatch(run: DataRun): Promise<void> {
  const batch = await startRun(run.pipeline, 'b1', run.folder);
  const format = 'csv' as const;
  const scoring = { runId: 'r1', modelPackageArn: 'a', modelPackageVersion: 1, reads: format, format };
  await run.artifacts.writeJson(artifactKeys(batch.run).drop, dropRecord({ scoring }));
  const rows = Array.from({ length: 300 }, (_, i) => `n${i},${300 + (i % 100)},${'rgb'[i % 3]}\n`);
  batch.drop('loan/batch/new/a.csv', `id,x,c\n${rows.join('')}`);
  await batch.desensitize('loan/batch/new/a.csv');
  await store.put('loan', batchItems.one('b1'), { batchId: 'b1', status: 'scored' });
  await store.put('loan', batchItems.one('b2'), { batchId: 'b2', status: 'failed' });
}

it('finds drift in the newest batch that was scored, by the columns that the model reads', async () => {
  using run = await served({ source: 'newest-batch' });
  await expect(measure(run)).rejects.toThrow(/has scored no batch yet/);
  await scoredBatch(run);

  const check = await measure(run);

  expect(check).toMatchObject({ source: 'newest-batch', drifted: true, window: { rows: 300 }, driftedColumns: ['x'] });
  expect(check.coverage?.notWatched).toContainEqual({
    reason: 'files to score are read for the model alone; drops are watched for it',
    count: 1,
    columns: ['y'],
  });
});

it('reports once that requests have stopped', async () => {
  using run = await served({ source: 'captures' });
  const rows = (await run.clean.readText(`${cleanKeys(run.run).holdout('candidate')}00000-00000.csv`)).trimEnd();
  const scores = rows.replaceAll(/^.*$/gm, '0.5');
  const key = `loan/captures/${endpointName}/AllTraffic/2026/01/09/12/a.jsonl`;
  await run.clean.writeText(key, captureLine(rows, scores, '2026-01-09T12:00:00Z'), 'application/jsonl');

  expect(await measure(run)).toMatchObject({ fellSilent: false });
  const silent = await measure(run, '2026-01-12T00:00:00Z');

  expect(silent).toMatchObject({ fellSilent: true, notify: true });
  expect(await measure(run, '2026-01-12T00:00:00Z')).toEqual(silent);
  expect(await measure(run, '2026-01-13T00:00:00Z')).toMatchObject({ fellSilent: false, notify: false });
});

it('has a window that never ends before it begins, also when the model went live during the check', async () => {
  using run = await served({ source: 'captures' });
  await store.put('loan', 'drift', { checkedAt: '2026-01-09T00:00:00Z', rows: 50 });
  await store.put('loan', 'champion', championOf(2, 'r1', '2026-01-10T00:00:05.000Z'));

  const check = await measure(run);

  expect(check.window).toEqual({ from: checkedAt, to: checkedAt, rows: 0 });
  expect(check).toMatchObject({ tooSmall: true, drifted: false, fellSilent: false, notify: false });

  await store.put('loan', 'champion', championOf(2, 'r1', '2026-01-09T23:59:59.000Z'));
  expect((await measure(run)).window.from).toBe('2026-01-09T23:59:59.000Z');
});

it('needs a model in service', async () => {
  using run = await encodedRun('binary');
  await expect(measure(run)).rejects.toMatchObject({ name: 'NotFoundError' });
});
