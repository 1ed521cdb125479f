import * as z from 'zod';
import type { NumberHistogram } from '#schemas/records/baseline';
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
 * The distance above which a window counts as drifted: the configured one or, if the samples are too small for it,
 * the critical value √(-ln(alpha / 2) / 2 · (1/n + 1/m)) of the two-sample test (Smirnov 1948; Knuth, TAOCP 2, 3.3.1).
 */
export function ksThreshold(configured: number, n: number, m: number, alpha: number): number {
  return Math.max(configured, Math.sqrt((-Math.log(alpha / 2) / 2) * (1 / n + 1 / m)));
}

/** The largest gap between two distributions. */
export const ks = {
  name: 'ks',
  label: 'KS',
  summary: 'The largest gap between the cumulated shares of two samples of numbers, from 0 to 1.',
  source: 'Two-sample Kolmogorov-Smirnov test; critical value after Smirnov 1948',
  kinds: ['number'],
  threshold: z
    .number()
    .positive()
    .max(1)
    .default(0.1)
    .meta({
      description:
        'A column of numbers has also drifted when its Kolmogorov-Smirnov distance is above this. Small windows raise the threshold.',
      examples: [0.15],
    }),
  example: { ks: 0.1 },
  measure(before, now) {
    const distance = before.kind === 'number' && now.kind === 'number' ? binnedKs(before, now) : undefined;
    if (!distance) return undefined;
    const { ks: statistic, n, m } = distance;
    return { statistic, threshold: (configured, alpha) => ksThreshold(configured, n, m, alpha) };
  },
} as const satisfies DriftTest;
