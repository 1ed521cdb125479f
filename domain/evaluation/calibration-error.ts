import type { Random } from '#domain/random';
import { drawCounts } from './bootstrap.ts';
import { quantile } from './quantile.ts';

const BINS = 10;

/** The bin of each row: ten bins of about equally many rows by the score, as those of the calibration plot. */
export function scoreBins(scores: Float64Array): Uint8Array {
  const sorted = scores.toSorted();
  const inner = Array.from({ length: BINS - 1 }, (_, i) => quantile(sorted, (i + 1) / BINS));
  return Uint8Array.from(scores, (score) => {
    const at = inner.findIndex((edge) => score <= edge);
    return at < 0 ? BINS - 1 : at;
  });
}

/**
 * The expected calibration error: the gap between mean score and share of hits in each bin, weighed by its rows (Naeini et al. 2015,
 * "Obtaining Well Calibrated Probabilities Using Bayesian Binning"; Guo et al. 2017). Bins of equally many rows.
 *
 * @param counts how often each row counts; without them once
 */
export function calibrationError(
  bins: Uint8Array,
  scores: Float64Array,
  hits: ArrayLike<number>,
  counts?: ArrayLike<number>,
): number {
  const gaps = new Float64Array(BINS);
  let total = 0;
  for (const [row, bin] of bins.entries()) {
    const weight = counts?.[row] ?? 1;
    gaps[bin] = (gaps[bin] as number) + weight * ((scores[row] as number) - (hits[row] as number));
    total += weight;
  }
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / total;
}

export interface ErrorResamples {
  readonly resamples: number;
  readonly random: Random;
}

/** The standard deviation of the error over resamples of the rows. */
export function errorDeviation(
  bins: Uint8Array,
  scores: Float64Array,
  hits: ArrayLike<number>,
  { resamples, random }: ErrorResamples,
): number {
  const counts = new Uint16Array(bins.length);
  const draws = Array.from({ length: resamples }, () => {
    drawCounts(random, counts);
    return calibrationError(bins, scores, hits, counts);
  });
  const mean = draws.reduce((sum, own) => sum + own) / draws.length;
  return Math.sqrt(draws.reduce((sum, own) => sum + (own - mean) ** 2, 0) / (draws.length - 1));
}

/**
 * The mean error of as many rows whose hits are drawn by their chances (after Bröcker & Smith 2007, "Increasing the Reliability of Reliability
 * Diagrams"): chance only raises the error, so it is read beside this.
 */
export function errorByChance(
  bins: Uint8Array,
  scores: Float64Array,
  chances: Float64Array,
  { resamples, random }: ErrorResamples,
): number {
  const hits = new Uint8Array(scores.length);
  let sum = 0;
  for (let draw = 0; draw < resamples; draw++) {
    for (const [row, chance] of chances.entries()) hits[row] = random.float() < chance ? 1 : 0;
    sum += calibrationError(bins, scores, hits);
  }
  return sum / resamples;
}

/**
 * Spiegelhalter's z: standard normal for a calibrated model (Spiegelhalter 1986, "Probabilistic prediction in patient management and
 * clinical trials", Statistics in Medicine 5).
 */
export function spiegelhalter(scores: Float64Array, hits: ArrayLike<number>): number {
  let [sum, variance] = [0, 0];
  for (const [row, p] of scores.entries()) {
    sum += ((hits[row] as number) - p) * (1 - 2 * p);
    variance += (1 - 2 * p) ** 2 * p * (1 - p);
  }
  return variance === 0 ? 0 : sum / Math.sqrt(variance);
}
