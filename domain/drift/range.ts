import * as z from 'zod';
import { hypergeometricTail } from './distributions.ts';
import type { DriftTest } from './drift-test.ts';
import { histogramRows } from './histogram.ts';

/** Values outside the training range. */
export const range = {
  name: 'range',
  label: 'Range',
  summary: 'How much the share of values outside the training range grew, from 0 to 1.',
  source: 'Exact distribution of the rows beyond the largest of another sample (Wilks 1942), each end by itself',
  kinds: ['number'],
  threshold: z
    .number()
    .positive()
    .max(1)
    .default(0.01)
    .meta({
      description:
        'A column of numbers has also drifted when the share of values outside the training range grew by more.',
      examples: [0.05],
    }),
  example: { range: 0.05 },
  measure(before, now) {
    if (before.kind !== 'number') return undefined;
    const [n, m] = [histogramRows(before), histogramRows(now)];
    if (n === 0 || m === 0) return undefined;
    const ends = [0, before.counts.length - 1].map((bin) => [before.counts[bin], now.counts[bin]] as [number, number]);
    const p = ends.map(([b, w]) => hypergeometricTail(w, b + w, m, n + m));
    const share = ends.reduce((sum, [b, w]) => sum + w / m - b / n, 0);
    return { statistic: Math.max(0, share), p: Math.min(1, 2 * Math.min(...p)) };
  },
} as const satisfies DriftTest;
