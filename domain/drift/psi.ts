import * as z from 'zod';
import type { Histogram } from '#schemas/records/baseline';
import { chiSquareQuantile } from './distributions.ts';
import type { DriftTest } from './drift-test.ts';
import { histogramRows } from './histogram.ts';

/** Added to every bin of both sides before computing shares, so that an empty bin gives a large, not an infinite, term. */
const PSEUDO_COUNT = 0.5;

export interface Psi {
  readonly psi: number;
  /** Bins with rows on either side. */
  readonly bins: number;
}

/**
 * Population stability index of two histograms with the same bins: Σ (w - b) ln(w / b) over the shares of window and
 * baseline. "Missing" is one of the bins. Shares are smoothed by half a row per bin (the Jeffreys prior); bins that are empty
 * on both sides are left out.
 */
export function populationStability(baseline: Histogram, window: Histogram): Psi {
  const b = [...baseline.counts, baseline.missing];
  const w = [...window.counts, window.missing];
  const used = b.map((count, i) => count + (w[i] as number) > 0);
  const bins = used.filter(Boolean).length;
  const total = (counts: number[]): number => counts.reduce((sum, count) => sum + count, bins * PSEUDO_COUNT);
  const [n, m] = [total(b), total(w)];
  const psi = b.reduce((sum, count, i) => {
    if (!used[i]) return sum;
    const before = (count + PSEUDO_COUNT) / n;
    const now = ((w[i] as number) + PSEUDO_COUNT) / m;
    return sum + (now - before) * Math.log(now / before);
  }, 0);
  return { psi, bins };
}

/**
 * The PSI above which a window counts as drifted, given the PSI that two samples of one distribution have by chance.
 * Without drift, PSI · (1/n + 1/m)⁻¹ tends to a chi-square with bins - 1 degrees of freedom (Yurdakul, "Statistical
 * Properties of Population Stability Index", 2018), so PSI is biased upwards by (bins - 1)(1/n + 1/m). The threshold is
 * the larger of
 * - the configured one plus that bias: the shift is *large enough* beyond chance, and
 * - the (1 - alpha) quantile of the chi-square limit: it is *not* chance.
 *
 * @param configured the pipeline's `drift.psi`
 * @param n rows of the baseline
 * @param m rows of the window
 * @param alpha allowed false-alarm probability of this comparison
 */
export function psiThreshold(configured: number, bins: number, n: number, m: number, alpha: number): number {
  const degrees = Math.max(bins - 1, 1);
  const scale = 1 / n + 1 / m;
  return Math.max(configured + degrees * scale, chiSquareQuantile(1 - alpha, degrees) * scale);
}

/** How much the shares of the bins moved. */
export const psi = {
  name: 'psi',
  label: 'PSI',
  summary: 'How much the shares of the bins moved, missing values among them: 0 when nothing did.',
  source:
    'Population stability index; threshold after Yurdakul, "Statistical Properties of Population Stability Index", 2018',
  kinds: ['number', 'category'],
  threshold: z
    .number()
    .positive()
    .default(0.2)
    .meta({
      description:
        'A column has drifted when its population stability index is above this. Small windows raise the threshold, so that noise is no drift.',
      examples: [0.1],
    }),
  example: { psi: 0.2 },
  measure(before, now) {
    const { psi: statistic, bins } = populationStability(before, now);
    const [n, m] = [histogramRows(before), histogramRows(now)];
    return { statistic, threshold: (configured, alpha) => psiThreshold(configured, bins, n, m, alpha) };
  },
} as const satisfies DriftTest;
