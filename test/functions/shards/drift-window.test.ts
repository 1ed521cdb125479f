import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { xgboost } from '#domain/algorithms/xgboost/xgboost';
import { buildBaseline } from '#domain/drift/baseline';
import { driftColumns } from '#domain/drift/columns';
import { parseFeatures } from '#domain/evaluation/score-text';
import { cleanKeys } from '#domain/runs/layout';
import { measureDrop } from '#functions/shards/drift-window';
import type { Baseline } from '#schemas/records/baseline';
import type { FittedTransform } from '#schemas/records/fitted-transform';
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

afterEach(() => run[Symbol.dispose]());

describe('a later drop', () => {
  beforeEach(() => start('binary'));

  it('is encoded as the model was trained, all its shards, without scores', async () => {
    const all = await measureDrop(run.clean, run.run, 1024, fitted, xgboost.input, baseline);

    const side = (shard: number) => run.rows(cleanKeys(run.run).shard(shard));
    const rows = [...(await side(0)), ...(await side(1))];
    expect(all).toMatchObject({ rows: rows.length });
    expect(all).not.toHaveProperty('score');
    const categories = all.columns.find(({ column }) => column === 'c');
    if (categories?.kind !== 'category') throw new Error('c is no category');
    categories.categories.forEach((name, i) => {
      expect(categories.counts[i]).toBe(rows.filter((row) => row['c'] === name).length);
    });
  });

  it('that nothing is left of is an empty window', async () => {
    const gone = { pipeline: 'loan', runId: 'gone' };
    expect(await measureDrop(run.clean, gone, 1024, fitted, xgboost.input, baseline)).toMatchObject({
      rows: 0,
    });
  });
});
