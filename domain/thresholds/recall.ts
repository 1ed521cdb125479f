import * as z from 'zod';
import { formatNumber } from '#domain/text/format-number';
import type { ThresholdKind } from './threshold-kind.ts';

interface RecallRule {
  readonly recall: number;
}

/** The highest threshold that finds a share of the positive rows. */
export const recall = {
  name: 'recall',
  summary: 'The highest threshold at which this share of the positive validation rows is found.',
  example: { recall: 0.9 },
  schema: z.strictObject({
    recall: z
      .number()
      .gt(0)
      .max(1)
      .meta({ description: 'The least share of the positive rows that is found.', examples: [0.9] }),
  }),
  describe: ({ recall: least }) => `at least ${formatNumber(least)} of the positive rows are found, and few others`,
  choose({ recall: least }, { positives, truePositives }) {
    // a share of whole rows: 0.7 × 10 is 7.000000000000001 in floating point
    const needed = least * positives * (1 - 1e-12);
    return { cut: truePositives.findIndex((found) => found >= needed) };
  },
} as const satisfies ThresholdKind<RecallRule>;
