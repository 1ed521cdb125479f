import * as z from 'zod';
import { hypergeometricTail } from './distributions.ts';
import type { DriftTest } from './drift-test.ts';
import { histogramRows } from './histogram.ts';

/** Categories that the baseline does not list. */
export const unseen = {
  name: 'unseen',
  label: 'Unseen',
  summary: 'How much the share of categories grew that the baseline does not count one by one, from 0 to 1.',
  source: "Fisher's exact test, one-sided",
  kinds: ['category'],
  threshold: z
    .number()
    .positive()
    .max(1)
    .default(0.01)
    .meta({
      description: 'A column of categories has also drifted when the share of unknown categories grew by more.',
      examples: [0.05],
    }),
  example: { unseen: 0.05 },
  measure(before, now) {
    // without categories a column is watched for missing values alone
    if (before.kind !== 'category' || before.categories.length === 0) return undefined;
    const [n, m] = [histogramRows(before), histogramRows(now)];
    if (n === 0 || m === 0) return undefined;
    const [b, w] = [before.counts.at(-1) as number, now.counts.at(-1) as number];
    return { statistic: Math.max(0, w / m - b / n), p: hypergeometricTail(w, b + w, m, n + m) };
  },
} as const satisfies DriftTest;
