import * as z from 'zod';
import type { NumberHistogram } from '#schemas/records/baseline';
import { kolmogorovTail } from './distributions.ts';
import type { DriftTest } from './drift-test.ts';

/**
 * Two-sample Kolmogorov-Smirnov distance from binned counts: the largest gap between the cumulative shares at bin edges. Never
 * more than the exact distance. Missing values are left out.
 *
 * @returns undefined when one side has no value
 */
export function binnedKs(
  baseline: NumberHistogram,
  window: NumberHistogram,
): { ks: number; n: number; m: number } | undefined {
  const n = baseline.counts.reduce((sum, count) => sum + count, 0);
  const m = window.counts.reduce((sum, count) => sum + count, 0);
  if (n === 0 || m === 0) return undefined;
  let before = 0;
  let now = 0;
  let ks = 0;
  baseline.counts.forEach((count, bin) => {
    before += count;
    now += window.counts[bin] as number;
    ks = Math.max(ks, Math.abs(before / n - now / m));
  });
  return { ks, n, m };
}

/** Exact two-sample Kolmogorov-Smirnov distance of raw values (`scipy.stats.ks_2samp`); neither side may be empty or hold NaN. */
export function exactKs(a: Float64Array, b: Float64Array): number {
  const left = a.toSorted();
  const right = b.toSorted();
  let i = 0;
  let j = 0;
  let ks = 0;
  while (i < left.length && j < right.length) {
    const value = Math.min(left[i] as number, right[j] as number);
    while (i < left.length && left[i] === value) i += 1;
    while (j < right.length && right[j] === value) j += 1;
    ks = Math.max(ks, Math.abs(i / left.length - j / right.length));
  }
  return ks;
}

/**
 * Probability of such a distance between two samples of one distribution: the limit of Smirnov's statistic (Smirnov 1948). Distances from
 * bins, and of values that repeat, are less than those it is made for, so it errs on the side of no alarm.
 */
export const ksProbability = (ks: number, n: number, m: number): number =>
  kolmogorovTail(ks / Math.sqrt(1 / n + 1 / m));

/** The largest gap between two distributions. */
export const ks = {
  name: 'ks',
  label: 'KS',
  summary: 'The largest gap between the cumulated shares of two samples of numbers, from 0 to 1.',
  source: 'Two-sample Kolmogorov-Smirnov test; its distribution after Smirnov 1948',
  kinds: ['number'],
  threshold: z
    .number()
    .positive()
    .max(1)
    .default(0.1)
    .meta({
      description: 'A column of numbers has also drifted when its Kolmogorov-Smirnov distance is above this.',
      examples: [0.15],
    }),
  example: { ks: 0.1 },
  measure(before, now) {
    const distance = before.kind === 'number' && now.kind === 'number' ? binnedKs(before, now) : undefined;
    if (!distance) return undefined;
    const { ks: statistic, n, m } = distance;
    return { statistic, p: ksProbability(statistic, n, m) };
  },
} as const satisfies DriftTest;
