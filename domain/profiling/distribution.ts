import { formatNumber, formatPercent } from '#domain/text/format-number';
import type { ReadColumn } from './label.ts';

/** Numbers of a column, or times in milliseconds, counted in intervals of equal width. */
export interface Histogram {
  readonly low: number;
  readonly high: number;
  /** The first also has what is below `low`, the last what is above `high`. */
  readonly counts: readonly number[];
}

/** A part of a column's rows. */
export interface ColumnShare {
  readonly label: string;
  readonly share: number;
  readonly special?: boolean;
}

/** Intervals of a histogram. */
export const intervals = 12;
/** A value of fewer rows than this is not shown: it may belong to one person. */
export const leastShown = 5;
/** Values that are shown one by one, and the most different numbers that are. */
export const mostShown = 12;

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The rows with no value: blank ones, and words for "missing". */
export function missingRows({ facts, kind }: ReadColumn): number {
  const words = facts.words.filter(({ value }) => kind.nullWords.includes(value));
  return facts.rows - facts.present + words.reduce((sum, { count }) => sum + count, 0);
}

/** The intervals of a histogram as shares of the rows, named by where they begin: the least and the greatest value are not told. */
export function intervalShares({ low, high, counts }: Histogram, rows: number, isTime: boolean): ColumnShare[] {
  const shown = isTime ? day : formatNumber;
  const step = (high - low) / counts.length;
  return counts.map((count, i) => {
    const from = shown(low + i * step);
    const label = i === 0 ? `< ${shown(low + step)}` : i === counts.length - 1 ? `≥ ${from}` : `${from}`;
    return { label, share: count / rows };
  });
}

/**
 * How the rows of a column are distributed: intervals of numbers and times, or the frequent values of others. Values of few rows are counted
 * together and not shown. Empty for a column without values and for free text.
 *
 * @param histogram of a column of numbers or times
 */
export function distributionOf(column: ReadColumn, histogram: Histogram | undefined): ColumnShare[] {
  const { facts, kind } = column;
  const rows = Math.max(1, facts.rows);
  const absent = missingRows(column);
  const missing = absent === 0 ? [] : [{ label: 'missing', share: absent / rows, special: true }];
  if (kind.kind === 'empty' || kind.kind === 'text') return [];
  if (histogram) return [...intervalShares(histogram, rows, kind.kind === 'datetime'), ...missing];
  const values = facts.top.filter(({ value }) => !kind.nullWords.includes(value));
  const frequent = values.filter(({ count }) => count >= leastShown).slice(0, mostShown);
  const shown = kind.kind === 'number' ? frequent.toSorted((a, b) => Number(a.value) - Number(b.value)) : frequent;
  const others = facts.rows - absent - shown.reduce((sum, { count }) => sum + count, 0);
  if (shown.length === 0) return [];
  return [
    ...shown.map(({ value, count }) => ({ label: value, share: count / rows })),
    ...(others > 0 ? [{ label: 'others', share: others / rows, special: true }] : []),
    ...missing,
  ];
}

/** The missing rows of a column as a share, for a table. */
export const missingText = (column: ReadColumn): string => {
  const absent = missingRows(column);
  return absent === 0 ? '–' : formatPercent(absent / Math.max(1, column.facts.rows));
};
