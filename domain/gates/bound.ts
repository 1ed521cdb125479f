import { estimateOf } from '#domain/metrics/measured';
import { formatNumber } from '#domain/text/format-number';
import type { Evaluation, GateResult } from '#schemas/records/evaluation';

/** The directions of a bound, as sign and as words. */
const sides = {
  min: { sign: '≥', words: 'at least', isMet: (value: number, bound: number) => value >= bound },
  max: { sign: '≤', words: 'at most', isMet: (value: number, bound: number) => value <= bound },
} as const;

/**
 * Compares the point estimate of a metric with a bound. The interval is only shown.
 *
 * @throws EvaluationError when the evaluation lacks the metric
 */
export function judgeBound(
  side: keyof typeof sides,
  { metric, bound }: { readonly metric: string; readonly bound: number },
  evaluation: Evaluation,
): GateResult {
  const { sign, words, isMet } = sides[side];
  const { value, low, high, interval } = estimateOf(evaluation, metric);
  const intervalText =
    interval === 'none'
      ? 'no interval: all resamples agree'
      : `95 % interval ${formatNumber(low)} to ${formatNumber(high)}`;
  const passed = isMet(value, bound);
  const miss = passed ? '' : ` It misses by ${formatNumber(Math.abs(value - bound))}.`;
  return {
    gate: `${metric} ${sign} ${formatNumber(bound)}`,
    metric,
    kind: side,
    value,
    bound,
    interval: interval === 'none' ? null : { low, high },
    passed,
    reason:
      `${metric} is ${formatNumber(value, { apartFrom: bound })} (${intervalText}); ` +
      `${words} ${formatNumber(bound)} is required.${miss}`,
  };
}
