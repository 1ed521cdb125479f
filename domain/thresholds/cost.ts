import * as z from 'zod';
import { formatNumber } from '#domain/text/format-number';
import { bestCut } from './cuts.ts';
import type { ErrorCosts, ThresholdKind } from './threshold-kind.ts';

interface CostRule {
  readonly cost: ErrorCosts;
}

const each = (what: string, example: number) =>
  z
    .number()
    .min(0)
    .meta({ description: `What ${what} costs, in any unit: only their ratio decides.`, examples: [example] });

/**
 * The threshold at which errors cost least. With calibrated probabilities it is near
 * falsePositive / (falsePositive + falseNegative) (Elkan 2001, "The Foundations of Cost-Sensitive Learning", theorem 1).
 */
export const cost = {
  name: 'cost',
  summary: 'The errors on the validation rows cost least.',
  example: { cost: { falsePositive: 1, falseNegative: 8 } },
  schema: z.strictObject({
    cost: z
      .strictObject({
        falsePositive: each('a false positive', 1),
        falseNegative: each('a false negative', 8),
      })
      .refine(
        ({ falsePositive, falseNegative }) => falsePositive > 0 && falseNegative > 0,
        'needs two costs above 0: with one of them 0, the best is to flag every row, or none',
      ),
  }),
  describe: ({ cost: { falsePositive, falseNegative } }) =>
    `errors cost least, with ${formatNumber(falsePositive)} for a false positive and ${formatNumber(falseNegative)} for a false negative`,
  choose: ({ cost: own }, cuts) => ({ cut: bestCut(cuts, (cut) => -costOfCut(own, cuts, cut)) }),
  costs: ({ cost: own }) => own,
} as const satisfies ThresholdKind<CostRule>;

/** What the errors of a cut cost together. */
export const costOfCut = (
  { falsePositive, falseNegative }: ErrorCosts,
  { positives, truePositives, falsePositives }: Parameters<typeof bestCut>[0],
  cut: number,
): number =>
  falsePositive * (falsePositives[cut] as number) + falseNegative * (positives - (truePositives[cut] as number));
