import { findMetric } from '#domain/metrics/registry';
import { clipProbability } from '#domain/tallies/probability';
import { formatNumber } from '#domain/text/format-number';
import type { MetricEstimate, PerformanceReference } from '#schemas/records/performance-estimate';
import { halfInterval } from './blocks.ts';
import type { RawEstimate } from './classes.ts';

/**
 * The interval of an estimate, widened by the rows that have none: they may be as good or as bad as a row can be (Manski 1990).
 *
 * @param excess share of the window's rows that have no estimate
 * @param worst the largest loss of a reference row, by metrics without a bound
 */
export function withInterval(
  { metric, reference, value, variance, between }: RawEstimate,
  excess: number,
  blocks: number,
  worst: Readonly<Record<string, number>>,
): MetricEstimate {
  const [least, most] = findMetric(metric)?.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const half = halfInterval(variance, between, blocks);
  const widen = (bound: number, extreme: number): number =>
    (1 - excess) * bound + excess * (Number.isFinite(extreme) ? extreme : (worst[metric] ?? bound));
  return {
    metric,
    reference,
    value,
    low: widen(Math.max(value - half, least), least),
    high: widen(Math.min(value + half, most), most),
  };
}

/** The largest loss of a reference row, by metrics without a bound. */
export function worstLosses({ task, classes, scores, labels }: PerformanceReference): Readonly<Record<string, number>> {
  let worst = 0;
  for (const [row, label] of labels.entries()) {
    const score = scores[task === 'multiclass' ? row * classes + label : row] as number;
    if (task === 'regression') worst = Math.max(worst, Math.abs(label - score));
    else {
      const truth = task === 'binary' && label === 0 ? 1 - score : score;
      worst = Math.max(worst, -Math.log(clipProbability(truth)));
    }
  }
  return task === 'regression' ? { mae: worst, rmse: worst, mse: worst ** 2 } : { log_loss: worst };
}

/** Whether the metric fell by more than allowed, as a share of its value on the holdout, and its whole interval is worse than that value. */
export function judgeDrop(
  { metric, reference, value, low, high }: MetricEstimate,
  maxDrop: number,
): { readonly alarm: boolean; readonly reason: string } {
  const falling = findMetric(metric)?.higherIsBetter ?? true;
  const lost = falling ? reference - value : value - reference;
  const certain = falling ? high < reference : low > reference;
  const alarm = certain && lost > maxDrop * Math.abs(reference);
  const figures = `the estimate of ${metric} is ${formatNumber(value)} (${formatNumber(low)} to ${formatNumber(high)}), and it was ${formatNumber(reference)} on the holdout`;
  return { alarm, reason: alarm ? `${figures}: worse by more than drift.performance.maxDrop allows` : figures };
}
