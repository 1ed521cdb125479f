import * as z from 'zod';
import { estimateOf } from '#domain/metrics/measured';
import { formatNumber } from '#domain/text/format-number';
import {
  againstBound,
  directionOf,
  type EachSlice,
  eachSliceSettings,
  judgeEachSlice,
  slicesOf,
} from './each-slice.ts';
import type { GateKind } from './gate.ts';

interface SliceRatioGate {
  readonly metric: string;
  readonly sliceRatio: EachSlice & { readonly min: number };
}

/** No group is much worse than all rows. The value of all rows counts as known: it is of many more rows. */
export const sliceRatio = {
  name: 'sliceRatio',
  summary:
    'In each group of the columns with the role `slice`, the metric is at least this share of what it is on all rows; where lower is better, all rows have at least this share of the group.',
  example: { metric: 'auc', sliceRatio: { min: 0.9, by: 'interval', confidence: 0.95 } },
  schema: (metric) =>
    z.strictObject({
      metric,
      sliceRatio: z.strictObject({
        min: z
          .number()
          .gt(0)
          .max(1)
          .meta({ description: 'The least share, from 0 to 1.', examples: [0.9] }),
        ...eachSliceSettings,
      }),
    }),
  judge({ metric, sliceRatio: { min, ...how } }, context) {
    const side = directionOf(metric, context);
    const { value: whole } = estimateOf(context.evaluation, metric);
    const bound = side > 0 ? whole * min : whole / min;
    const gate = `${metric} in each slice ${side > 0 ? '≥' : '≤'} ${formatNumber(side > 0 ? min : 1 / min)} × all rows`;
    const required = `all rows have ${formatNumber(whole)}, so ${side > 0 ? 'at least' : 'at most'} ${formatNumber(bound)} is required in each`;
    return judgeEachSlice(
      slicesOf(context, 'sliceRatio'),
      how,
      { gate, kind: 'sliceRatio', metric, bound, required },
      againstBound(metric, { bound, side }, context),
    );
  },
} as const satisfies GateKind<SliceRatioGate>;
