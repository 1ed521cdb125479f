import * as z from 'zod';
import { type Bins, binsOf, joinRare, williamsCorrection } from './bins.ts';
import { chiSquareTail } from './distributions.ts';
import type { DriftTest } from './drift-test.ts';

/** x ln(x / y), 0 at 0. */
const relative = (x: number, y: number): number => (x === 0 ? 0 : x * Math.log(x / y));

/** Jensen-Shannon distance of the shares, in bits: from 0 to 1 (`scipy.spatial.distance.jensenshannon` with base 2). */
export function jensenShannonDistance({ before, now, n, m }: Bins): number {
  const divergence = before.reduce((sum, count, i) => {
    const [b, w] = [count / n, (now[i] as number) / m];
    return sum + relative(b, (b + w) / 2) + relative(w, (b + w) / 2);
  }, 0);
  return Math.sqrt(Math.max(0, divergence) / 2 / Math.LN2);
}

/**
 * The likelihood ratio of two samples (`scipy.stats.chi2_contingency` with `lambda_="log-likelihood"`): twice their rows times the
 * divergence in which each sample has the weight of its rows (Lin 1991, "Divergence Measures Based on the Shannon Entropy").
 */
export function likelihoodRatio({ before, now, n, m }: Bins): number {
  const all = n + m;
  return before.reduce((sum, count, i) => {
    const pooled = (count + (now[i] as number)) / all;
    return sum + 2 * (relative(count, n * pooled) + relative(now[i] as number, m * pooled));
  }, 0);
}

/** How far the shares of the bins are from their common middle. */
export const jensenShannon = {
  name: 'jensenShannon',
  label: 'Jensen-Shannon',
  summary: 'Jensen-Shannon distance of the shares of the bins, from 0 to 1.',
  source: 'Lin 1991; significance by the likelihood ratio with the correction of Williams 1976',
  kinds: ['number', 'category'],
  threshold: z
    .number()
    .positive()
    .max(1)
    .default(0.15)
    .meta({
      description: 'A column has also drifted when its Jensen-Shannon distance is above this.',
      examples: [0.2],
    }),
  example: { jensenShannon: 0.2 },
  measure(before, now) {
    const bins = binsOf(before, now);
    if (bins.n === 0 || bins.m === 0) return undefined;
    const joined = joinRare(bins);
    const degrees = joined.before.length - 1;
    const ratio = likelihoodRatio(joined) / williamsCorrection(joined);
    return { statistic: jensenShannonDistance(bins), p: degrees < 1 ? 1 : chiSquareTail(ratio, degrees) };
  },
} as const satisfies DriftTest;
