import { EvaluationError } from '#domain/errors';
import type { CategoryHistogram, Histogram, NumberHistogram } from '#schemas/records/baseline';

/** Categories that are counted one by one. */
export const MAXIMUM_CATEGORIES = 50;
/** Bins between training minimum and maximum. */
export const MAXIMUM_BINS = 10;
/** A bin's smallest share of the training rows, unless a single value gets its own bin. */
const MINIMUM_SHARE = 0.05;

/**
 * Edges of at most ten bins with about equally many of `values`: minimum, cuts half-way between neighbouring values, maximum.
 * A value that fills a whole bin gets its own bin, so zero-inflated columns, indicators and small whole numbers are not
 * blurred. A constant column yields [c, c]: any other value is below or above.
 *
 * @param values training values in any order; NaN is missing and left out
 * @returns ascending edges; empty when every value is missing
 */
export function quantileEdges(values: Float64Array): number[] {
  const sorted = values.filter(Number.isFinite).sort();
  const n = sorted.length;
  if (n === 0) return [];
  const cuts: number[] = [];
  let inBin = 0;
  let remaining = n;
  const target = (): number => Math.max(remaining / (MAXIMUM_BINS - cuts.length), n * MINIMUM_SHARE);
  const cutBefore = (start: number): void => {
    cuts.push(between(sorted[start - 1] as number, sorted[start] as number));
    remaining -= inBin;
    inBin = 0;
  };
  for (let start = 0; start < n; ) {
    let end = start + 1;
    while (end < n && sorted[end] === sorted[start]) end += 1;
    const count = end - start;
    const full = inBin >= target() || (inBin > 0 && count >= target());
    if (full && cuts.length < MAXIMUM_BINS - 1) cutBefore(start);
    inBin += count;
    start = end;
  }
  return [sorted[0] as number, ...cuts, sorted[n - 1] as number];
}

/** A number in (low, high]; the middle, unless the two are neighbouring floats. */
function between(low: number, high: number): number {
  const middle = low + (high - low) / 2;
  return middle > low && middle <= high ? middle : high;
}

/** Counts `values` (NaN is missing) into the bins that `edges` span; see `quantileEdges`. */
export function buildHistogram(column: string, values: Float64Array, edges: readonly number[]): NumberHistogram {
  const counts = new Array<number>(edges.length + 1).fill(0);
  let missing = 0;
  for (const value of values) {
    if (Number.isNaN(value)) missing += 1;
    else {
      const bin = binOf(edges, value);
      counts[bin] = (counts[bin] as number) + 1;
    }
  }
  return { kind: 'number', column, edges: [...edges], counts, missing };
}

function binOf(edges: readonly number[], value: number): number {
  const last = edges.length - 1;
  if (last < 0) return 0;
  if (value > (edges[last] as number)) return last + 1;
  if (value < (edges[0] as number)) return 0;
  let bin = 1;
  while (bin < last && value >= (edges[bin] as number)) bin += 1;
  return bin;
}

/** The most frequent categories, ties by name; at most `limit`. */
export function frequentCategories(values: readonly (string | null)[], limit = MAXIMUM_CATEGORIES): string[] {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, limit)
    .map(([name]) => name);
}

/** Counts `values` (null is missing) by category. Values outside `categories` count as other. */
export function buildCategoryHistogram(
  column: string,
  values: readonly (string | null)[],
  categories: readonly string[],
): CategoryHistogram {
  const at = new Map(categories.map((name, index) => [name, index]));
  const counts = new Array<number>(categories.length + 1).fill(0);
  let missing = 0;
  for (const value of values) {
    if (value === null) missing += 1;
    else {
      const bin = at.get(value) ?? categories.length;
      counts[bin] = (counts[bin] as number) + 1;
    }
  }
  return { kind: 'category', column, categories: [...categories], counts, missing };
}

/** Rows in a histogram, including missing values. */
export const histogramRows = ({ counts, missing }: Histogram): number =>
  counts.reduce((sum, value) => sum + value, missing);

/** Whether two histograms count the same column in the same bins. */
export function sameBins(a: Histogram, b: Histogram): boolean {
  const bins = (h: Histogram): readonly (number | string)[] => (h.kind === 'number' ? h.edges : h.categories);
  return (
    a.kind === b.kind &&
    a.column === b.column &&
    bins(a).length === bins(b).length &&
    bins(a).every((bin, i) => bin === bins(b)[i])
  );
}

/** Adds two histograms with the same bins. @throws EvaluationError when their bins differ */
export function mergeHistograms<H extends Histogram>(a: H, b: H): H {
  if (!sameBins(a, b)) {
    throw new EvaluationError(
      `histograms of ${a.column} and ${b.column} differ in their bins: count both against one baseline`,
    );
  }
  return {
    ...a,
    counts: a.counts.map((value, i) => value + (b.counts[i] as number)),
    missing: a.missing + b.missing,
  };
}
