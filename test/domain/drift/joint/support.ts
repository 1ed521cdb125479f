import type { FeatureMatrix } from '#domain/drift/columns';
import type { Random } from '#domain/random';

/** Draws rows. */
export function matrixOf(rows: number, draw: (random: Random) => number[], random: Random): FeatureMatrix {
  const all = Array.from({ length: rows }, () => draw(random));
  return { rows, width: all[0]?.length ?? 0, values: Float64Array.from(all.flat()) };
}

/** Standard normal columns, of which the first two have a correlation. */
export const pairs =
  (columns: number, correlation: number) =>
  (random: Random): number[] => {
    const row = Array.from({ length: columns }, () => random.normal());
    const [x = 0, y = 0] = row;
    return row.map((value, i) => (i === 1 ? correlation * x + Math.sqrt(1 - correlation ** 2) * y : value));
  };
