import * as z from 'zod';
import type { NumberHistogram } from '#schemas/records/baseline';
import type { DriftTest } from './drift-test.ts';

/** Where the rows of each bin are taken to be: its middle; beyond the training range, the end of the range. */
export function binPoints({ edges }: Pick<NumberHistogram, 'edges'>): number[] {
  const [first, last] = [edges[0] as number, edges.at(-1) as number];
  const middles = edges.slice(1).map((edge, i) => (edges[i] as number) / 2 + edge / 2);
  return [first, ...middles, last];
}

interface Earth {
  /** Mean distance that the values moved, in the unit of the column. */
  readonly distance: number;
  /** Its average between two samples of one distribution. */
  readonly byChance: number;
  /** Standard deviation of the difference of the means of two samples of one distribution. */
  readonly error: number;
  /** Standard deviation of the baseline. */
  readonly spread: number;
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function deviation(points: readonly number[], counts: readonly number[]): number {
  const rows = sumOf(counts);
  const mean = sumOf(points.map((point, i) => (point * (counts[i] as number)) / rows));
  return Math.sqrt(sumOf(points.map((point, i) => ((point - mean) ** 2 * (counts[i] as number)) / rows)));
}

/**
 * Wasserstein distance of order 1 between two histograms, with the rows of a bin at its point (`scipy.stats.wasserstein_distance` of the
 * points with the counts as weights).
 */
export function earthMoved(before: NumberHistogram, now: NumberHistogram): Earth | undefined {
  const [n, m] = [sumOf(before.counts), sumOf(now.counts)];
  if (n === 0 || m === 0 || before.edges.length === 0) return undefined;
  const points = binPoints(before);
  const pooled = before.counts.map((count, i) => count + (now.counts[i] as number));
  const perRow = 1 / n + 1 / m;
  let [below, nowBelow, pooledBelow] = [0, 0, 0];
  let [distance, byChance] = [0, 0];
  points.slice(1).forEach((point, i) => {
    const gap = point - (points[i] as number);
    below += before.counts[i] as number;
    nowBelow += now.counts[i] as number;
    pooledBelow += pooled[i] as number;
    const share = pooledBelow / (n + m);
    distance += gap * Math.abs(below / n - nowBelow / m);
    byChance += gap * Math.sqrt((2 / Math.PI) * share * (1 - share) * perRow);
  });
  return {
    distance,
    byChance,
    error: deviation(points, pooled) * Math.sqrt(perRow),
    spread: deviation(points, before.counts),
  };
}

/**
 * A bound of the probability of such a distance without drift. The difference of two distribution functions tends to a Gaussian process; the
 * area below it exceeds its mean by t with a probability of at most exp(-t² / 2σ²), σ² being the variance of the difference of the means
 * (Borell, and Tsirelson, Ibragimov & Sudakov 1976).
 */
export function movedProbability({ distance, byChance, error }: Earth): number {
  if (distance <= byChance) return 1;
  return Math.exp(-((distance - byChance) ** 2) / (2 * error ** 2));
}

/** How far the values moved. */
export const wasserstein = {
  name: 'wasserstein',
  label: 'Wasserstein',
  summary: 'How far the values moved on average, in standard deviations of the baseline.',
  source: 'Wasserstein distance of order 1 on binned values; bound by Gaussian concentration (Borell 1975)',
  kinds: ['number'],
  threshold: z
    .number()
    .positive()
    .default(0.25)
    .meta({
      description: 'A column of numbers has also drifted when its values moved by more standard deviations than this.',
      examples: [0.5],
    }),
  example: { wasserstein: 0.5 },
  measure(before, now) {
    const moved = before.kind === 'number' && now.kind === 'number' ? earthMoved(before, now) : undefined;
    // a constant column has no spread; the test of the range sees it move
    if (moved === undefined || !(moved.spread > 0) || !Number.isFinite(moved.spread)) return undefined;
    return { statistic: moved.distance / moved.spread, p: movedProbability(moved) };
  },
} as const satisfies DriftTest;
