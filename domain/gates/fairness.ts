import * as z from 'zod';
import { EvaluationError } from '#domain/errors';
import { fairnessMetricSchema, findFairnessMetric } from '#domain/fairness/registry';
import { formatNumber } from '#domain/text/format-number';
import type { FairnessRecord } from '#schemas/records/slices';
import type { GateContext, GateKind } from './gate.ts';

interface FairnessGate {
  readonly fairness: {
    readonly metric: string;
    readonly min?: number | undefined;
    readonly max?: number | undefined;
    readonly column?: string | undefined;
  };
}

/** The bias between facets of a column. @throws EvaluationError when it was not measured */
function recordOf({ evaluation: { fairness = [] } }: GateContext, column: string | undefined): FairnessRecord {
  const record = column === undefined ? fairness[0] : fairness.find((own) => own.column === column);
  if (record) return record;
  throw new EvaluationError(
    `gate fairness: no bias was measured${column === undefined ? '' : ` by ${column}`}; list the column in evaluation.fairness and train again`,
  );
}

/** A bias metric lies within bounds, by its measured value. */
export const fairness = {
  name: 'fairness',
  summary:
    'A bias metric of SageMaker Clarify, as measured on the holdout between two facets, lies within these bounds.',
  example: { fairness: { metric: 'DI', min: 0.8, max: 1.25 } },
  schema: () =>
    z.strictObject({
      fairness: z
        .strictObject({
          metric: fairnessMetricSchema.meta({
            description: 'Its short name, see [Bias metrics](#bias-metrics).',
            examples: ['DI'],
          }),
          min: z
            .number()
            .optional()
            .meta({ description: 'The least that it may be.', examples: [0.8] }),
          max: z
            .number()
            .optional()
            .meta({ description: 'The most that it may be.', examples: [1.25] }),
          column: z
            .string()
            .min(1)
            .optional()
            .meta({
              description: 'The column of the facets, where `evaluation.fairness` has several. Without it: the first.',
              examples: ['sex'],
            }),
        })
        .refine(({ min, max }) => min !== undefined || max !== undefined, 'needs min, max or both'),
    }),
  judge({ fairness: { metric, min, max, column } }, context) {
    const record = recordOf(context, column);
    const text = [
      ...(min === undefined ? [] : [`≥ ${formatNumber(min)}`]),
      ...(max === undefined ? [] : [`≤ ${formatNumber(max)}`]),
    ].join(' and ');
    const gate = `${metric} by ${record.column} ${text}`;
    const found = record.metrics[metric];
    if (!found) {
      const reason = `${metric} was not measured: ${record.notMeasured[metric] ?? 'the evaluation is of an earlier version'}. It does not pass.`;
      return { gate, kind: 'fairness', value: null, bound: min ?? max ?? 0, interval: null, passed: false, reason };
    }
    const { value, low, high } = found;
    const tooLow = min !== undefined && value < min;
    const tooHigh = max !== undefined && value > max;
    // the bound that is missed, or the nearer one
    const near =
      min === undefined || max === undefined
        ? (min ?? max)
        : Math.abs(value - min) <= Math.abs(value - max)
          ? min
          : max;
    const bound = tooLow ? min : tooHigh ? max : (near ?? 0);
    const known = findFairnessMetric(metric);
    return {
      gate,
      kind: 'fairness',
      value,
      bound,
      interval: { low, high },
      passed: !tooLow && !tooHigh,
      reason:
        `${known?.label ?? metric} between ${record.disadvantaged} and ${record.advantaged} is ${formatNumber(value, { apartFrom: bound })} ` +
        `(95 % interval ${formatNumber(low)} to ${formatNumber(high)}); ${text} is required.`,
    };
  },
} as const satisfies GateKind<FairnessGate>;
