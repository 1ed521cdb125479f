import * as z from 'zod';
import { EvaluationError } from '#domain/errors';
import { findMetric } from '#domain/metrics/registry';
import { holm } from '#domain/statistics/holm';
import { normalTail, studentScore } from '#domain/statistics/normal';
import { scaleOf } from '#domain/statistics/scale';
import { formatCount, formatNumber } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import type { GateResult } from '#schemas/records/evaluation';
import type { Slice, Slices } from '#schemas/records/slices';
import type { GateContext } from './gate.ts';
import { sliceName } from './slice-name.ts';

/** What the gates on slices share. */

const columns = z
  .array(z.string().min(1))
  .min(1)
  .optional()
  .meta({ description: 'The slice columns that are judged. Without it: all.', examples: [['sex']] });
const by = z
  .enum(['interval', 'value'])
  .default('interval')
  .meta({
    description:
      '`interval`: a group fails when it misses the bound with this `confidence`, all groups together. `value`: a group fails when its measured value misses it, by chance or not.',
    examples: ['value'],
  });
const confidence = z
  .number()
  .gt(0.5)
  .lt(1)
  .default(0.95)
  .meta({
    description:
      'The confidence for `by: interval`: a model that meets the bound in every group fails at most this rarely.',
    examples: [0.99],
  });
export const eachSliceSettings = { columns, by, confidence };

export interface EachSlice {
  readonly columns?: readonly string[] | undefined;
  readonly by: 'interval' | 'value';
  readonly confidence: number;
}

/** What a gate knows of one group. */
export interface JudgedSlice {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** How far it is below its bound, in units of `value`: above 0 it misses. */
  readonly missing: number;
  /** The same in standard errors; undefined where the error is not known. */
  readonly score: number | undefined;
  readonly rows: number;
}

/** The groups of a run's evaluation. @throws EvaluationError when it has none */
export function slicesOf({ evaluation: { slices } }: GateContext, gate: string): Slices {
  if (slices) return slices;
  throw new EvaluationError(`gate ${gate}: the evaluation has no groups; give a column the role slice and train again`);
}

/** 1 for a metric where higher is better, -1 for the others. */
export const directionOf = (metric: string, { metrics }: Pick<GateContext, 'metrics'>): 1 | -1 =>
  findMetric(metric, metrics)?.higherIsBetter === false ? -1 : 1;

/**
 * Compares a metric of each group with a bound, on the scale on which the metric is nearly normal.
 *
 * @param side 1 where at least the bound is required, -1 where at most
 */
export function againstBound(
  metric: string,
  { bound, side }: { readonly bound: number; readonly side: 1 | -1 },
  { metrics }: Pick<GateContext, 'metrics'>,
): (slice: Slice) => JudgedSlice | undefined {
  const range = findMetric(metric, metrics)?.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return ({ rows, metrics: { [metric]: found } }) => {
    if (!found) return undefined;
    const scale = scaleOf(range, rows);
    const { value, low, high, error } = found;
    const score = error === undefined ? undefined : (side * (scale.to(bound) - scale.to(value))) / error;
    return { value, low, high, rows, missing: side * (bound - value), score };
  };
}

/** Whether an interval is too wide to judge by. */
export const isTooWide = (
  { low, high }: { readonly low: number; readonly high: number },
  widest: number | undefined,
): boolean => widest !== undefined && high - low > widest;

/**
 * Judges each group that is not small. By interval, a group fails when its p-value is small among all of them (Holm 1979): where all groups
 * meet the bound, the chance that any fails is at most 1 - confidence.
 *
 * @param measured of a group; undefined where it cannot be judged
 */
export function judgeEachSlice(
  slices: Slices,
  { columns: wanted, by: how, confidence: level }: EachSlice,
  {
    gate,
    kind,
    metric,
    bound,
    required,
  }: Pick<GateResult, 'gate' | 'kind' | 'bound'> & {
    readonly metric: string;
    /** What is required, in words. */
    readonly required: string;
  },
  measured: (slice: Slice) => JudgedSlice | undefined,
): GateResult {
  const own = slices.slices.filter(({ of }) => wanted === undefined || wanted.includes(of.column));
  const judged = own.flatMap((slice) => {
    const one = slice.small ? undefined : measured(slice);
    return one && !isTooWide(one, slices.widest) ? [{ ...one, name: sliceName(slices.columns, [slice.of]) }] : [];
  });
  const left = own.length - judged.length;
  const unjudged =
    left === 0 ? '' : ` ${counted(left, 'group')} ${left === 1 ? 'has' : 'have'} too few rows to be judged.`;
  const [first] = judged;
  if (first === undefined) {
    const reason = `Nothing was judged: no group has ${formatCount(slices.leastRows)} rows of the holdout in which ${metric} is defined. It does not pass; drop more rows, or lower evaluation.slices.leastRows.`;
    return { gate, metric, kind, value: null, bound, interval: null, passed: false, reason };
  }
  const ps = judged.map(({ score, rows }) => (score === undefined ? 1 : normalTail(studentScore(score, rows - 1))));
  const sure = holm(ps, 1 - level);
  const failed = judged.filter(({ missing }, i) => missing > 0 && (how === 'value' || sure[i] === true));
  const worst = (failed.length > 0 ? failed : judged).reduce((a, b) => (b.missing > a.missing ? b : a));
  const { name, value, low, high, rows } = worst;
  const shown = `${metric} is ${formatNumber(value, { apartFrom: bound })} (95 % interval ${formatNumber(low)} to ${formatNumber(high)}) for ${name} with ${counted(rows, 'row')}`;
  const passed = failed.length === 0;
  const chance = passed && worst.missing > 0 ? ', which chance explains' : '';
  return {
    gate,
    metric,
    kind,
    value,
    bound,
    interval: { low, high },
    passed,
    reason: passed
      ? `None of ${counted(judged.length, 'group')} fails: at worst, ${shown}${chance}; ${required}.${unjudged}`
      : `${failed.length} of ${counted(judged.length, 'group')} ${failed.length === 1 ? 'fails' : 'fail'}: at worst, ${shown}; ${required}.${unjudged}`,
  };
}
