import type { LabelCells, LabelCounts } from '#schemas/records/profile';

/** The labels of the training rows by category and fold: what target encodings are fitted on. */

/** Numbers that the counts of a column have at most, so that a profile and a fitted transform stay documents of some megabytes. */
const mostCells = 200_000;
/** The most categories that can count one by one. */
export const mostCategories = 10_000;

/** Model inputs of a target-encoded column: one for the mean of a number or of two classes, else one for each class but the last. */
export const targetOutputs = (classes: number): number => Math.max(1, classes - 1);

/** How many categories of a shard are counted one by one, the most frequent ones. */
export const countedLabels = (folds: number, outputs: number): number =>
  Math.max(1, Math.min(mostCategories, Math.floor(mostCells / (folds * outputs))));

/** SQL of the fold of a row, from its bucket: all rows of a group are in one fold, whatever the shard. */
export const foldSql = (bucket: string, folds: number): string => `(${bucket} % ${folds})`;

/** Sums of float64 differ in their last bits from run to run: so many digits do not. */
export const digits = (value: number, count: number): number => Number(value.toPrecision(count));

export const byCategory = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : 1;

/** The mean of two sets of rows; of none, 0. */
const meanOf = (n: number, a: number, m: number, b: number): number =>
  n + m === 0 ? 0 : a * (n / (n + m)) + b * (m / (n + m));

function mergeCells(a: LabelCells, b: LabelCells): LabelCells {
  const at = (values: readonly number[] | undefined, f: number): number => values?.[f] as number;
  return {
    rows: a.rows.map((n, f) => n + at(b.rows, f)),
    means: a.means.map((means, o) =>
      means.map((mean, f) => digits(meanOf(at(a.rows, f), mean, at(b.rows, f), at(b.means[o], f)), 12)),
    ),
  };
}

/**
 * The labels of two sets of rows. Exact to rounding, as long as no shard has more categories than are counted one by one.
 *
 * @throws TypeError when they are of different pipelines
 */
export function mergeLabelCounts(a: LabelCounts, b: LabelCounts): LabelCounts {
  if (a.folds !== b.folds || a.all.means.length !== b.all.means.length)
    throw new TypeError('profiles of different pipelines: the folds or classes of a target encoding differ');
  const merged = new Map(a.categories);
  for (const [value, cells] of b.categories) {
    const own = merged.get(value);
    merged.set(value, own === undefined ? cells : mergeCells(own, cells));
  }
  return {
    folds: a.folds,
    all: mergeCells(a.all, b.all),
    missing: mergeCells(a.missing, b.missing),
    categories: [...merged].toSorted(byCategory),
  };
}

/** Rows and the sum of their labels without those of one fold. */
function without({ rows, means }: LabelCells, output: number, fold: number): readonly [n: number, mean: number] {
  return rows.reduce<readonly [number, number]>(
    ([n, mean], more, f) => (f === fold ? [n, mean] : [n + more, meanOf(n, mean, more, means[output]?.[f] as number)]),
    [0, 0],
  );
}

/**
 * The mean labels of some rows, shrunk towards the mean of all (the m-estimate of Micci-Barreca 2001, "A preprocessing scheme for
 * high-cardinality categorical attributes in classification and prediction problems", equation 3 with n / (n + m) as its weight): first of
 * all training rows, then without the rows of each fold, for the rows of that fold. Means of all and of some leave the same rows out, so no
 * value depends on the label of a row that gets it.
 *
 * @param smoothing m: how many rows the mean of all weighs
 */
export function shrunkMeans(all: LabelCells, own: LabelCells | undefined, output: number, smoothing: number): number[] {
  return Array.from({ length: all.rows.length + 1 }, (_, i) => {
    const [, prior] = without(all, output, i - 1);
    const [n, mean] = own === undefined ? [0, 0] : without(own, output, i - 1);
    // float32, which models read, has no more digits
    return digits(meanOf(n, mean, n === 0 ? 1 : smoothing, prior), 7);
  });
}
