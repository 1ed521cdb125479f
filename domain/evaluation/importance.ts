import { EvaluationError } from '#domain/errors';
import { accuracy } from '#domain/metrics/accuracy';
import { auc } from '#domain/metrics/auc';
import { type MetricKernel, metricKernel } from '#domain/metrics/kernel';
import type { Metric, Task } from '#domain/metrics/metric';
import { r2 } from '#domain/metrics/r2';
import { createRandom } from '#domain/random';
import type { Walk } from '#domain/tallies/walk';
import type { Importance } from '#schemas/records/evaluation';
import { requireLength } from './holdout.ts';

/** Resamples for the standard deviation of each importance. */
const RESAMPLES = 100;

/** The metric whose decrease is a column's importance, by task. */
export const importanceMetric = {
  binary: auc,
  multiclass: accuracy,
  regression: r2,
} as const satisfies Record<Task, Metric>;

export interface ImportanceInput {
  readonly task: Task;
  /** Labels of every row of every block, in the order of `scores`. */
  readonly labels: Float64Array;
  /** Model outputs for the same rows; multiclass: `classes` probabilities per row. */
  readonly scores: Float64Array;
  /** The block of each row: 0 is the unchanged sample, others have one column permuted. */
  readonly blocks: Int32Array;
  /** The permuted column of each block; index 0 is not used. Several blocks of one column are averaged. */
  readonly columns: readonly string[];
  /** Multiclass: number of classes. */
  readonly classes?: number | undefined;
  readonly seed: number;
}

/**
 * Permutation importance (Breiman 2001; scikit-learn `permutation_importance`): how much a score drops when one column's
 * values are shuffled between rows. The score is the {@link importanceMetric} of the task. All blocks hold
 * the same rows in the same order. `std` is the standard deviation of the drop over 100 paired row resamples: with one
 * permutation per column, it measures the uncertainty from the sample, not from the shuffle.
 *
 * @returns in order of descending mean; empty when the score is undefined on the sample (it lacks a rare class)
 * @throws EvaluationError when blocks and scores do not match
 */
export function permutationImportance(input: ImportanceInput): Importance[] {
  const { labels, columns, blocks } = input;
  const perRow = input.classes ?? 1;
  requireLength('block numbers', blocks.length, labels.length);
  requireLength('importance scores', input.scores.length, labels.length * perRow, 'scores');
  const rowsOf = groupRows(blocks, columns.length);
  const sample = rowsOf[0] as number[];
  const size = sample.length;
  const score = rowsOf.map((rows, block) => {
    requireLength(`block ${block} (${block === 0 ? 'unpermuted' : columns[block]})`, rows.length, size);
    return scorer(input.task, pick(labels, rows, 1), pick(input.scores, rows, perRow), perRow);
  });

  const resamples = drawResamples(size, input.seed);
  const [base, ...baseResampled] = [new Float64Array(size).fill(1), ...resamples].map((w) => score[0]?.(w) as number);
  if (base === undefined || !Number.isFinite(base)) return [];
  const drops = new Map<string, { means: number[]; resampled: number[][] }>();
  for (let block = 1; block < score.length; block++) {
    const measure = score[block] as Walk<number>;
    const column = columns[block] as string;
    const own = drops.get(column) ?? { means: [], resampled: [] };
    own.means.push(base - measure(new Float64Array(size).fill(1)));
    own.resampled.push(resamples.map((weights, b) => (baseResampled[b] as number) - measure(weights)));
    drops.set(column, own);
  }
  return [...drops]
    .map(([column, { means, resampled }]) => {
      const averaged = resamples.map((_, b) => average(resampled.map((values) => values[b] as number)));
      return { column, mean: average(means), std: deviation(averaged.filter(Number.isFinite)) };
    })
    .sort((a, b) => b.mean - a.mean || a.column.localeCompare(b.column));
}

function groupRows(blocks: Int32Array, count: number): number[][] {
  const rows = Array.from({ length: count }, (): number[] => []);
  blocks.forEach((block, row) => {
    const own = rows[block];
    if (!own)
      throw new EvaluationError(`importance sample: row ${row} is of block ${block}, but ${count} blocks are named`);
    own.push(row);
  });
  return rows;
}

function pick(values: Float64Array, rows: readonly number[], perRow: number): Float64Array {
  const picked = new Float64Array(rows.length * perRow);
  rows.forEach((row, at) => {
    picked.set(values.subarray(row * perRow, (row + 1) * perRow), at * perRow);
  });
  return picked;
}

/** The task's score as a function of row weights. */
function scorer(task: Task, labels: Float64Array, scores: Float64Array, classes: number): Walk<number> {
  const { measure } = importanceKernel(task, labels, scores, classes);
  const { name } = importanceMetric[task];
  return (weights) => measure(weights)[name] as number;
}

function importanceKernel(task: Task, labels: Float64Array, scores: Float64Array, classes: number): MetricKernel {
  switch (task) {
    case 'binary':
      // the score does not depend on a threshold
      return metricKernel(task, { labels: Uint16Array.from(labels), scores, threshold: 0.5 }, [importanceMetric[task]]);
    case 'multiclass':
      return metricKernel(task, { labels: Uint16Array.from(labels), scores, classes }, [importanceMetric[task]]);
    case 'regression':
      return metricKernel(task, { actual: labels, predicted: scores }, [importanceMetric[task]]);
  }
}

/** The same resamples for every block, so that drops are paired. */
function drawResamples(size: number, seed: number): Float64Array[] {
  const random = createRandom(seed);
  return Array.from({ length: size === 0 ? 0 : RESAMPLES }, () => {
    const weights = new Float64Array(size);
    for (let draw = 0; draw < size; draw++) {
      const row = random.below(size);
      weights[row] = (weights[row] as number) + 1;
    }
    return weights;
  });
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function deviation(values: readonly number[]): number {
  const mean = average(values);
  return Math.sqrt(average(values.map((value) => (value - mean) ** 2)));
}
