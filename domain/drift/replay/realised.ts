import { affordableResamples, type BootstrapOptions, bootstrap, toEstimate } from '#domain/evaluation/bootstrap';
import { type MetricKernel, metricKernel } from '#domain/metrics/kernel';
import type { Metric } from '#domain/metrics/metric';
import { METRICS } from '#domain/metrics/registry';
import { unreachable } from '#domain/unreachable';
import type { Estimate } from '#schemas/records/evaluation';
import type { Task } from '#schemas/records/task';

/** Rows whose labels are known, with the answers of a model. */
export interface LabelledRows {
  readonly task: Task;
  /** Number of classes; 0 for regression. */
  readonly classes: number;
  /** Binary: scores at or above it are the positive class. */
  readonly threshold: number;
  /** Binary: 0 or 1; multiclass: the number of the class; regression: the target. */
  readonly labels: Float64Array;
  /** Row-major: one per class for multiclass, else one. */
  readonly scores: Float64Array;
}

function kernelOf(
  { task, classes, threshold, labels, scores }: LabelledRows,
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
 * A metric of the rows, with its 95 % interval over resamples of them.
 *
 * @returns undefined where the rows do not define it, as AUC with one class alone
 */
export function realisedMetric(
  rows: LabelledRows,
  metric: string,
  { resamples, seed }: BootstrapOptions,
  metrics: readonly Metric[] = METRICS,
): Estimate | undefined {
  const { labels } = rows;
  const kernel = kernelOf(
    rows,
    metrics.filter(({ name }) => name === metric),
  );
  const drawn = { resamples: affordableResamples(resamples, labels.length, 1), seed };
  const draws = labels.length === 0 ? undefined : bootstrap([kernel], labels.length, drawn)[0]?.get(metric);
  return draws !== undefined && Number.isFinite(draws.value) ? toEstimate(draws) : undefined;
}
