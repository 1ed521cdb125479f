import { quantile } from '#domain/evaluation/quantile';
import type { FeatureMatrix } from '../columns.ts';

/** Neighbours that a row's distance is the mean of. */
const NEIGHBOURS = 5;
/** Share of the reference's own rows that count as outside: the cut of the distances. */
const NOMINAL = 0.01;
/** How far a value may lie beyond the least and greatest known value, in the scale of the column. */
const MARGIN = 0.25;

/** Which rows of a window are unlike every row of the reference. */
export interface Novelty {
  /** 1 where a row is outside. */
  readonly outside: Uint8Array;
  /** Share of the rows that are outside. */
  readonly share: number;
  /** Share of the reference's own rows that would be outside of the others. */
  readonly nominal: number;
  /** By column: the share of the rows that are outside because of it, most first. A column without such rows is left out. */
  readonly causes: readonly { readonly at: number; readonly share: number }[];
}

/**
 * Finds the rows outside of what is known: their mean distance to the five nearest reference rows is above the 99 % quantile of the
 * reference's own (a k-nearest-neighbour novelty score: Ramaswamy, Rastogi and Shim 2000), or a value is far beyond the range of its
 * column, which many steady columns would hide from a distance.
 *
 * A column is centred at its median and scaled by its spread from the 10 % to the 90 % quantile; logarithms shorten its tails. A
 * missing value is one unit from any other.
 */
export function findNovelty(reference: FeatureMatrix): (window: FeatureMatrix) => Novelty {
  const { rows, width } = reference;
  const scales = Array.from({ length: width }, (_, at) => scaleOf(reference, at));
  const known = rescale(reference, scales);
  const ranges = Array.from({ length: width }, (_, at) => rangesOf(known, rows, width, at));
  const own = Float64Array.from({ length: rows }, (_, row) => nearest(known, width, known, row, row).distance);
  const cut = quantile(own.toSorted(), 1 - NOMINAL);
  let alone = 0;
  for (let row = 0; row < rows; row++) {
    if ((own[row] as number) > cut || ranges.some((range, at) => standsOut(known[row * width + at] as number, range))) {
      alone += 1;
    }
  }

  return (window) => {
    const values = rescale(window, scales);
    const outside = new Uint8Array(window.rows);
    const counts = new Uint32Array(width);
    for (let row = 0; row < window.rows; row++) {
      let far = ranges.findIndex(({ low, high }, at) => isBeyond(values[row * width + at] as number, low, high));
      if (far < 0) {
        const { distance, farthest } = nearest(known, width, values, row);
        if (distance > cut) far = farthest;
      }
      if (far < 0) continue;
      outside[row] = 1;
      counts[far] = (counts[far] as number) + 1;
    }
    const total = outside.reduce((sum, one) => sum + one, 0);
    return {
      outside,
      share: window.rows === 0 ? 0 : total / window.rows,
      nominal: alone / rows,
      causes: Array.from(counts, (count, at) => ({ at, share: count / window.rows }))
        .filter(({ share }) => share > 0)
        .sort((a, b) => b.share - a.share),
    };
  };
}

interface Scale {
  readonly centre: number;
  readonly spread: number;
}

function scaleOf({ rows, width, values }: FeatureMatrix, at: number): Scale {
  const sorted = Float64Array.from({ length: rows }, (_, row) => values[row * width + at] as number)
    .filter((value) => !Number.isNaN(value))
    .sort();
  if (sorted.length === 0) return { centre: 0, spread: 1 };
  const spread = (quantile(sorted, 0.9) - quantile(sorted, 0.1)) / 2;
  const whole = (sorted.at(-1) as number) - (sorted[0] as number);
  return { centre: quantile(sorted, 0.5), spread: spread || whole || 1 };
}

/** The values in their scales; tails beyond the spread grow as logarithms do. */
function rescale({ rows, width, values }: FeatureMatrix, scales: readonly Scale[]): Float64Array {
  const scaled = new Float64Array(rows * width);
  for (let i = 0; i < scaled.length; i++) {
    const { centre, spread } = scales[i % width] as Scale;
    const t = ((values[i] as number) - centre) / spread;
    scaled[i] = Math.abs(t) <= 1 ? t : Math.sign(t) * (1 + Math.log(Math.abs(t)));
  }
  return scaled;
}

/** The least and greatest value of a column, and the next ones: without a row that holds the extreme, these are the range. */
interface Range {
  readonly low: number;
  readonly high: number;
  readonly nextLow: number;
  readonly nextHigh: number;
}

function rangesOf(known: Float64Array, rows: number, width: number, at: number): Range {
  const sorted = Float64Array.from({ length: rows }, (_, row) => known[row * width + at] as number)
    .filter((value) => !Number.isNaN(value))
    .sort();
  const [low = Number.POSITIVE_INFINITY, nextLow = low] = sorted;
  const high = sorted.at(-1) ?? Number.NEGATIVE_INFINITY;
  return { low, high, nextLow, nextHigh: sorted.at(-2) ?? high };
}

const isBeyond = (value: number, low: number, high: number): boolean => value < low - MARGIN || value > high + MARGIN;

/** Whether a value of the reference is far beyond all others of its column. */
const standsOut = (value: number, { nextLow, nextHigh }: Range): boolean => isBeyond(value, nextLow, nextHigh);

/** The mean distance to the nearest known rows, and the column with most of the distance to the very nearest. */
function nearest(
  known: Float64Array,
  width: number,
  values: Float64Array,
  row: number,
  except = -1,
): { distance: number; farthest: number } {
  const best = new Float64Array(NEIGHBOURS).fill(Number.POSITIVE_INFINITY);
  let first = 0;
  const rows = known.length / width;
  const offset = row * width;
  for (let other = 0; other < rows; other++) {
    if (other === except) continue;
    const limit = best[NEIGHBOURS - 1] as number;
    let sum = 0;
    for (let at = 0; at < width && sum < limit; at++) {
      sum += squaredGap(values[offset + at] as number, known[other * width + at] as number);
    }
    if (sum >= limit) continue;
    let place = NEIGHBOURS - 1;
    while (place > 0 && (best[place - 1] as number) > sum) {
      best[place] = best[place - 1] as number;
      place -= 1;
    }
    best[place] = sum;
    if (place === 0) first = other;
  }
  const found = best.filter((squared) => Number.isFinite(squared));
  const distance = found.reduce((sum, squared) => sum + Math.sqrt(squared), 0) / Math.max(found.length, 1);
  let farthest = 0;
  let most = -1;
  for (let at = 0; at < width; at++) {
    const gap = squaredGap(values[offset + at] as number, known[first * width + at] as number);
    if (gap > most) [farthest, most] = [at, gap];
  }
  return { distance, farthest };
}

function squaredGap(a: number, b: number): number {
  const gap = a - b;
  if (!Number.isNaN(gap)) return gap * gap;
  return Number.isNaN(a) && Number.isNaN(b) ? 0 : 1;
}
