import { findMetric } from '#domain/metrics/registry';
import type { EstimatedLoss } from '#schemas/records/drift-history';
import type { PerformanceEstimate } from '#schemas/records/performance-estimate';
import type { Task } from '#schemas/records/task';
import type { PerformanceSettings } from './settings.ts';

/** What decided about an alarm: the estimated performance, or the columns that drifted. */
export type DecidedBy = 'performance' | 'columns';

/** How much the judged metric is estimated to have got worse, with the interval; undefined without an estimate. */
export function lossOf(performance: PerformanceEstimate): EstimatedLoss | undefined {
  if (performance.status !== 'estimated') return undefined;
  const { metric, reference, value, low, high } = performance.judged;
  const direction = (findMetric(metric)?.higherIsBetter ?? true) ? 1 : -1;
  const lost = (to: number): number => direction * (reference - to);
  // a metric of zero has no shares: its loss is told in units of the metric
  const size = Math.abs(reference) || 1;
  const ends = [lost(low) / size, lost(high) / size] as const;
  return {
    metric,
    lost: lost(value),
    share: lost(value) / size,
    least: Math.min(...ends),
    most: Math.max(...ends),
  };
}

/**
 * Whether columns drifted and the estimate cannot say that it does no harm: a loss of more than `maxDrop` is within its interval, because the
 * window has few rows.
 */
export const isUnsure = (drifted: boolean, performance: PerformanceEstimate, maxDrop: number): boolean =>
  drifted && !performance.alarm && (lossOf(performance)?.most ?? 0) > maxDrop;

/**
 * Whether a check alarms. Where the performance can be estimated, it decides: drift that does no harm is reported and wakes nobody. Where it
 * cannot, or its interval rules no harm out, columns that drifted alarm.
 */
export function decideAlarm(
  drifted: boolean,
  performance: PerformanceEstimate,
  { decides, maxDrop }: Pick<PerformanceSettings, 'decides' | 'maxDrop'>,
): { readonly alarm: boolean; readonly decidedBy: DecidedBy } {
  if (!decides || performance.status === 'none' || isUnsure(drifted, performance, maxDrop))
    return { alarm: drifted, decidedBy: 'columns' };
  return { alarm: performance.alarm, decidedBy: 'performance' };
}

/** Metrics that can be estimated without labels: all of a classifier, and the errors of a regression. */
const isEstimable = (metric: string, task: Task): boolean =>
  findMetric(metric)?.measure[task] !== undefined && metric !== 'r2';

const usual: Record<Task, string> = { binary: 'auc', multiclass: 'accuracy', regression: 'mae' };

/** The metric that the alarm is on: the configured one, else that of the first gate that can be estimated, else the task's usual one. */
export function judgedMetric(
  { task, gates }: { readonly task: Task; readonly gates: readonly object[] },
  configured: string | undefined,
): string {
  if (configured !== undefined) return configured;
  const ofGates = gates.flatMap((gate) => ('metric' in gate ? [String(gate.metric)] : []));
  return ofGates.find((metric) => isEstimable(metric, task)) ?? usual[task];
}

/** The metrics that `drift.performance.metric` may name. */
export const estimableMetrics = (names: readonly string[], task: Task): string[] =>
  names.filter((name) => isEstimable(name, task));
