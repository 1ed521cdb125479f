import * as z from 'zod';
import { formatNumber } from '#domain/text/format-number';
import { againstBound, type EachSlice, eachSliceSettings, judgeEachSlice, slicesOf } from './each-slice.ts';
import type { GateKind } from './gate.ts';

interface SliceBoundGate {
  readonly metric: string;
  readonly sliceBound: EachSlice & { readonly min?: number | undefined; readonly max?: number | undefined };
}

/** The metric meets a bound in each group of the slice columns. */
export const sliceBound = {
  name: 'sliceBound',
  summary: 'The metric is at least, or at most, this in each group of the columns with the role `slice`.',
  example: { metric: 'auc', sliceBound: { min: 0.7, by: 'interval', confidence: 0.95 } },
  schema: (metric) =>
    z.strictObject({
      metric,
      sliceBound: z
        .strictObject({
          min: z
            .number()
            .optional()
            .meta({ description: 'The least that the metric may be in a group, in its own unit.', examples: [0.7] }),
          max: z
            .number()
            .optional()
            .meta({ description: 'The most that it may be, for a metric where lower is better.', examples: [0.5] }),
          ...eachSliceSettings,
        })
        .refine(({ min, max }) => (min === undefined) !== (max === undefined), 'needs min or max, and not both'),
    }),
  judge({ metric, sliceBound: { min, max, ...how } }, context) {
    const side = min === undefined ? -1 : 1;
    const bound = min ?? max ?? 0;
    const gate = `${metric} ${side > 0 ? '≥' : '≤'} ${formatNumber(bound)} in each slice`;
    const required = `${side > 0 ? 'at least' : 'at most'} ${formatNumber(bound)} is required in each`;
    return judgeEachSlice(
      slicesOf(context, 'sliceBound'),
      how,
      { gate, kind: 'sliceBound', metric, bound, required },
      againstBound(metric, { bound, side }, context),
    );
  },
} as const satisfies GateKind<SliceBoundGate>;
