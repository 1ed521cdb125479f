import * as z from 'zod';
import { formatNumber } from '#domain/text/format-number';
import type { Slices } from '#schemas/records/slices';
import { directionOf, type EachSlice, eachSliceSettings, judgeEachSlice, slicesOf } from './each-slice.ts';
import type { GateContext, GateKind } from './gate.ts';

interface SliceVsChampionGate {
  readonly metric: string;
  readonly sliceVsChampion: EachSlice & { readonly notWorseBy: number };
}

/** Why there is nothing to compare with; undefined where there is. */
function nothingToCompare({ slices }: Slices, { evaluation, champion }: GateContext): string | undefined {
  if (evaluation.comparison?.notJudged !== undefined) {
    return `Not compared with ${champion ?? 'the champion'}: ${evaluation.comparison.notJudged}.`;
  }
  if (!evaluation.champion) return 'There is no champion yet, so no group can be worse than with it.';
  if (slices.some((slice) => slice.champion)) return undefined;
  return 'No group has enough rows that the champion was not trained on.';
}

/** No group got worse than with the champion. It passes where nothing can be compared, and says so: `vsChampion` judges that. */
export const sliceVsChampion = {
  name: 'sliceVsChampion',
  summary:
    'In no group of the columns with the role `slice` is the candidate worse than the champion by more than this.',
  example: { metric: 'auc', sliceVsChampion: { notWorseBy: 0.02, by: 'interval', confidence: 0.95 } },
  schema: (metric) =>
    z.strictObject({
      metric,
      sliceVsChampion: z.strictObject({
        notWorseBy: z
          .number()
          .min(0)
          .default(0)
          .meta({
            description: 'How much worse than the champion is still accepted in a group, in units of the metric.',
            examples: [0.02],
          }),
        ...eachSliceSettings,
      }),
    }),
  judge({ metric, sliceVsChampion: { notWorseBy, ...how } }, context) {
    const slices = slicesOf(context, 'sliceVsChampion');
    const side = directionOf(metric, context);
    const bound = notWorseBy === 0 ? 0 : -side * notWorseBy;
    const margin = formatNumber(bound, { signed: true });
    const gate = `${metric} − champion ${side > 0 ? '≥' : '≤'} ${margin} in each slice`;
    const nothing = nothingToCompare(slices, context);
    if (nothing !== undefined) {
      return {
        gate,
        metric,
        kind: 'sliceVsChampion',
        value: null,
        bound,
        interval: null,
        passed: true,
        reason: nothing,
      };
    }
    const required = `${side > 0 ? 'at least' : 'at most'} ${margin} is required in each`;
    const named = { gate, kind: 'sliceVsChampion', metric: `${metric} − champion`, bound, required };
    const result = judgeEachSlice(slices, how, named, ({ champion }) => {
      const found = champion?.differences[metric];
      if (!champion || !found) return undefined;
      const { difference, low, high, error } = found;
      const missing = side * (bound - difference);
      return {
        value: difference,
        low,
        high,
        rows: champion.rows,
        missing,
        score: error > 0 ? missing / error : undefined,
      };
    });
    return { ...result, metric };
  },
  show: ({ value }) => ({ signed: true, point: value ?? undefined }),
} as const satisfies GateKind<SliceVsChampionGate>;
