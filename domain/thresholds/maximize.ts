import * as z from 'zod';
import { bestCut, type Cuts } from './cuts.ts';
import type { ThresholdKind } from './threshold-kind.ts';

const shares = {
  f1: ({ positives, truePositives: tp, falsePositives: fp }: Cuts, cut: number) =>
    (2 * (tp[cut] as number)) / ((tp[cut] as number) + (fp[cut] as number) + positives),
  accuracy: ({ positives, negatives, truePositives: tp, falsePositives: fp }: Cuts, cut: number) =>
    ((tp[cut] as number) + negatives - (fp[cut] as number)) / (positives + negatives),
};
const names = ['f1', 'accuracy'] as const;

interface MaximizeRule {
  readonly maximize: (typeof names)[number];
}

/** The threshold at which a metric is highest. */
export const maximize = {
  name: 'maximize',
  summary: 'The metric is highest on the validation rows.',
  example: { maximize: 'f1' },
  schema: z.strictObject({
    maximize: z.enum(names).meta({ description: 'The metric that is made as high as possible.', examples: ['f1'] }),
  }),
  describe: ({ maximize: metric }) => `${metric} is highest`,
  choose: ({ maximize: metric }, cuts) => ({ cut: bestCut(cuts, (cut) => shares[metric](cuts, cut)) }),
} as const satisfies ThresholdKind<MaximizeRule>;
