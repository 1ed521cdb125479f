import * as z from 'zod';
import { type Bins, binsOf, joinRare } from './bins.ts';
import { chiSquareTail, fisherExact } from './distributions.ts';
import type { DriftTest } from './drift-test.ts';

/** Pearson's statistic of two samples in the same bins (`scipy.stats.chi2_contingency`), each of which has a row. */
export function pearson({ before, now, n, m }: Bins): number {
  const all = n + m;
  return before.reduce((sum, count, i) => {
    const expected = (count + (now[i] as number)) / all;
    return (
      sum + (count - n * expected) ** 2 / (n * expected) + ((now[i] as number) - m * expected) ** 2 / (m * expected)
    );
  }, 0);
}

/** Cramér's V of two samples as if they had equally many rows: from 0 to 1, whatever their sizes. */
export const cramersV = ({ before, now, n, m }: Bins): number =>
  Math.sqrt(
    before.reduce((sum, count, i) => {
      const [b, w] = [count / n, (now[i] as number) / m];
      return sum + (w - b) ** 2 / (w + b);
    }, 0) / 2,
  );

/**
 * Probability of such counts without drift. Where one sample is so small that all bins are rare, the chi-square limit holds for none:
 * then the bin with the most rows of both samples is compared with the rest, exactly.
 */
export function homogeneityProbability(bins: Bins): number {
  const joined = joinRare(bins);
  const degrees = joined.before.length - 1;
  if (degrees >= 1) return chiSquareTail(pearson(joined), degrees);
  const pooled = bins.before.map((count, i) => count + (bins.now[i] as number));
  const most = pooled.indexOf(Math.max(...pooled));
  return fisherExact(bins.before[most] as number, bins.n, bins.now[most] as number, bins.m);
}

/** Whether the shares of the bins differ. */
export const chiSquare = {
  name: 'chiSquare',
  label: 'Chi-square',
  summary: "Cramér's V: how much the shares of the bins differ, from 0 to 1.",
  source:
    "Pearson's chi-square test of homogeneity; rare bins joined after Cochran 1954, Fisher's exact test where all are; effect after Cramér 1946",
  kinds: ['number', 'category'],
  threshold: z
    .number()
    .positive()
    .max(1)
    .default(0.15)
    .meta({ description: "A column has also drifted when its Cramér's V is above this.", examples: [0.2] }),
  example: { chiSquare: 0.2 },
  measure(before, now) {
    const bins = binsOf(before, now);
    if (bins.n === 0 || bins.m === 0) return undefined;
    return { statistic: cramersV(bins), p: homogeneityProbability(bins) };
  },
} as const satisfies DriftTest;
