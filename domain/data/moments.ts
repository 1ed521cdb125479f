import { asNumber, asNumberOrNull, type SqlRow } from '#domain/data/engine';
import type { Moments } from '#schemas/records/profile';

/** From here on, the sum of the squares of a few values may be more than the largest float64. */
const large = 2 ** 500;
/** More rows than a relation has: a sum of so many values, each divided by this, cannot overflow. */
export const mostRows = 2 ** 60;

/** SQL of the moments of a number. No finite value makes them fail: DuckDB refuses a variance that is not finite. */
export const momentsSql = (value: string, alias: string): string[] => [
  `count(${value}) AS ${alias}_count`,
  `avg(${value} / CAST(${mostRows} AS DOUBLE)) * CAST(${mostRows} AS DOUBLE) AS ${alias}_mean`,
  `var_pop(CASE WHEN abs(${value}) < CAST(${large} AS DOUBLE) THEN ${value} END) * count(${value}) AS ${alias}_m2`,
  `min(${value}) AS ${alias}_min`,
  `max(${value}) AS ${alias}_max`,
];

/** A sum of squares. Where it cannot be known it is the largest number. */
const bounded = (m2: number): number => Math.min(Number.MAX_VALUE, Math.max(0, m2));

/** Reads the answer to `momentsSql`. */
export function readMoments(row: SqlRow, alias: string): Moments {
  const [min, max] = [asNumberOrNull(row[`${alias}_min`]), asNumberOrNull(row[`${alias}_max`])];
  const isLarge = Math.max(Math.abs(min ?? 0), Math.abs(max ?? 0)) >= large;
  return {
    count: asNumber(row[`${alias}_count`]),
    mean: asNumber(row[`${alias}_mean`]),
    m2: isLarge ? Number.MAX_VALUE : bounded(asNumber(row[`${alias}_m2`])),
    min,
    max,
  };
}

/** The moments of no number. */
export const noMoments: Moments = { count: 0, mean: 0, m2: 0, min: null, max: null };

const least = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.min(a, b));
const greatest = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b);

/**
 * Moments of the union of two sets of numbers (Chan, Golub & LeVeque 1979, "Updating Formulae and a Pairwise Algorithm for
 * Computing Sample Variances"): counts and ranges are exact, mean and m2 to rounding.
 */
export function mergeMoments(a: Moments, b: Moments): Moments {
  const count = a.count + b.count;
  if (a.count === 0 || b.count === 0) {
    const { mean, m2 } = a.count === 0 ? b : a;
    return { count, mean, m2, min: least(a.min, b.min), max: greatest(a.max, b.max) };
  }
  const delta = b.mean - a.mean;
  const mean = (a.count / count) * a.mean + (b.count / count) * b.mean;
  const m2 = bounded(a.m2 + b.m2 + delta * delta * ((a.count / count) * b.count));
  return { count, mean, m2, min: least(a.min, b.min), max: greatest(a.max, b.max) };
}
