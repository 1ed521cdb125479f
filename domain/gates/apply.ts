import { EvaluationError } from '#domain/errors';
import { formatNumber } from '#domain/reports/format-number';
import type { Gate, MetricName } from '#schemas/pipeline-gates';
import type { Difference, Estimate, Evaluation, GateResult, Verdict } from '#schemas/records/evaluation';
import { isHigherBetter } from './direction.ts';

export interface GatesInput {
  readonly gates: readonly Gate[];
  readonly evaluation: Evaluation;
  /** How the champion is named in reasons, as "loan-default/7". */
  readonly champion?: string | undefined;
}

/**
 * Holds an evaluation against the gates of its pipeline; the verdict passes when every gate does.
 *
 * `min` and `max` compare the point estimate; its interval is shown beside it. `vsChampion` is a one-sided
 * non-inferiority test: the bound of the paired bootstrap difference, at the gate's confidence, must not be worse than
 * `notWorseBy`. Without a champion such a gate passes.
 *
 * @throws EvaluationError when the evaluation lacks the metric, or the bound at a gate's confidence
 */
export function applyGates({ gates, evaluation, champion }: GatesInput): Verdict {
  const results = gates.map((gate) => applyGate(gate, evaluation, champion));
  return { passed: results.every((result) => result.passed), gates: results };
}

function applyGate(gate: Gate, evaluation: Evaluation, champion: string | undefined): GateResult {
  const { metric, vsChampion } = gate;
  const metrics: Partial<Record<MetricName, Estimate>> = evaluation.metrics;
  const estimate = metrics[metric];
  if (!estimate) {
    throw new EvaluationError(
      `gate on ${metric}: a ${evaluation.task} evaluation has no such metric; it has ${Object.keys(metrics).join(', ')}`,
    );
  }
  if (vsChampion) {
    const differences: Partial<Record<MetricName, Difference>> | undefined = evaluation.champion?.differences;
    return compareWithChampion(metric, vsChampion, differences?.[metric], champion);
  }
  return gate.min === undefined
    ? compareWithBound(metric, estimate, 'max', gate.max as number)
    : compareWithBound(metric, estimate, 'min', gate.min);
}

function compareWithBound(metric: MetricName, estimate: Estimate, kind: 'min' | 'max', bound: number): GateResult {
  const { value, low, high } = estimate;
  const passed = kind === 'min' ? value >= bound : value <= bound;
  const miss = passed ? '' : ` It misses by ${formatNumber(Math.abs(value - bound))}.`;
  return {
    gate: `${metric} ${kind === 'min' ? '≥' : '≤'} ${formatNumber(bound)}`,
    metric,
    kind,
    value,
    bound,
    interval: { low, high },
    passed,
    reason:
      `${metric} is ${formatNumber(value, { apartFrom: bound })} (95 % interval ${formatNumber(low)} to ${formatNumber(high)}); ` +
      `${kind === 'min' ? 'at least' : 'at most'} ${formatNumber(bound)} is required.${miss}`,
  };
}

function compareWithChampion(
  metric: MetricName,
  { notWorseBy, confidence }: { notWorseBy: number; confidence: number },
  difference: Difference | undefined,
  champion: string | undefined,
): GateResult {
  const higher = isHigherBetter(metric);
  // 0 - x, because -0 would be written as a negative zero
  const bound = higher ? 0 - notWorseBy : notWorseBy;
  const margin = formatNumber(bound, { signed: true });
  const gate = {
    gate: `${metric} vs champion ${higher ? '≥' : '≤'} ${margin}`,
    metric,
    kind: 'vsChampion' as const,
    bound,
  };
  if (!difference) {
    const reason = 'There is no champion yet, so there is nothing to be worse than.';
    return { ...gate, value: null, interval: null, passed: true, reason };
  }
  const at = difference.bounds.find((candidate) => candidate.confidence === confidence);
  if (!at) {
    throw new EvaluationError(
      `gate on ${metric}: no bound was kept at confidence ${confidence}; pass gateConfidences(gates) to evaluate`,
    );
  }
  const value = higher ? at.lower : at.upper;
  const passed = higher ? value >= bound : value <= bound;
  const direction = difference.difference < 0 ? 'below' : 'above';
  const named = champion === undefined ? 'the champion' : `the champion ${champion}`;
  const point =
    difference.difference === 0
      ? `${metric} equals that of ${named}`
      : `${metric} is ${formatNumber(Math.abs(difference.difference))} ${direction} that of ${named} on the same rows`;
  const shown = formatNumber(value, { apartFrom: bound, signed: true });
  return {
    ...gate,
    value,
    interval: { low: difference.low, high: difference.high },
    passed,
    reason:
      `${point}; with ${formatNumber(confidence * 100)} % confidence the difference is ${higher ? 'at least' : 'at most'} ${shown}, ` +
      `and ${higher ? 'no less' : 'no more'} than ${margin} is accepted.`,
  };
}
