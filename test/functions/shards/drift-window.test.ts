import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { xgboost } from '#domain/algorithms/xgboost/xgboost';
import { buildBaseline } from '#domain/drift/baseline';
import { driftColumns } from '#domain/drift/columns';
import { parseFeatures } from '#domain/evaluation/score-text';
import { cleanKeys } from '#domain/runs/layout';
import { measureCaptures, measureDrop } from '#functions/shards/drift-window';
import type { Baseline, Window } from '#schemas/records/baseline';
import type { FittedTransform } from '#schemas/records/fitted-transform';
import { captureLine } from '../../fakes/capture-line.ts';
import type { DataRun } from '../../fakes/data-run.ts';
import { encodedRun, holdoutParts, models, type Task } from '../support/evaluated-run.ts';

let run: DataRun;
let fitted: FittedTransform;
let baseline: Baseline;
/** The holdout as an endpoint receives it. */
let lines: string[];

async function start(task: Task): Promise<void> {
  run = await encodedRun(task);
  fitted = await run.fitted();
  const parts = await Promise.all((await holdoutParts(run)).map((key) => run.clean.readText(key)));
  lines = parts.join('').trimEnd().split('\n');
  const matrix = parseFeatures(lines.join('\n'), fitted.features.length, 'holdout');
  const values = Float64Array.from(lines.flatMap((line) => answer(task, line)));
  baseline = buildBaseline({
    rows: matrix.rows,
    columns: driftColumns(fitted, matrix),
    scores: task === 'multiclass' ? { task, values, classes: fitted.label.classes } : { task, values },
  });
}
const answer = (task: Task, line: string): number[] => [...models[task](Number(line.split(',')[0]))];
const capture = (hour: string, name: string, ...captured: string[]) =>
  run.clean.writeText(`loan/captures/end/AllTraffic/${hour}/${name}.jsonl`, captured.join('\n'), 'application/jsonl');
const serving = { output: xgboost.output, probes: { lines: [], answers: [] } };
const measure = (from = '2026-01-01T00:30:00Z', to = '2026-01-01T03:00:00Z') =>
  measureCaptures(run.clean, { pipeline: 'loan', endpoint: 'end', from, to }, fitted, serving, baseline);
const histograms = ({ columns, score }: Window) => ({ columns, score });

afterEach(() => run[Symbol.dispose]());

describe.each<Task>(['binary', 'multiclass', 'regression'])('captures of a %s endpoint', (task) => {
  beforeEach(() => start(task));

  it('add up over files and hours to the counts of the baseline, when the same rows are sent', async () => {
    const asked = (rows: readonly string[], time: string) =>
      captureLine(rows.join('\n'), rows.map((row) => answer(task, row).join(',')).join('\n'), time);
    await capture('2026/01/01/00', 'a', asked(lines.slice(0, 10), '2026-01-01T00:30:00Z'));
    await capture('2026/01/01/01', 'b', ...lines.slice(10, 13).map((line) => asked([line], '2026-01-01T01:00:00Z')));
    await capture('2026/01/01/02', 'c', asked(lines.slice(13), '2026-01-01T02:59:59Z'));

    const { window, skipped } = await measure();

    expect({ rows: window.rows, skipped }).toEqual({ rows: lines.length, skipped: 0 });
    expect(histograms(window)).toEqual(histograms(baseline));
  });

  it('are none: the window has the bins and no rows', async () => {
    const { window } = await measure();
    expect(window.rows).toBe(0);
    expect(window.columns.map(({ column }) => column)).toEqual(['x', 'c']);
    expect(window.score?.counts.every((n) => n === 0)).toBe(true);
  });
});

describe('captures', () => {
  beforeEach(() => start('binary'));
  const one = (time: string) => captureLine(lines[0] ?? '', '0.5', time);

  it('out of the window, of another endpoint or in no hour are not read', async () => {
    await capture('2026/01/01/00', 'early', one('2026-01-01T00:29:59Z'));
    await capture('2026/01/01/03', 'late', one('2026-01-01T02:00:00Z'));
    await capture('2025/12/31/23', 'long-ago', 'not even JSON');
    await capture('notes', 'readme', one('2026-01-01T02:00:00Z'));
    const other = 'loan/captures/another/AllTraffic/2026/01/01/02/a.jsonl';
    await run.clean.writeText(other, one('2026-01-01T02:00:00Z'), 'application/jsonl');

    expect(await measure()).toMatchObject({ window: { rows: 0 }, skipped: 0 });
  });

  it('that cannot be read are counted', async () => {
    await capture('2026/01/01/01', 'a', one('2026-01-01T01:00:00Z'), 'not even JSON');
    await capture('2026/01/01/02', 'b', captureLine('1', '0.5', '2026-01-01T02:00:00Z'));
    expect(await measure()).toMatchObject({ window: { rows: 1 }, skipped: 2 });
  });
});

describe('a later drop', () => {
  beforeEach(() => start('binary'));

  it('is encoded as the model was trained, all its shards, without scores', async () => {
    const all = await measureDrop(run.clean, run.run, 1024, fitted, xgboost.input, baseline);

    const side = (shard: number) => run.rows(cleanKeys(run.run).shard(shard));
    const rows = [...(await side(0)), ...(await side(1))];
    expect(all.window).toMatchObject({ rows: rows.length });
    expect(all.window).not.toHaveProperty('score');
    const categories = all.window.columns.find(({ column }) => column === 'c');
    if (categories?.kind !== 'category') throw new Error('c is no category');
    categories.categories.forEach((name, i) => {
      expect(categories.counts[i]).toBe(rows.filter((row) => row['c'] === name).length);
    });
  });

  it('that nothing is left of is an empty window', async () => {
    const gone = { pipeline: 'loan', runId: 'gone' };
    expect(await measureDrop(run.clean, gone, 1024, fitted, xgboost.input, baseline)).toMatchObject({
      window: { rows: 0 },
    });
  });
});
