import { asNumber, type SqlEngine, type SqlRow } from '#domain/data/engine';
import {
  type ColumnFacts,
  countsSql,
  dateForms,
  datesSql,
  frequentSql,
  likelyForms,
  notations,
  triedSql,
} from '#domain/profiling/column-facts';
import { kindOfColumn } from '#domain/profiling/column-kind';
import type { ReadColumn } from '#domain/profiling/label';
import { type LoadedRows, textsTable } from './load-rows.ts';
import type { FileLayout } from './open-file.ts';

/** Whether numbers may be days as 20260131. */
const isDays = ({ least, greatest }: SqlRow): boolean => Number(least) >= 19_000_101 && Number(greatest) <= 21_001_231;

async function factsOf(engine: SqlEngine, name: string, rows: number, year: number): Promise<ColumnFacts> {
  const task = 'profile a column';
  const [counts = {}] = await engine.query(task, countsSql(name, textsTable));
  const frequent = await engine.query(task, frequentSql(name, textsTable));
  const [tried = {}] = await engine.query(task, triedSql(name, textsTable));
  const isNumber = asNumber(tried['n0']) >= 0.99 * asNumber(tried['tried']) && !isDays(tried);
  const counted = (row: (typeof frequent)[number]) => ({ value: String(row['value']), count: asNumber(row['n']) });
  const texts = frequent.filter((row) => row['is_word'] === false).map(counted);
  const words = frequent.filter((row) => row['is_word'] === true).map(counted);
  const spelt = new Set(words.map(({ value }) => value));
  const others = texts.filter(({ value }) => !spelt.has(value));
  const forms = isNumber ? [] : likelyForms(others, dateForms(year - 99));
  const [dated = {}] = forms.length === 0 ? [] : await engine.query(task, datesSql(name, textsTable, forms));
  const orNull = (value: unknown) => (typeof value === 'number' ? value : null);
  return {
    name,
    rows,
    present: asNumber(counts['present']),
    distinct: asNumber(counts['distinct_values']),
    once: asNumber(counts['once']),
    others: asNumber(counts['others']),
    top: texts,
    words,
    tried: asNumber(tried['tried']),
    numbers: notations.map((settings, i) => ({ settings, read: asNumber(tried[`n${i}`]) })),
    dates: forms.map((settings, i) => ({ settings, read: asNumber(dated[`d${i}`]) })),
    clocks: { local: asNumber(dated['local_clock'] ?? 0), offset: asNumber(dated['offset_clock'] ?? 0) },
    whole: asNumber(tried['whole']),
    leadingZero: asNumber(tried['leading_zero']),
    min: orNull(tried['least']),
    max: orNull(tried['greatest']),
    longest: asNumber(tried['longest']),
    meanWords: asNumber(tried['words']),
  };
}

/** Profiles every column of the loaded rows. @param year the current year, for years of two digits */
export async function readColumns(
  engine: SqlEngine,
  { names }: FileLayout,
  { sampled }: LoadedRows,
  year: number,
): Promise<ReadColumn[]> {
  const columns: ReadColumn[] = [];
  for (const name of names) {
    const facts = await factsOf(engine, name, sampled, year);
    columns.push({ facts, kind: kindOfColumn(facts) });
  }
  return columns;
}
