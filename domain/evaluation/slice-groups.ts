import { plainNumber } from '#domain/fairness/settings';
import type { SliceGroups } from '#schemas/records/golden';
import { quantile } from './quantile.ts';

/** Groups of a slice column at most, the most frequent: the others are in none. */
const MOST_GROUPS = 20;
/** Bins of a column of numbers that the pipeline's file does not bin. */
const USUAL_BINS = 5;

const units = ['month', 'quarter', 'year'] as const;
type Unit = (typeof units)[number];

/** How the values of a slice column are put into groups: by edges, into so many bins of about as many rows, or by the calendar. */
export type SliceBins = readonly number[] | number | Unit;

/** The values of a slice column, by row; null is missing. */
export interface SliceColumn {
  readonly column: string;
  readonly values: readonly (string | null)[];
  /** Without it the values decide, see `groupsOf`. */
  readonly bins?: SliceBins | undefined;
  /** The values that make groups, as the pipeline's file names them; the others are in none. */
  readonly named?: readonly string[] | undefined;
}

/**
 * The groups of slice columns: their most frequent values, those of the same count in the order of their characters. A column of more than
 * 20 values that are all numbers has five bins of about as many rows instead, one of dates has months, quarters or years.
 */
export const groupsOf = (columns: readonly SliceColumn[]): SliceGroups[] =>
  columns.map((own): SliceGroups => {
    const { column, named } = own;
    if (named) return { column, values: [...named], named: true };
    const counts = new Map<string, number>();
    for (const value of own.values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
    const bins = own.bins ?? usualBins(counts);
    if (bins === undefined) return { column, values: frequent(counts) };
    if (typeof bins === 'string') return { column, values: periodsOf(counts, bins), unit: bins };
    const edges = typeof bins === 'number' ? quantileEdges(counts, bins) : [...bins];
    return { column, values: binNames(edges), edges };
  });

function frequent(counts: ReadonlyMap<string, number>): string[] {
  const ordered = [...counts].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return ordered.slice(0, MOST_GROUPS).map(([value]) => value);
}

function usualBins(counts: ReadonlyMap<string, number>): SliceBins | undefined {
  if (counts.size <= MOST_GROUPS) return undefined;
  const values = [...counts.keys()];
  if (values.every((value) => !Number.isNaN(plainNumber(value)))) return USUAL_BINS;
  if (!values.every((value) => periodOf(value, 'year') !== undefined)) return undefined;
  return units.find((unit) => new Set(values.map((value) => periodOf(value, unit))).size <= MOST_GROUPS) ?? 'year';
}

/** A date as YYYY-MM… in the calendar: "2026-03", "2026 Q1" or "2026"; undefined for another text. */
function periodOf(text: string, unit: Unit): string | undefined {
  const [, year, month = ''] = /^(\d{4})-(0[1-9]|1[0-2])(?!\d)/.exec(text) ?? [];
  if (year === undefined) return undefined;
  if (unit === 'year') return year;
  return unit === 'month' ? `${year}-${month}` : `${year} Q${Math.ceil(Number(month) / 3)}`;
}

/** The last periods that values are in. */
function periodsOf(counts: ReadonlyMap<string, number>, unit: Unit): string[] {
  const found = new Set([...counts.keys()].flatMap((value) => periodOf(value, unit) ?? []));
  return [...found].toSorted().slice(-MOST_GROUPS);
}

/** Edges between bins of about as many rows, rounded to three digits: they are read by people, and are no row's value. */
function quantileEdges(counts: ReadonlyMap<string, number>, bins: number): number[] {
  const numbers = [...counts].flatMap(([text, count]) => {
    const number = plainNumber(text);
    return Number.isNaN(number) ? [] : [{ number, count }];
  });
  const sorted = Float64Array.from(
    numbers.flatMap(({ number, count }) => new Array<number>(count).fill(number)),
  ).sort();
  if (sorted.length === 0) return [];
  const edges = Array.from({ length: bins - 1 }, (_, i) => Number(quantile(sorted, (i + 1) / bins).toPrecision(3)));
  const [least = 0, most = 0] = [sorted[0], sorted.at(-1)];
  return [...new Set(edges)].filter((edge) => edge > least && edge <= most);
}

/** The names of the bins between edges. */
function binNames(edges: readonly number[]): string[] {
  const [first] = edges;
  if (first === undefined) return ['any number'];
  return [
    `below ${first}`,
    ...edges.map((edge, i) => {
      const next = edges[i + 1];
      return next === undefined ? `${edge} and above` : `${edge} to below ${next}`;
    }),
  ];
}

/** The group of each value: its place among those of the column, -1 for none. */
export function placesOf(
  { values, edges, unit }: SliceGroups,
  given: readonly (string | null | undefined)[],
): number[] {
  const places = new Map(values.map((value, place) => [value, place]));
  return given.map((value) => {
    if (typeof value !== 'string') return -1;
    if (edges) {
      const number = plainNumber(value);
      return Number.isNaN(number) ? -1 : edges.filter((edge) => edge <= number).length;
    }
    const name = unit === undefined ? value : periodOf(value, unit);
    return (name === undefined ? undefined : places.get(name)) ?? -1;
  });
}
