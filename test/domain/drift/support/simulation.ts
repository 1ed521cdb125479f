import { buildCategoryHistogram, buildHistogram, frequentCategories, quantileEdges } from '#domain/drift/histogram';
import type { Random } from '#domain/random';
import type { Baseline, Histogram, Window } from '#schemas/records/baseline';

/**
 * Columns whose distribution is known, so that a window of any size is drawn as counts of its bins: one draw a bin instead of one a row,
 * with the same distribution.
 */
export interface NumberModel {
  readonly kind: 'number';
  /** A value; NaN is missing. */
  draw(random: Random): number;
  /** Probability of a value below x, missing ones not among them. */
  below(x: number): number;
  readonly missing: number;
}
export interface CategoryModel {
  readonly kind: 'category';
  readonly shares: readonly number[];
  readonly missing: number;
}
export type Model = NumberModel | CategoryModel;

/** Standard normal distribution function (West 2005, "Better approximations to cumulative normal functions": 15 digits). */
export function normalBelow(x: number): number {
  const z = Math.abs(x);
  if (z > 37) return x > 0 ? 1 : 0;
  const density = Math.exp((-z * z) / 2);
  let tail: number;
  if (z < 7.07106781186547) {
    const top = [
      3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871, 221.213596169931,
      220.206867912376,
    ].reduce((sum, c) => sum * z + c, 0);
    const bottom = [
      8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
      793.826512519948, 440.413735824752,
    ].reduce((sum, c) => sum * z + c, 0);
    tail = (density * top) / bottom;
  } else {
    tail = density / (z + 1 / (z + 2 / (z + 3 / (z + 4 / (z + 0.65))))) / 2.506628274631;
  }
  return x > 0 ? 1 - tail : tail;
}

const withMissing = (missing: number, draw: (random: Random) => number, below: (x: number) => number): NumberModel => ({
  kind: 'number',
  missing,
  draw: (random) => (random.float() < missing ? Number.NaN : draw(random)),
  below,
});

const poisson = (mean: number): NumberModel => {
  const shares = [Math.exp(-mean)];
  for (let k = 1; k < 40; k++) shares.push(((shares[k - 1] as number) * mean) / k);
  return withMissing(
    0,
    (random) => {
      let left = random.float();
      return shares.findIndex((share) => {
        left -= share;
        return left < 0;
      });
    },
    (x) => shares.slice(0, Math.max(0, Math.ceil(x))).reduce((sum, share) => sum + share, 0),
  );
};

const zipf = (categories: number, power: number): number[] => {
  const weights = Array.from({ length: categories }, (_, i) => 1 / (i + 1) ** power);
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
};

/** A normal column whose mean or spread has moved. */
export const normal = (shift = 0, scale = 1, missing = 0): NumberModel =>
  withMissing(
    missing,
    (random) => shift + scale * random.normal(),
    (x) => normalBelow((x - shift) / scale),
  );

/** Columns as tables have them: symmetric, skewed, heavy-tailed, counts, mostly zero, rare flags, constant, with gaps, few and many categories. */
export const MODELS: readonly Model[] = [
  normal(),
  withMissing(
    0.02,
    (random) => Math.exp(random.normal()),
    (x) => (x <= 0 ? 0 : normalBelow(Math.log(x))),
  ),
  withMissing(
    0,
    (random) => (1 - random.float()) ** -1.25,
    (x) => (x <= 1 ? 0 : 1 - x ** -0.8),
  ),
  poisson(3),
  withMissing(
    0,
    (random) => (random.float() < 0.9 ? 0 : random.float()),
    (x) => (x <= 0 ? 0 : 0.9 + 0.1 * Math.min(x, 1)),
  ),
  withMissing(
    0,
    (random) => (random.float() < 0.02 ? 1 : 0),
    (x) => (x <= 0 ? 0 : x <= 1 ? 0.98 : 1),
  ),
  withMissing(
    0,
    () => 2,
    (x) => (x <= 2 ? 0 : 1),
  ),
  withMissing(
    0.7,
    (random) => random.float(),
    (x) => Math.min(1, Math.max(0, x)),
  ),
  { kind: 'category', shares: [0.5, 0.5], missing: 0 },
  { kind: 'category', shares: zipf(6, 1), missing: 0.1 },
  { kind: 'category', shares: zipf(40, 1.2), missing: 0 },
  { kind: 'category', shares: zipf(2000, 1), missing: 0 },
  { kind: 'category', shares: Array.from({ length: 300 }, () => 1 / 300), missing: 0 },
];

const nameOf = (i: number): string => `c${i}`;

const cumulated = new WeakMap<readonly number[], Float64Array>();

/** The sums of shares up to each, computed once. */
function sumsOf(shares: readonly number[]): Float64Array {
  const known = cumulated.get(shares);
  if (known !== undefined) return known;
  let sum = 0;
  const sums = Float64Array.from(shares, (share) => {
    sum += share;
    return sum;
  });
  cumulated.set(shares, sums);
  return sums;
}

