import { quantile } from '#domain/evaluation/quantile';
import type { FeatureMatrix } from '../columns.ts';

/** What boosted trees learn: a number by squared error, or the probability of 1 by log loss. */
export type Objective = 'squared-error' | 'log-loss';

const ROUNDS = 40;
const DEPTH = 3;
const RATE = 0.15;
const LEAST_ROWS = 20;
const BINS = 32;
/** L2 penalty of a leaf's value, as XGBoost's `lambda`. */
const PENALTY = 1;

/** A tree of a fixed depth: node i has the children 2i + 1 and 2i + 2. A column of -1 sends all rows left. */
interface Tree {
  readonly column: Int32Array;
  readonly bin: Uint8Array;
  readonly leaf: Float64Array;
}

const INNER = 2 ** DEPTH - 1;

/**
 * Gradient-boosted trees over histogram bins (Friedman 2001; second-order leaves as in Chen and Guestrin 2016): 40 trees of depth 3.
 * Small on purpose: they describe where a window differs from a reference and where a model errs, from a few thousand rows. NaN is
 * a bin of its own, below all others.
 *
 * @param targets by row; log loss: 0 or 1
 * @param included the rows to learn from
 * @returns the predictions for a matrix of the same width
 */
export function trainTrees(
  matrix: FeatureMatrix,
  targets: Float64Array,
  objective: Objective,
  included: readonly number[],
): (matrix: FeatureMatrix) => Float64Array {
  const cuts = Array.from({ length: matrix.width }, (_, at) => cutsOf(matrix, at, included));
  const bins = toBins(matrix, cuts);
  const rows = Uint32Array.from(included);
  const mean = rows.reduce((sum, row) => sum + (targets[row] as number), 0) / Math.max(rows.length, 1);
  const start = objective === 'log-loss' ? Math.log((mean + 1e-6) / (1 - mean + 1e-6)) : mean;
  const counted = newSums();
  const sums = new Float64Array(matrix.rows).fill(start);
  const gradients = new Float64Array(matrix.rows);
  const curvatures = new Float64Array(matrix.rows).fill(1);
  const trees: Tree[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const row of rows) {
      const sum = sums[row] as number;
      if (objective === 'log-loss') {
        const p = 1 / (1 + Math.exp(-sum));
        gradients[row] = p - (targets[row] as number);
        curvatures[row] = Math.max(p * (1 - p), 1e-6);
      } else gradients[row] = sum - (targets[row] as number);
    }
    const tree = growTree(bins, matrix.width, rows, gradients, curvatures, counted);
    for (const row of rows) sums[row] = (sums[row] as number) + leafOf(tree, bins, row * matrix.width);
    trees.push(tree);
  }
  return (other) => {
    const binned = toBins(other, cuts);
    return Float64Array.from({ length: other.rows }, (_, row) => {
      let sum = start;
      for (const tree of trees) sum += leafOf(tree, binned, row * other.width);
      return objective === 'log-loss' ? 1 / (1 + Math.exp(-sum)) : sum;
    });
  };
}

/** The cuts between a column's bins: its distinct quantiles. */
function cutsOf({ width, values }: FeatureMatrix, at: number, included: readonly number[]): Float64Array {
  const sorted = Float64Array.from(included, (row) => values[row * width + at] as number)
    .filter((value) => !Number.isNaN(value))
    .sort();
  if (sorted.length === 0) return sorted;
  const found = Array.from({ length: BINS - 1 }, (_, i) => quantile(sorted, (i + 1) / BINS));
  return Float64Array.from(new Set(found.filter((cut) => cut > (sorted[0] as number))));
}

/** The bin of each value: 0 is missing, then 1 plus the number of cuts at or below it. */
function toBins({ rows, width, values }: FeatureMatrix, cuts: readonly Float64Array[]): Uint8Array {
  const bins = new Uint8Array(rows * width);
  for (let i = 0; i < bins.length; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value)) continue;
    const own = cuts[i % width] as Float64Array;
    let [low, high] = [0, own.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((own[middle] as number) <= value) low = middle + 1;
      else high = middle;
    }
    bins[i] = low + 1;
  }
  return bins;
}

