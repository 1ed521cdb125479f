import * as z from 'zod';
import { fisherExact } from './distributions.ts';
import type { DriftTest } from './drift-test.ts';
import { histogramRows } from './histogram.ts';

/** How much the share of missing values changed. */
export const missing = {
  name: 'missing',
  label: 'Missing',
  summary: 'How much the share of missing values changed, from 0 to 1.',
  source: "Fisher's exact test, two-sided as twice the smaller tail",
  kinds: ['number', 'category'],
  threshold: z
    .number()
    .positive()
    .max(1)
    .default(0.05)
    .meta({
      description: 'A column has also drifted when its share of missing values changed by more.',
      examples: [0.1],
    }),
  example: { missing: 0.1 },
  measure(before, now) {
    const [n, m] = [histogramRows(before), histogramRows(now)];
    if (n === 0 || m === 0) return undefined;
    return {
      statistic: Math.abs(now.missing / m - before.missing / n),
      p: fisherExact(before.missing, n, now.missing, m),
    };
  },
} as const satisfies DriftTest;
