import * as z from 'zod';
import type { ThresholdKind } from '#domain/thresholds/threshold-kind';

interface FlagShareRule {
  readonly flagShare: number;
}

/** The lowest threshold that flags no more than a share of the rows: what a team can look into. */
export const flagShare = {
  name: 'flagShare',
  summary: 'No more than this share of the validation rows is flagged.',
  example: { flagShare: 0.05 },
  schema: z.strictObject({ flagShare: z.number().gt(0).lt(1).describe('the largest share of rows to flag') }),
  describe: ({ flagShare: most }) => `at most ${most} of the rows are flagged`,
  choose({ flagShare: most }, { positives, negatives, truePositives, falsePositives }) {
    const largest = most * (positives + negatives);
    const cut = truePositives.findLastIndex((tp, i) => tp + (falsePositives[i] as number) <= largest);
    return { cut };
  },
} as const satisfies ThresholdKind<FlagShareRule>;
