import type { MeasuredColumn } from '#domain/leakage/leakage-check';
import type { SampledColumn } from '#domain/leakage/skill';
import { formatNumber } from '#domain/text/format-number';
import { unreachable } from '#domain/unreachable';
import { type ColumnShare, type Histogram, intervalShares, intervals, leastShown, mostShown } from './distribution.ts';

/** How the values of a column are distributed among sampled rows, without a text of a row. */
export interface SampledDistribution {
  /** Rows with a value. */
  readonly known: number;
  /** Different values among them. */
  readonly distinct: number;
  /** Parts of the rows; none where too few have a value to be shown. */
  readonly shares: readonly ColumnShare[];
}

/** The share of the values at each end that is counted in the outer intervals, whose ends are not told. */
const tail = 0.02;

/** The value at a share of ascending values, between its neighbours (type 7 of Hyndman & Fan 1996, "Sample Quantiles"). */
function quantileOf(ascending: Float64Array, share: number): number {
  const at = share * (ascending.length - 1);
  const [below, above] = [ascending[Math.floor(at)], ascending[Math.ceil(at)]] as [number, number];
  return below + (above - below) * (at - Math.floor(at));
}

/** Intervals of equal width between the 2nd and the 98th percentile; undefined where these are the same. */
function histogramOf(ascending: Float64Array): Histogram | undefined {
  const [low, high] = [quantileOf(ascending, tail), quantileOf(ascending, 1 - tail)];
  const width = (high - low) / intervals;
  if (!(width > 0) || !Number.isFinite(width)) return undefined;
  const counts = Array.from({ length: intervals }, () => 0);
  for (const value of ascending) {
    const i = Math.min(intervals - 1, Math.max(0, Math.floor((value - low) / width)));
    counts[i] = (counts[i] as number) + 1;
  }
  return { low, high, counts };
}

/** The values of enough rows, the most frequent first. */
const frequentOf = (counts: ReadonlyMap<unknown, number>): (readonly [unknown, number])[] =>
  [...counts]
    .filter(([, n]) => n >= leastShown)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, mostShown);

/** Values one by one, and all others together. @param known rows with a value */
function oneByOne(
  named: readonly { readonly label: string; readonly n: number }[],
  known: number,
  rows: number,
): ColumnShare[] {
  const others = known - named.reduce((sum, { n }) => sum + n, 0);
  return [
    ...named.map(({ label, n }) => ({ label, share: n / rows })),
    ...(others > 0 ? [{ label: 'others', share: others / rows, special: true }] : []),
  ];
}

/** @param known at least one value */
function sharesOf(
  { kind, values }: Pick<MeasuredColumn, 'kind'> & SampledColumn,
  known: readonly unknown[],
  counts: ReadonlyMap<unknown, number>,
): ColumnShare[] {
  const rows = values.length;
  const frequent = frequentOf(counts);
  switch (kind) {
    case 'number':
    case 'datetime': {
      const isTime = kind === 'datetime';
      const histogram =
        isTime || counts.size > mostShown ? histogramOf(Float64Array.from(known, Number).sort()) : undefined;
      if (histogram) return intervalShares(histogram, rows, isTime);
      if (isTime) return [];
      const ordered = frequent.map(([value, n]) => ({ value: Number(value), n })).toSorted((a, b) => a.value - b.value);
      return oneByOne(
        ordered.map(({ value, n }) => ({ label: formatNumber(value), n })),
        known.length,
        rows,
      );
    }
    case 'boolean':
      return oneByOne(
        [true, false].flatMap((value) => {
          const n = counts.get(value) ?? 0;
          return n >= leastShown ? [{ label: String(value), n }] : [];
        }),
        known.length,
        rows,
      );
    case 'category':
      // a category is a text of a file: its place says how the rows are spread, and not what it is
      return oneByOne(
        frequent.map(([, n], i) => ({ label: `no. ${i + 1}`, n })),
        known.length,
        rows,
      );
    default:
      return unreachable(kind, 'kind of column');
  }
}

/**
 * How the sampled values of a column are distributed: intervals of numbers and times, numbers one by one where there are few, categories
 * by their rank. No text of a row is in it, no least or greatest number, and no value that fewer than five rows have.
 *
 * @param column times in milliseconds
 */
export function sampledDistribution(column: Pick<MeasuredColumn, 'kind'> & SampledColumn): SampledDistribution {
  const known = column.values.filter((value) => value !== null);
  const counts = new Map<unknown, number>();
  for (const value of known) counts.set(value, (counts.get(value) ?? 0) + 1);
  const shares = known.length < leastShown ? [] : sharesOf(column, known, counts);
  const missing = column.values.length - known.length;
  const absent = { label: 'missing', share: missing / Math.max(1, column.values.length), special: true };
  return {
    known: known.length,
    distinct: counts.size,
    shares: shares.length > 0 && missing > 0 ? [...shares, absent] : shares,
  };
}