function growTree(
  bins: Uint8Array,
  width: number,
  rows: Uint32Array,
  gradients: Float64Array,
  curvatures: Float64Array,
  sums: Sums,
): Tree {
  const tree = {
    column: new Int32Array(INNER).fill(-1),
    bin: new Uint8Array(INNER),
    leaf: new Float64Array(INNER + 1),
  };
  let level: Uint32Array[] = [rows];
  for (let depth = 0; depth < DEPTH; depth++) {
    const next: Uint32Array[] = [];
    for (const [place, members] of level.entries()) {
      const node = 2 ** depth - 1 + place;
      const { column, bin } = bestSplit(bins, width, members, gradients, curvatures, sums);
      tree.column[node] = column;
      tree.bin[node] = bin;
      next.push(...divide(members, (row) => column < 0 || (bins[row * width + column] as number) <= bin));
    }
    level = next;
  }
  for (const [place, members] of level.entries()) {
    let [g, h] = [0, PENALTY];
    for (const row of members) {
      g += gradients[row] as number;
      h += curvatures[row] as number;
    }
    tree.leaf[place] = (-RATE * g) / h;
  }
  return tree;
}

/** The rows that go left, and those that go right, in one pass. */
function divide(members: Uint32Array, goesLeft: (row: number) => boolean): [Uint32Array, Uint32Array] {
  const sides = new Uint32Array(members.length);
  let [left, right] = [0, members.length];
  for (const row of members) {
    if (goesLeft(row)) {
      sides[left] = row;
      left += 1;
    } else {
      right -= 1;
      sides[right] = row;
    }
  }
  return [sides.subarray(0, left), sides.subarray(left)];
}

/** The sums of a column's bins, kept between splits. */
interface Sums {
  readonly g: Float64Array;
  readonly h: Float64Array;
  readonly n: Uint32Array;
}

const newSums = (): Sums => ({
  g: new Float64Array(BINS + 2),
  h: new Float64Array(BINS + 2),
  n: new Uint32Array(BINS + 2),
});

/** The split of the greatest gain that leaves enough rows on both sides; column -1 where there is none. */
function bestSplit(
  bins: Uint8Array,
  width: number,
  members: Uint32Array,
  gradients: Float64Array,
  curvatures: Float64Array,
  { g, h, n }: Sums,
): { column: number; bin: number } {
  const best = { column: -1, bin: 0, gain: 1e-9 };
  if (members.length < 2 * LEAST_ROWS) return best;
  for (let column = 0; column < width; column++) {
    g.fill(0);
    h.fill(0);
    n.fill(0);
    let totalG = 0;
    let totalH = 0;
    for (const row of members) {
      const bin = bins[row * width + column] as number;
      const gradient = gradients[row] as number;
      const curvature = curvatures[row] as number;
      g[bin] = (g[bin] as number) + gradient;
      h[bin] = (h[bin] as number) + curvature;
      n[bin] = (n[bin] as number) + 1;
      totalG += gradient;
      totalH += curvature;
    }
    let leftG = 0;
    let leftH = 0;
    let left = 0;
    for (let bin = 0; bin <= BINS; bin++) {
      leftG += g[bin] as number;
      leftH += h[bin] as number;
      left += n[bin] as number;
      if (left < LEAST_ROWS) continue;
      if (members.length - left < LEAST_ROWS) break;
      const gain =
        leftG ** 2 / (leftH + PENALTY) +
        (totalG - leftG) ** 2 / (totalH - leftH + PENALTY) -
        totalG ** 2 / (totalH + PENALTY);
      if (gain <= best.gain) continue;
      best.column = column;
      best.bin = bin;
      best.gain = gain;
    }
  }
  return best;
}

function leafOf({ column, bin, leaf }: Tree, bins: Uint8Array, offset: number): number {
  let node = 0;
  while (node < INNER) {
    const at = column[node] as number;
    node = 2 * node + (at < 0 || (bins[offset + at] as number) <= (bin[node] as number) ? 1 : 2);
  }
  return leaf[node - INNER] as number;
}
