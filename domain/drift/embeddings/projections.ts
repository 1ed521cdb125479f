import { createRandom } from '#domain/random';
import type { FeatureMatrix } from '../columns.ts';

/** Projections that an embedding is compared by; one of fewer columns has as many as columns. */
export const PROJECTIONS = 32;
/** Standard deviations beyond which a number counts as this far: one that is out of all proportion would outweigh all other rows. */
const FARTHEST = 8;
const SEED = 20_261_201;

/** How the columns of an embedding are read: their places among the model inputs, and the scale of each at training. */
export interface EmbeddingScale {
  readonly at: readonly number[];
  readonly centre: readonly number[];
  readonly scale: readonly number[];
}

/** The number of projections of so many columns. */
export const projectionsOf = (columns: number): number => Math.min(PROJECTIONS, columns);

/**
 * Random directions of signs, which keep distances nearly as they are (Achlioptas 2003, "Database-friendly random projections"). They follow
 * from the number of columns, so a window is projected as the baseline was.
 *
 * @returns columns × projections, 1 or -1 each
 */
function directions(columns: number): Float64Array {
  const random = createRandom(SEED);
  return Float64Array.from({ length: columns * projectionsOf(columns) }, () => (random.float() < 0.5 ? -1 : 1));
}

/** Centre and standard deviation of the columns at some places, without missing values; a column of one value has the scale 1. */
export function scaleOf({ rows, width, values }: FeatureMatrix, at: readonly number[]): EmbeddingScale {
  const centre = new Float64Array(at.length);
  const scale = new Float64Array(at.length);
  for (const [i, place] of at.entries()) {
    let [count, mean, squares] = [0, 0, 0];
    for (let row = 0; row < rows; row++) {
      const value = values[row * width + place] as number;
      if (Number.isNaN(value)) continue;
      count += 1;
      const difference = value - mean;
      mean += difference / count;
      squares += difference * (value - mean);
    }
    centre[i] = mean;
    scale[i] = Math.sqrt(squares / Math.max(count, 1)) || 1;
  }
  return { at, centre: [...centre], scale: [...scale] };
}

/**
 * The projections of an embedding, a row each. One missing number counts as the centre of its column; a row without any number is missing
 * (NaN). Takes time linear in rows, columns and projections.
 *
 * @param matrix all inputs of the model
 */
export function projectRows(
  { rows, width, values }: FeatureMatrix,
  { at, centre, scale }: EmbeddingScale,
): FeatureMatrix {
  const most = projectionsOf(at.length);
  const signs = directions(at.length);
  const projected = new Float64Array(rows * most);
  const norm = Math.sqrt(at.length);
  for (let row = 0; row < rows; row++) {
    const own = projected.subarray(row * most, (row + 1) * most);
    let present = 0;
    for (let i = 0; i < at.length; i++) {
      const value = values[row * width + (at[i] as number)] as number;
      if (Number.isNaN(value)) continue;
      present += 1;
      const distance = (value - (centre[i] as number)) / (scale[i] as number);
      const standard = Math.max(-FARTHEST, Math.min(FARTHEST, distance)) / norm;
      for (let j = 0; j < most; j++) own[j] = (own[j] as number) + standard * (signs[i * most + j] as number);
    }
    if (present === 0) own.fill(Number.NaN);
  }
  return { rows, width: most, values: projected };
}
