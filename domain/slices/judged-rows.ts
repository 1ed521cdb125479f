import { kernelOf } from '#domain/drift/replay/realised';
import { type BootstrapOptions, bootstrap, type MetricDraws } from '#domain/evaluation/bootstrap';
import type { Metric } from '#domain/metrics/metric';
import type { Task } from '#schemas/records/task';

/** The rows of a holdout with the answers of the candidate and, if there is one, of the champion. */
export interface JudgedRows {
  readonly task: Task;
  /** Number of classes; 0 for regression. */
  readonly classes: number;
  /** Binary: scores at or above it are the positive class. */
  readonly threshold: number;
  /** The same for the champion, which has its own; the candidate's when absent. */
  readonly championThreshold?: number | undefined;
  /** Binary: 0 or 1; multiclass: the number of the class; regression: the target. */
  readonly labels: Float64Array;
  /** Row-major: one per class for multiclass, else one. */
  readonly candidate: Float64Array;
  readonly champion?: Float64Array | undefined;
  /** One per row: 1 where the champion cannot have been trained on it. */
  readonly comparable: Uint8Array;
}

/** The rows of a group. */
export interface GroupRows {
  readonly column: string;
  readonly group: number;
  readonly rows: readonly number[];
}

/** A classifier needs so many rows of each class in a group. */
const LEAST_OF_CLASS = 5;

/** Whether rows are too few to measure a model by, or too few of a class. */
export function isSmall({ task, labels }: JudgedRows, rows: readonly number[], least: number): boolean {
  if (rows.length < least) return true;
  if (task !== 'binary') return false;
  const positives = rows.reduce((sum, row) => sum + (labels[row] as number), 0);
  return Math.min(positives, rows.length - positives) < LEAST_OF_CLASS;
}

const pick = (values: Float64Array, rows: readonly number[], perRow: number): Float64Array =>
  Float64Array.from(
    { length: rows.length * perRow },
    (_, i) => values[(rows[Math.floor(i / perRow)] as number) * perRow + (i % perRow)] as number,
  );

/** Metrics of some rows in resamples that are the same for each model. Those that the rows do not define are left out. */
export function drawRows(
  judged: JudgedRows,
  models: readonly ('candidate' | 'champion')[],
  rows: readonly number[],
  metrics: readonly Metric[],
  options: BootstrapOptions,
): ReadonlyMap<string, MetricDraws>[] {
  const { task, classes, threshold, championThreshold = threshold } = judged;
  const perRow = task === 'multiclass' ? classes : 1;
  const labels = pick(judged.labels, rows, 1);
  const kernels = models.flatMap((model) => {
    const scores = judged[model];
    if (scores === undefined) return [];
    const own = {
      threshold: model === 'candidate' ? threshold : championThreshold,
      scores: pick(scores, rows, perRow),
    };
    return [kernelOf({ task, classes, labels, ...own }, metrics)];
  });
  const isDefined = ({ value, draws }: MetricDraws) =>
    Number.isFinite(value) && draws.some((one) => Number.isFinite(one));
  return bootstrap(kernels, rows.length, options).map((all) => new Map([...all].filter(([, own]) => isDefined(own))));
}