function drawCategory(shares: readonly number[], random: Random): number {
  const sums = sumsOf(shares);
  const u = random.float();
  let [low, high] = [0, shares.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (u < (sums[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Values of a column, row by row; categories by their numbers, NaN where a value is missing. */
export const drawValues = (model: Model, rows: number, random: Random): Float64Array =>
  Float64Array.from({ length: rows }, () => {
    if (model.kind === 'number') return model.draw(random);
    return random.float() < model.missing ? Number.NaN : drawCategory(model.shares, random);
  });

/** Gamma deviates (Marsaglia & Tsang 2000). @param shape at least 1 */
function gamma(shape: number, random: Random): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    if (Math.log(1 - random.float()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** A binomial deviate: large ones are cut at an order statistic (Ahrens & Dieter 1974), so the distribution is exact. */
export function binomial(rows: number, share: number, random: Random): number {
  let [n, p, found] = [rows, share, 0];
  while (n > 20 && p > 0 && p < 1) {
    const a = 1 + Math.floor(n / 2);
    const b = n + 1 - a;
    const [x, y] = [gamma(a, random), gamma(b, random)];
    const cut = x / (x + y);
    if (cut <= p) {
      found += a;
      n = b - 1;
      p = (p - cut) / (1 - cut);
    } else {
      n = a - 1;
      p /= cut;
    }
  }
  if (p >= 1) return found + n;
  for (let i = 0; i < n && p > 0; i++) if (random.float() < p) found += 1;
  return found;
}

/** The probabilities of a histogram's bins, the missing values last. */
function binShares(histogram: Histogram, model: Model): number[] {
  const present = 1 - model.missing;
  if (histogram.kind === 'category' && model.kind === 'category') {
    const listed = histogram.categories.map((name) => (model.shares[Number(name.slice(1))] as number) * present);
    return [...listed, Math.max(0, present - listed.reduce((sum, share) => sum + share, 0)), model.missing];
  }
  if (histogram.kind !== 'number' || model.kind !== 'number') throw new Error('the model is of another kind');
  const { edges } = histogram;
  if (edges.length === 0) return [present, model.missing];
  // a value equal to the largest one is in the last bin
  const atMost = edges.map((edge, i) =>
    model.below(i === edges.length - 1 ? edge + Math.max(Math.abs(edge) * 2e-16, 1e-300) : edge),
  );
  const bounds = [0, ...atMost, 1];
  return [...bounds.slice(1).map((bound, i) => Math.max(0, bound - (bounds[i] as number)) * present), model.missing];
}

/** How many of `rows` rows fall in each bin. */
function multinomial(rows: number, shares: readonly number[], random: Random): number[] {
  let [left, rest] = [rows, 1];
  return shares.map((share, bin) => {
    const count = bin === shares.length - 1 ? left : binomial(left, Math.min(1, share / rest), random);
    left -= count;
    rest = Math.max(rest - share, 1e-300);
    return count;
  });
}

const withCounts = (histogram: Histogram, counts: readonly number[]): Histogram => ({
  ...histogram,
  counts: counts.slice(0, -1),
  missing: counts.at(-1) as number,
});

/**
 * A baseline of `rows` rows. The categories that it counts are those of `others` other rows, as at training, so their counts are drawn as
 * those of a window are.
 */
export function drawBaseline(models: readonly Model[], rows: number, random: Random, others = 2000): Baseline {
  const columns = models.map((model, i): Histogram => {
    const column = `x${i}`;
    if (model.kind === 'number') {
      const values = Float64Array.from({ length: rows }, () => model.draw(random));
      return buildHistogram(column, values, quantileEdges(values));
    }
    const names = Array.from({ length: others }, () => nameOf(drawCategory(model.shares, random)));
    const empty = buildCategoryHistogram(column, [], frequentCategories(names));
    return withCounts(empty, multinomial(rows, binShares(empty, model), random));
  });
  return { version: 1, rows, columns };
}

/** Counts of a window of `rows` rows in the bins of a baseline. */
export const drawWindow = (baseline: Baseline, models: readonly Model[], rows: number, random: Random): Window => ({
  rows,
  columns: baseline.columns.map((histogram, i) =>
    withCounts(histogram, multinomial(rows, binShares(histogram, models[i] as Model), random)),
  ),
});

/** Counts of a window of rows that are drawn from those of the baseline, with replacement. */
export const resample = (baseline: Baseline, rows: number, random: Random): Window => ({
  rows,
  columns: baseline.columns.map((histogram) => {
    const counts = [...histogram.counts, histogram.missing];
    const drawn = multinomial(
      rows,
      counts.map((count) => count / baseline.rows),
      random,
    );
    return withCounts(histogram, drawn);
  }),
});

/** The models of a table of so many columns. */
export const table = (columns: number): Model[] =>
  Array.from({ length: columns }, (_, i) => MODELS[i % MODELS.length] as Model);
