import { algorithmOf } from '#domain/algorithms/registry';
import { compareRuns } from '#domain/comparison/compare-runs';
import { pairedDifferences } from '#domain/comparison/differences';
import { type HoldoutRows, sharedRows } from '#domain/comparison/shared-rows';
import { NotFoundError } from '#domain/errors';
import { scoresPerRow } from '#domain/evaluation/predictions';
import { modelFormat } from '#domain/serving/recalibration';
import { objectStore } from '#functions/aws/object-store';
import { readHoldout } from '#functions/shards/holdout';
import type { RunComparison } from '#schemas/records/run-comparison';
import type { JudgedRun } from './run-report.ts';
import type { Target } from './target.ts';

/** DuckDB's memory for the labels of a holdout. */
const memoryMb = 1024;

interface Holdout extends HoldoutRows {
  readonly scores: Float64Array;
}

/** The labels, ids and scores of a run's holdout; no rows where it is not kept any more. */
async function readRows({ s3, outputs }: Target, { run, records }: JudgedRun): Promise<Holdout> {
  const { fitted, drop, sides, pipeline } = records;
  const known = {
    runId: run.runId,
    datasetVersion: drop.datasetVersion,
    rule: JSON.stringify(sides?.rule ?? null),
  };
  const output = modelFormat(algorithmOf(pipeline), fitted).output;
  try {
    const ports = { clean: objectStore(s3, outputs.CleanBucketName), memoryMb };
    const { labels, candidate, slices } = await readHoldout(ports, run, scoresPerRow(fitted), { candidate: output }, [
      '_id',
    ]);
    return { ...known, labels, ids: slices[0]?.values ?? [], scores: candidate };
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    return { ...known, labels: new Float64Array(), ids: [], scores: new Float64Array() };
  }
}

const pick = (values: Float64Array, rows: readonly number[], perRow: number): Float64Array => {
  const picked = new Float64Array(rows.length * perRow);
  for (const [at, row] of rows.entries()) picked.set(values.subarray(row * perRow, (row + 1) * perRow), at * perRow);
  return picked;
};

/** Compares the models on the holdout rows that all runs have. */
async function compareRows(target: Target, runs: readonly JudgedRun[]): Promise<RunComparison['differences']> {
  const [first] = runs as [JudgedRun];
  const { task, label } = first.records.fitted;
  const isSameTask = runs.every(
    ({ records: { fitted } }) =>
      fitted.task === task && JSON.stringify(fitted.label.classes) === JSON.stringify(label.classes),
  );
  if (!isSameTask) return { reason: 'the runs have different tasks or classes' };
  const holdouts: Holdout[] = [];
  // one after the other: each opens an engine
  for (const run of runs) holdouts.push(await readRows(target, run));
  const classes = task === 'regression' ? undefined : label.classes.length;
  const shared = sharedRows(holdouts, classes);
  if ('reason' in shared) return shared;
  const perRow = scoresPerRow(first.records.fitted);
  const rows = shared.positions[0] ?? [];
  const { resamples, seed } = first.report.evaluation.bootstrap;
  const found = pairedDifferences({
    task,
    classes: classes ?? 0,
    labels: pick((holdouts[0] as Holdout).labels, rows, 1),
    models: holdouts.map(({ scores }, i) => {
      const { evaluation } = (runs[i] as JudgedRun).report;
      return {
        scores: pick(scores, shared.positions[i] ?? [], perRow),
        threshold: evaluation.task === 'binary' ? evaluation.threshold : 0,
      };
    }),
    bootstrap: { resamples, seed },
  });
  const metrics = [...(found[0]?.keys() ?? [])].map((metric) => ({
    metric,
    runs: found.flatMap((own) => own.get(metric) ?? []),
  }));
  return { rows: rows.length, metrics };
}

/** Compares judged runs: their records, and their models on the rows that all have held out. */
export async function compareJudgedRuns(target: Target, runs: readonly JudgedRun[]): Promise<RunComparison> {
  const differences = await compareRows(target, runs);
  return compareRuns(
    runs.map(({ report }) => report),
    differences,
  );
}
