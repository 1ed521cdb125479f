import * as z from 'zod';
import type { Histogram } from '#schemas/records/baseline';
import { type Bins, binsOf, joinRare, williamsCorrection } from './bins.ts';
import { chiSquareTail } from './distributions.ts';
import type { DriftTest } from './drift-test.ts';

/** Added to every bin of both sides before computing shares, so that an empty bin gives a large, not an infinite, term. */
const PSEUDO_COUNT = 0.5;

export interface Psi {
  readonly psi: number;
  /** Bins with rows on either side. */
  readonly bins: number;
}

function stability({ before, now, n, m }: Bins): number {
  const smoothed = PSEUDO_COUNT * before.length;
  return before.reduce((sum, count, i) => {
    const b = (count + PSEUDO_COUNT) / (n + smoothed);
    const w = ((now[i] as number) + PSEUDO_COUNT) / (m + smoothed);
    return sum + (w - b) * Math.log(w / b);
  }, 0);
}

/**
 * Population stability index of two histograms with the same bins: Σ (w - b) ln(w / b) over the shares of window and
 * baseline. "Missing" is one of the bins. Shares are smoothed by half a row per bin (the Jeffreys prior); bins that are empty
 * on both sides are left out.
 */
export function populationStability(baseline: Histogram, window: Histogram): Psi {
  const bins = binsOf(baseline, window);
  return { psi: stability(bins), bins: bins.before.length };
}

/**
 * Probability of such an index without drift: PSI · (1/n + 1/m)⁻¹ tends to a chi-square with bins - 1 degrees of freedom (Yurdakul,
 * "Statistical Properties of Population Stability Index", 2018). Rare bins are joined, because the limit does not hold for them.
 */
export function stabilityProbability(bins: Bins): number {
  const joined = joinRare(bins);
  const { n, m } = joined;
  const degrees = joined.before.length - 1;
  if (degrees < 1) return 1;
  return chiSquareTail(stability(joined) / (1 / n + 1 / m) / williamsCorrection(joined), degrees);
}

/** How much the shares of the bins moved. */
export const psi = {
  name: 'psi',
  label: 'PSI',
  summary: 'How much the shares of the bins moved, missing values among them: 0 when nothing did.',
  source:
    'Population stability index; its distribution after Yurdakul, "Statistical Properties of Population Stability Index", 2018',
  kinds: ['number', 'category'],
  threshold: z
    .number()
    .positive()
    .default(0.2)
    .meta({
      description:
        'A column has drifted when its population stability index is above this. The average that two small samples have by chance is added to it.',
      examples: [0.1],
    }),
  example: { psi: 0.2 },
  measure(before, now) {
    const { psi: statistic, bins: count } = populationStability(before, now);
    const bins = binsOf(before, now);
    const { n, m } = bins;
    // the average of its chi-square limit
    return { statistic, p: stabilityProbability(bins), byChance: (count - 1) * (1 / n + 1 / m) };
  },
} as const satisfies DriftTest;
