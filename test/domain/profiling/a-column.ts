import { type ColumnFacts, notations } from '#domain/profiling/column-facts';
import { kindOfColumn } from '#domain/profiling/column-kind';
import type { ReadColumn } from '#domain/profiling/label';
import type { DateSettings } from '#domain/values/dates';

/** What a test says of a column: its values with their counts, and what could be read. */
export interface Described {
  readonly name?: string;
  readonly rows?: number;
  readonly values: Readonly<Record<string, number>>;
  /** Values that are words for "missing". */
  readonly words?: readonly string[];
  /** Number of different values, if not those listed. */
  readonly distinct?: number;
  readonly once?: number;
  readonly dates?: readonly { readonly settings: DateSettings; readonly read: number }[];
  /** Index of the only notation that reads the numbers. */
  readonly notation?: number;
  readonly min?: number;
  readonly max?: number;
  readonly meanWords?: number;
  readonly present?: number;
  readonly clocks?: ColumnFacts['clocks'];
}

/** The facts that the engine would find for a column of a few values. */
export function factsOf({ name = 'c', values, words = [], dates = [], notation, ...own }: Described): ColumnFacts {
  const entries = Object.entries(values).map(([value, count]) => ({ value, count }));
  const sum = (some: typeof entries) => some.reduce((all, { count }) => all + count, 0);
  const others = entries.filter(({ value }) => !words.includes(value));
  const numeric = others.filter(({ value }) => Number.isFinite(Number(value)));
  const whole = others.filter(({ value }) => /^-?\d+$/.test(value));
  const present = own.present ?? sum(entries);
  const numbers = numeric.map(({ value }) => Number(value));
  return {
    name,
    rows: own.rows ?? present,
    present,
    distinct: own.distinct ?? entries.length,
    once: own.once ?? entries.filter(({ count }) => count === 1).length,
    top: entries.toSorted((a, b) => b.count - a.count).slice(0, 25),
    words: entries.filter(({ value }) => words.includes(value)),
    others: own.present ?? sum(others),
    tried: sum(others),
    numbers: notations.map((settings, i) => ({
      settings,
      read: notation === undefined ? sum(numeric) : i === notation ? sum(others) : 0,
    })),
    dates,
    clocks: own.clocks ?? { local: 0, offset: 0 },
    whole: sum(whole),
    leadingZero: sum(whole.filter(({ value }) => /^-?0\d/.test(value))),
    min: own.min ?? (numbers.length === 0 ? null : Math.min(...numbers)),
    max: own.max ?? (numbers.length === 0 ? null : Math.max(...numbers)),
    longest: Math.max(0, ...entries.map(({ value }) => value.length)),
    meanWords: own.meanWords ?? 1,
  };
}

/** A column as it is read. */
export function columnOf(described: Described): ReadColumn {
  const facts = factsOf(described);
  return { facts, kind: kindOfColumn(facts) };
}

/** Counts of so many different values, once each. */
export const numbered = (count: number, value: (i: number) => string): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [value(i), 1]));
