import { createRandom } from '#domain/random';

/** Rows of a model's inputs, row-major; NaN is missing. */
export interface Inputs {
  readonly rows: number;
  readonly width: number;
  readonly values: Float64Array;
}

/** Rows of a facet at most, and numbers that are compared at most: all pairs of rows over all inputs. */
const MOST_ROWS = 2000;
const MOST_COMPARED = 2e8;
const SEED = 20_261_201;

/** A row was not looked up. */
export const NOT_LOOKED_UP = 2;

/**
 * For each row of the disadvantaged facet: 1 where the model predicts the favourable outcome and most of the nearest rows of the advantaged
 * facet do not get it, -1 the other way round, and 0 where they agree. Neighbours are the 5 nearest by Euclidean distance over the model
 * inputs as they are, or the nearest one where the advantaged facet has fewer than 10 rows, as in smclarify 0.5 (`FT`). A missing input
 * counts as the mean of its column. At most 2,000 rows of each facet are looked at, drawn at random.
 *
 * @param facet 0 advantaged, 1 disadvantaged, -1 neither; by row, perhaps for more rows than have inputs
 * @param favourable 1 where the prediction is favourable
 * @returns {@link NOT_LOOKED_UP} for rows that were not looked up
 */
export function flipsOf(inputs: Inputs, facet: Int8Array, favourable: Uint8Array): Int8Array {
  const flips = new Int8Array(facet.length).fill(NOT_LOOKED_UP);
  const { width, values } = filled(inputs);
  const known = Math.min(inputs.rows, facet.length);
  const most = Math.max(1, Math.min(MOST_ROWS, Math.floor(Math.sqrt(MOST_COMPARED / Math.max(width, 1)))));
  const [own, others] = [1, 0].map((which) => pick(facet, which, known, most)) as [number[], number[]];
  if (others.length === 0) return flips;
  const wanted = others.length > 9 ? 5 : 1;
  const nearest = new Float64Array(wanted);
  const votes = new Uint8Array(wanted);
  for (const row of own) {
    nearest.fill(Number.POSITIVE_INFINITY);
    for (const other of others) {
      const worst = nearest[wanted - 1] as number;
      let distance = 0;
      for (let i = 0; i < width && distance < worst; i++) {
        distance += ((values[row * width + i] as number) - (values[other * width + i] as number)) ** 2;
      }
      if (distance >= worst) continue;
      let at = wanted - 1;
      for (; at > 0 && (nearest[at - 1] as number) > distance; at--) {
        nearest[at] = nearest[at - 1] as number;
        votes[at] = votes[at - 1] as number;
      }
      nearest[at] = distance;
      votes[at] = favourable[other] as number;
    }
    const most = votes.reduce((sum, vote) => sum + vote, 0) * 2 > wanted ? 1 : 0;
    flips[row] = (favourable[row] as number) - most;
  }
  return flips;
}

/** The rows of a facet that have inputs, or as many of them as allowed, drawn at random. */
function pick(facet: Int8Array, which: number, known: number, most: number): number[] {
  const rows: number[] = [];
  for (let row = 0; row < known; row++) if (facet[row] === which) rows.push(row);
  const random = createRandom(SEED);
  for (let i = 0; i < Math.min(most, rows.length - 1); i++) {
    const other = i + random.below(rows.length - i);
    [rows[i], rows[other]] = [rows[other] as number, rows[i] as number];
  }
  return rows.slice(0, most);
}

/** The inputs with the mean of its column for each missing one; 0 in a column without any. */
function filled({ rows, width, values }: Inputs): Inputs {
  const all = Float64Array.from(values);
  for (let i = 0; i < width; i++) {
    let [sum, known] = [0, 0];
    for (let row = 0; row < rows; row++) {
      const value = all[row * width + i] as number;
      if (Number.isNaN(value)) continue;
      sum += value;
      known += 1;
    }
    const mean = known === 0 ? 0 : sum / known;
    for (let row = 0; row < rows; row++) if (Number.isNaN(all[row * width + i])) all[row * width + i] = mean;
  }
  return { rows, width, values: all };
}
