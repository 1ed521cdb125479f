import {
  affordableResamples,
  type BootstrapOptions,
  bootstrap,
  type MetricDraws,
  toEstimate,
} from '#domain/evaluation/bootstrap';
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

/** Prepares metrics of the rows. */
export function kernelOf(
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
 * Metrics of the rows, with their values in resamples of them. Those that the rows do not define are left out, as AUC with one class alone.
 *
 * @param names of the metrics
 */
export function drawMetrics(
  rows: LabelledRows,
  names: readonly string[],
  { resamples, seed }: BootstrapOptions,
  metrics: readonly Metric[] = METRICS,
): ReadonlyMap<string, MetricDraws> {
  const { labels } = rows;
  if (labels.length === 0) return new Map();
  const kernel = kernelOf(
    rows,
    metrics.filter(({ name }) => names.includes(name)),
  );
  const drawn = { resamples: affordableResamples(resamples, labels.length, 1), seed };
  const [draws = new Map<string, MetricDraws>()] = bootstrap([kernel], labels.length, drawn);
  const isDefined = ({ value, draws: own }: MetricDraws) =>
    Number.isFinite(value) && own.some((one) => Number.isFinite(one));
  return new Map([...draws].filter(([, own]) => isDefined(own)));
}

/**
 * A metric of the rows, with its 95 % interval over resamples of them.
 *
 * @returns undefined where the rows do not define it, as AUC with one class alone
 */
export function realisedMetric(
  rows: LabelledRows,
  metric: string,
  options: BootstrapOptions,
  metrics: readonly Metric[] = METRICS,
): Estimate | undefined {
  const draws = drawMetrics(rows, [metric], options, metrics).get(metric);
  return draws && toEstimate(draws);
}

/** Several metrics of the rows, each with its interval; those that the rows do not define are left out. */
export const realisedMetrics = (
  rows: LabelledRows,
  names: readonly string[],
  options: BootstrapOptions,
): ReadonlyMap<string, Estimate> =>
  new Map([...drawMetrics(rows, names, options)].map(([name, draws]) => [name, toEstimate(draws)]));
