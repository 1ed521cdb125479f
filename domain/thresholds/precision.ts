import * as z from 'zod';
import { formatNumber } from '#domain/text/format-number';
import { bestCut, type Cuts } from './cuts.ts';
import type { ThresholdKind } from './threshold-kind.ts';

interface PrecisionRule {
  readonly precision: number;
}

const precisionOf = ({ truePositives, falsePositives }: Cuts, cut: number): number => {
  const flagged = (truePositives[cut] as number) + (falsePositives[cut] as number);
  return flagged === 0 ? 0 : (truePositives[cut] as number) / flagged;
};

/** The lowest threshold at which a share of the flagged rows is positive. */
export const precision = {
  name: 'precision',
  summary: 'The lowest threshold at which this share of the flagged validation rows is positive.',
  example: { precision: 0.8 },
  schema: z.strictObject({
    precision: z
      .number()
      .gt(0)
      .max(1)
      .meta({ description: 'The least share of the flagged rows that is positive.', examples: [0.8] }),
  }),
  describe: ({ precision: least }) =>
    `at least ${formatNumber(least)} of the flagged rows are positive, and as many positive rows as possible are found`,
  choose({ precision: least }, cuts) {
    const isReached = (cut: number) => precisionOf(cuts, cut) >= least * (1 - 1e-12);
    const cut = [...cuts.truePositives.keys()].findLast(isReached);
    if (cut !== undefined) return { cut };
    const best = bestCut(cuts, (own) => precisionOf(cuts, own));
    return {
      cut: best,
      problem: `no threshold reaches a precision of ${formatNumber(least)} on the validation rows; the highest, ${formatNumber(precisionOf(cuts, best), { apartFrom: least })}, was taken`,
    };
  },
} as const satisfies ThresholdKind<PrecisionRule>;
