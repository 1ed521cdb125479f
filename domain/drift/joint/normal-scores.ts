import type { FeatureMatrix } from '../columns.ts';

/** Columns of two samples on one scale. */
export interface NormalScores {
  /** Row-major, rows × width; mean 0 and variance 1 over both samples. */
  readonly values: Float64Array;
  readonly width: number;
  /** By column of the scores: the column of the rows that it is made of. */
  readonly at: readonly number[];
  /** By column of the scores: whether it has more than two values, so that its square says something of its own. */
  readonly graded: readonly boolean[];
}

/** A column whose missing values are a column of their own: neither hardly any nor nearly all of its values. */
const LEAST_MISSING = 0.01;

/**
 * Quantile of the standard normal (Acklam's rational approximation: relative error below 1.2e-9).
 *
 * @param p in (0, 1)
 */
export function normalQuantile(p: number): number {
  const ratio = (x: number, top: readonly number[], bottom: readonly number[]): number => {
    const of = (terms: readonly number[]): number => terms.reduce((sum, term) => sum * x + term, 0);
    return of(top) / (of(bottom) * x + 1);
  };
  const low = 0.02425;
  if (p > 1 - low) return -normalQuantile(1 - p);
  if (p < low) {
    return ratio(
      Math.sqrt(-2 * Math.log(p)),
      [
        -7.784894002430293e-3, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
        2.938163982698783,
      ],
      [7.784695709041462e-3, 0.3224671290700398, 2.445134137142996, 3.754408661907416],
    );
  }
  const q = p - 0.5;
  return (
    q *
    ratio(
      q * q,
      [
        -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
        2.506628277459239,
      ],
      [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572],
    )
  );
}

/** Mean 0 and variance 1; undefined for a column of one value. */
function standardise(values: Float64Array): Float64Array | undefined {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return variance < 1e-12 ? undefined : values.map((value) => (value - mean) / Math.sqrt(variance));
}

/** The normal quantile of each value's place among all, ties at their middle (van der Waerden); missing values in the middle of all. */
function scoresOf(values: Float64Array): { readonly scores: Float64Array; readonly distinct: number } {
  const present = Array.from(values.keys()).filter((row) => !Number.isNaN(values[row]));
  present.sort((a, b) => (values[a] as number) - (values[b] as number));
  const scores = new Float64Array(values.length);
  let distinct = 0;
  for (let i = 0; i < present.length; ) {
    let end = i + 1;
    while (end < present.length && values[present[end] as number] === values[present[i] as number]) end += 1;
    const score = normalQuantile((i + end) / 2 / present.length);
    for (let j = i; j < end; j++) scores[present[j] as number] = score;
    distinct += 1;
    i = end;
  }
  return { scores, distinct };
}

/**
 * The columns of two samples as normal scores of their places in both together. So no value, however far away, outweighs the others, and a
 * scale does not matter. A column of one value is left out; missing values are a column of their own where there are enough of them.
 *
 * Both samples together, because then neither is nearer to the scale than the other.
 */
export function normalScores(before: FeatureMatrix, now: FeatureMatrix): NormalScores {
  const rows = before.rows + now.rows;
  const columns: { readonly at: number; readonly values: Float64Array; readonly graded: boolean }[] = [];
  for (let at = 0; at < before.width; at++) {
    const own = Float64Array.from({ length: rows }, (_, row) =>
      row < before.rows
        ? (before.values[row * before.width + at] as number)
        : (now.values[(row - before.rows) * now.width + at] as number),
    );
    const { scores, distinct } = scoresOf(own);
    const values = standardise(scores);
    if (values) columns.push({ at, values, graded: distinct > 2 });
    const missing = own.map((value) => Number(Number.isNaN(value)));
    const share = missing.reduce((sum, one) => sum + one, 0) / rows;
    const marks = share < LEAST_MISSING || share > 1 - LEAST_MISSING ? undefined : standardise(missing);
    if (marks) columns.push({ at, values: marks, graded: false });
  }
  const width = columns.length;
  const values = new Float64Array(rows * width);
  for (const [i, column] of columns.entries()) {
    for (let row = 0; row < rows; row++) values[row * width + i] = column.values[row] as number;
  }
  return { values, width, at: columns.map(({ at }) => at), graded: columns.map(({ graded }) => graded) };
}
