import type { MetricKernel } from '#domain/metrics/kernel';
import { createRandom, type Random } from '#domain/random';
import { scaleOf } from '#domain/statistics/scale';
import type { Difference, Estimate } from '#schemas/records/evaluation';
import { type Interval, maximumInterval, scaledInterval } from './intervals.ts';
import { quantile } from './quantile.ts';
import { wilsonInterval } from './wilson.ts';

/** Limit on rows × resamples × models of a bootstrap. Above it, fewer resamples are drawn. */
export const VISIT_BUDGET = 2e8;
/** Resamples are never reduced below this. */
export const MINIMUM_RESAMPLES = 100;
/** Level of the two-sided intervals. */
export const INTERVAL_CONFIDENCE = 0.95;

export interface BootstrapOptions {
  readonly resamples: number;
  readonly seed: number;
}

/** One metric of one model: with the given weights, and in every resample. */
export interface MetricDraws {
  readonly value: number;
  /** By resample; NaN where the metric is undefined. */
  readonly draws: Float64Array;
  /** For a share of rows: the number of rows it is a share of. */
  readonly trials?: number | undefined;
  /** The number of rows that were drawn from. */
  readonly rows?: number | undefined;
  /** How its interval is found, where not by percentiles. */
  readonly by?:
    | { readonly range: readonly [low: number, high: number]; readonly interval?: 'scale' | 'maximum' }
    | undefined;
}
/** The metrics of one model, by name. */
export type BootstrapDraws = ReadonlyMap<string, MetricDraws>;

/**
 * The number of resamples for `n` rows: `requested`, or as many as keep rows × resamples × models within {@link VISIT_BUDGET},
 * but at least {@link MINIMUM_RESAMPLES} (and at most `requested`).
 */
export function affordableResamples(requested: number, rows: number, models: number): number {
  const affordable = Math.floor(VISIT_BUDGET / (rows * models));
  return Math.min(requested, Math.max(affordable, MINIMUM_RESAMPLES));
}

/**
 * Plain row bootstrap (Efron 1979): each resample draws n rows with replacement, not stratified, so the class balance
 * varies as it would in a new holdout. A resample is a count for each row. Every kernel uses the *same* counts, so
 * differences between kernels are paired. Deterministic by seed.
 *
 * @param kernels models prepared on the same n rows
 * @param weights sample weights by row; resampled with their rows
 */
export function bootstrap(
  kernels: readonly MetricKernel[],
  rows: number,
  { resamples, seed }: BootstrapOptions,
  weights?: Float64Array,
): BootstrapDraws[] {
  const random = createRandom(seed);
  const rowWeights = weights ? Float64Array.from(weights) : new Float64Array(rows).fill(1);
  const results = kernels.map(({ names, measure, trials, intervals }) => {
    const values = measure(rowWeights);
    const of = trials?.(rowWeights) ?? {};
    return new Map(
      names.map((name) => [
        name,
        {
          value: values[name] as number,
          draws: new Float64Array(resamples),
          trials: of[name],
          rows,
          by: intervals?.get(name),
        },
      ]),
    );
  });
  const counts = new Uint16Array(rows);
  for (let b = 0; b < resamples; b++) {
    drawCounts(random, counts);
    for (let row = 0; row < rows; row++) {
      rowWeights[row] = weights ? (counts[row] as number) * (weights[row] as number) : (counts[row] as number);
    }
    kernels.forEach((kernel, k) => {
      const values = kernel.measure(rowWeights);
      results[k]?.forEach(({ draws }, name) => {
        draws[b] = values[name] as number;
      });
    });
  }
  return results;
}

/** Draws counts.length rows with replacement and stores in `counts` how often each was drawn. */
export function drawCounts(random: Random, counts: Uint16Array): void {
  const n = counts.length;
  counts.fill(0);
  for (let draw = 0; draw < n; draw++) {
    const row = random.below(n);
    counts[row] = (counts[row] as number) + 1;
  }
}

/** Ascending, without the resamples in which the metric is undefined (for example, all rows of one class). */
const defined = (draws: Float64Array): Float64Array => draws.filter((value) => Number.isFinite(value)).sort();

/** The percentile interval at {@link INTERVAL_CONFIDENCE}; undefined resamples are left out. */
function percentiles(draws: Float64Array): Interval {
  const sorted = defined(draws);
  const tail = (1 - INTERVAL_CONFIDENCE) / 2;
  return { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) };
}

/** The interval of a metric whose resamples differ. */
function intervalOf({ value, draws, rows, by }: MetricDraws): Interval {
  if (by?.interval === undefined || rows === undefined) return percentiles(draws);
  const known = defined(draws);
  const scale = scaleOf(by.range, rows);
  return by.interval === 'scale'
    ? scaledInterval({ value, draws: known, rows, scale })
    : maximumInterval({ value, draws: known, rows, scale });
}

/**
 * Point estimate with its interval: percentiles, or what the metric says. Where all resamples agree, as for 52 right rows of 52, the bootstrap knows nothing
 * of what it has not seen: a share of rows then gets Wilson's interval at the same level, and any other metric has none (its
 * interval is the point, and says so).
 */
export function toEstimate(measured: MetricDraws): Estimate {
  const { value, draws, trials } = measured;
  const interval = percentiles(draws);
  if (interval.low < interval.high) return { value, ...intervalOf(measured) };
  // rounding may leave a share a hair outside of what its interval allows
  const wilson = trials === undefined || trials === 0 ? undefined : wilsonInterval(value * trials, trials);
  if (wilson === undefined) return { value, ...interval, interval: 'none' };
  return { value, low: Math.min(wilson.low, value), high: Math.max(wilson.high, value), interval: 'wilson' };
}

/** The paired difference `candidate - champion` of one metric with its interval and one-sided bounds. */
export function toDifference(
  candidate: MetricDraws,
  champion: MetricDraws,
  confidences: readonly number[],
): Difference {
  const draws = candidate.draws.map((value, b) => value - (champion.draws[b] as number));
  const difference = candidate.value - champion.value;
  const { low, high } = percentiles(draws);
  const sorted = defined(draws);
  const bounds = confidences.map((confidence) => ({
    confidence,
    lower: quantile(sorted, 1 - confidence),
    upper: quantile(sorted, confidence),
  }));
  return { difference, low, high, bounds };
}
