import { affordableResamples, bootstrap, INTERVAL_CONFIDENCE, toDifference } from '#domain/evaluation/bootstrap';
import { type MetricKernel, metricKernel } from '#domain/metrics/kernel';
import type { Metric } from '#domain/metrics/metric';
import { METRICS } from '#domain/metrics/registry';
import { unreachable } from '#domain/unreachable';
import type { Difference } from '#schemas/records/evaluation';
import type { Task } from '#schemas/records/task';

/** The scores of a model on rows that several models have scored. */
export interface ScoredModel {
  /** One per row; multiclass: one per class, row by row. */
  readonly scores: Float64Array;
  /** Binary: scores at or above it count as positive. */
  readonly threshold: number;
}

/** Several models on the same rows. */
export interface ScoredRows {
  readonly task: Task;
  /** The number of classes; 0 for regression. */
  readonly classes: number;
  readonly labels: Float64Array;
  /** The first is the one that the others are compared with. */
  readonly models: readonly ScoredModel[];
  readonly bootstrap: { readonly resamples: number; readonly seed: number };
}

function kernelOf(
  { task, classes, labels }: ScoredRows,
  { scores, threshold }: ScoredModel,
  metrics: readonly Metric[],
): MetricKernel {
  switch (task) {
    case 'binary':
      return metricKernel(task, { labels: Uint16Array.from(labels), scores, threshold }, metrics);
    case 'multiclass':
      return metricKernel(task, { labels: Uint16Array.from(labels), scores, classes }, metrics);
    case 'regression':
      return metricKernel(task, { actual: labels, predicted: scores }, metrics);
    default:
      return unreachable(task, 'task');
  }
}

/**
 * Each model minus the first, by metric. All models are measured on the same resamples, so the differences are paired: what is hard
 * about the rows cancels out. Each model keeps the threshold of its own pipeline. Deterministic by seed.
 *
 * @returns one for each model but the first, in their order
 */
export function pairedDifferences(
  rows: ScoredRows,
  metrics: readonly Metric[] = METRICS,
): ReadonlyMap<string, Difference>[] {
  const kernels = rows.models.map((model) => kernelOf(rows, model, metrics));
  const n = rows.labels.length;
  const passes = Math.max(1, rows.task === 'multiclass' ? rows.classes : 1);
  const resamples = affordableResamples(rows.bootstrap.resamples, n * passes, kernels.length);
  const [first, ...others] = bootstrap(kernels, n, { ...rows.bootstrap, resamples });
  return others.map(
    (draws) =>
      new Map(
        [...(first ?? [])].flatMap(([name, base]) => {
          const own = draws.get(name);
          return own === undefined ? [] : [[name, toDifference(own, base, [INTERVAL_CONFIDENCE])] as const];
        }),
      ),
  );
}
