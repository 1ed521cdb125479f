import { findMetric } from '#domain/metrics/registry';
import type { PerformanceEstimate } from '#schemas/records/performance-estimate';
import type { Task } from '#schemas/records/task';

/** What decided about an alarm: the estimated performance, or the columns that drifted. */
export type DecidedBy = 'performance' | 'columns';

/**
 * Whether a check alarms. Where the performance can be estimated, it decides: drift that does no harm is reported and wakes nobody.
 * Where it cannot, columns that drifted alarm.
 */
export function decideAlarm(
  drifted: boolean,
  performance: PerformanceEstimate,
  decides: boolean,
): { readonly alarm: boolean; readonly decidedBy: DecidedBy } {
  return decides && performance.status !== 'none'
    ? { alarm: performance.alarm, decidedBy: 'performance' }
    : { alarm: drifted, decidedBy: 'columns' };
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
