import * as z from 'zod';
import { EvaluationError } from '#domain/errors';
import { findKind } from '#domain/find-kind';
import { differenceOf, estimateOf } from '#domain/metrics/measured';
import { findMetric } from '#domain/metrics/registry';
import { formatCount, formatNumber } from '#domain/text/format-number';
import type { Difference, Evaluation, GateResult } from '#schemas/records/evaluation';
import type { GateContext, GateKind } from './gate.ts';

interface VsChampionGate {
  readonly metric: string;
  readonly vsChampion: {
    readonly notWorseBy: number;
    readonly confidence: number;
    readonly unjudged?: 'fail' | 'pass' | undefined;
  };
}

/**
 * A one-sided non-inferiority test: the bound of the paired bootstrap difference, at the gate's confidence, must not be
 * worse than `notWorseBy`. It judges on the holdout rows that the champion cannot have been trained on. Without a champion it
 * passes.
 */
export const vsChampion = {
  name: 'vsChampion',
  summary: 'With this confidence, the candidate is not worse than the champion by more than this.',
  example: { metric: 'auc', vsChampion: { notWorseBy: 0.005, confidence: 0.95 } },
  schema: (metric) =>
    z.strictObject({
      metric,
      vsChampion: z.strictObject({
        notWorseBy: z
          .number()
          .min(0)
          .default(0)
          .meta({
            description: 'How much worse than the champion is still accepted, in units of the metric.',
            examples: [0.005],
          }),
        confidence: z
          .number()
          .gt(0.5)
          .lt(1)
          .default(0.95)
          .meta({ description: 'The one-sided confidence that it is not worse by more than that.', examples: [0.95] }),
        unjudged: z
          .enum(['fail', 'pass'])
          .optional()
          .meta({
            description:
              'The outcome when the two cannot be compared honestly: the champion may have been trained on too many of the holdout rows, or divided its rows another way. Without it: `fail`.',
            examples: ['pass'],
          }),
      }),
    }),
  confidences: ({ vsChampion: { confidence } }) => [confidence],
  judge,
  show({ metric = '', value }, { evaluation, metrics }) {
    const point = differenceOf(evaluation, metric)?.difference;
    const known = findMetric(metric, metrics);
    if (value === null || !known) return { signed: true, point };
    return { prefix: known.higherIsBetter ? 'at least' : 'at most', signed: true, point };
  },
} as const satisfies GateKind<VsChampionGate>;

function judge(
  { metric, vsChampion: { notWorseBy, confidence, unjudged } }: VsChampionGate,
  { evaluation, champion, metrics }: GateContext,
): GateResult {
  estimateOf(evaluation, metric);
  const { higherIsBetter } = findKind(metrics, metric, 'metric');
  // 0 - x, because -0 would be written as a negative zero
  const bound = higherIsBetter ? 0 - notWorseBy : notWorseBy;
  const margin = formatNumber(bound, { signed: true });
  const gate = {
    gate: `${metric} vs champion ${higherIsBetter ? '≥' : '≤'} ${margin}`,
    metric,
    kind: 'vsChampion',
    bound,
  };
  const difference = differenceOf(evaluation, metric);
  const notJudged = evaluation.comparison?.notJudged;
  if (notJudged !== undefined) {
    const outcome =
      unjudged === 'pass' ? 'It passes, as `unjudged: pass` says.' : 'It does not pass; `unjudged: pass` would let it.';
    const reason = `Not compared with ${champion === undefined ? 'the champion' : `the champion ${champion}`}: ${notJudged}. ${outcome}`;
    return { ...gate, value: null, interval: null, passed: unjudged === 'pass', reason };
  }
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
  const value = higherIsBetter ? at.lower : at.upper;
  const atLeast = higherIsBetter ? 'at least' : 'at most';
  const shown = formatNumber(value, { apartFrom: bound, signed: true });
  return {
    ...gate,
    value,
    interval: { low: difference.low, high: difference.high },
    passed: higherIsBetter ? value >= bound : value <= bound,
    reason:
      `${describePoint(metric, difference, champion, comparedOn(evaluation))}; with ${formatNumber(confidence * 100)} % confidence the difference is ` +
      `${atLeast} ${shown}; ${atLeast} ${margin} is required.`,
  };
}

/** The rows of the comparison in words. */
function comparedOn({ comparison, n }: Evaluation): string {
  return comparison === undefined || comparison.rows === n
    ? 'on the same rows'
    : `on the ${formatCount(comparison.rows)} of ${formatCount(n)} holdout rows that the champion was not trained on`;
}

function describePoint(metric: string, { difference }: Difference, champion: string | undefined, on: string): string {
  const named = champion === undefined ? 'the champion' : `the champion ${champion}`;
  if (difference === 0) return `${metric} equals that of ${named}${on === 'on the same rows' ? '' : ` ${on}`}`;
  const direction = difference < 0 ? 'below' : 'above';
  return `${metric} is ${formatNumber(Math.abs(difference))} ${direction} that of ${named} ${on}`;
}
