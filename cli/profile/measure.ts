import { join } from 'node:path';
import { asNumber, type SqlEngine, type SqlRow } from '#domain/data/engine';
import type { Scalar } from '#domain/data/label-settings';
import { rawRelation } from '#domain/data/raw';
import { typedSql } from '#domain/data/typing';
import type { Suspicion } from '#domain/detectors/examine-column';
import { personalDataSettingsSchema } from '#domain/detectors/settings';
import { examineLeakage, type LeakageResult } from '#domain/leakage/registry';
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
import { type ColumnKind, kindOfColumn } from '#domain/profiling/column-kind';
import { type Histogram, intervals, mostShown } from '#domain/profiling/distribution';
import type { LabelProposal, ReadColumn } from '#domain/profiling/label';
import type { RoleProposal } from '#domain/profiling/roles';
import { double, ident, text } from '#domain/sql/literals';
import { composedSql } from '#domain/values/canonical';
import { trimmed, withoutNulls } from '#domain/values/nulls';
import { numberSql } from '#domain/values/numbers';
import { type Reading, readingOf } from '#domain/values/reading';
import { prepareRawFile } from '#functions/shards/raw-file';
import { searchColumns } from '#functions/shards/search-columns';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import type { FileLayout } from './open-file.ts';

/** Rows that are looked at where a file has more, and cells in all. */
const mostRows = 200_000;
const mostCells = 10_000_000;
/** Rows that the checks for leakage look at. */
const leakageRows = 8000;

/** A pipeline that reads every column as a text and refuses nothing. */
function provisionalPipeline({ format, dialect, encoding, names, sources }: FileLayout): Pipeline {
  const [label, ...others] = names as [string, ...string[]];
  const from = (name: string) => (sources.has(name) ? { from: sources.get(name) } : {});
  const columns = Object.fromEntries(
    others.map((name) => [name, { role: 'feature', type: 'category', ...from(name) }]),
  );
  return pipelineSchema.parse({
    name: 'profile',
    dataset: {
      format,
      ...(dialect
        ? {
            csv: {
              delimiter: dialect.delimiter,
              quote: dialect.quote,
              escape: dialect.escape,
              encoding,
              skipLines: dialect.skipLines,
              ...(dialect.header ? {} : { header: false, names: dialect.fields }),
            },
            trim: true,
          }
        : {}),
      label: { column: label, ...from(label) },
      // a file of one column has a label and nothing else
      columns: others.length === 0 ? { [`${label} `]: { role: 'feature', type: 'category' } } : columns,
      maxMalformedFraction: 1,
    },
    evaluation: { task: 'regression', gates: [{ metric: 'rmse', max: 1 }] },
  });
}

/** The table with the texts of the sampled rows, trimmed, blank ones NULL. */
const textsTable = 'profiled_texts';
/** The table with their values by kind. */
const valuesTable = 'profiled_values';

/** The rows of a file as texts, in the table `profiled_texts` with `_row`. */
export interface LoadedRows {
  readonly rows: number;
  readonly sampled: number;
  readonly malformed: number;
  readonly blanks: boolean;
}

/** Reads the rows of a file, or an even sample of them where there are many. @throws SchemaMismatchError, DataEngineError */
export async function loadRows(engine: SqlEngine, layout: FileLayout, directory: string): Promise<LoadedRows> {
  const { names, archive } = layout;
  const pipeline = provisionalPipeline(layout);
  const prepared = await prepareRawFile(engine, pipeline, archive, join(directory));
  const relation = rawRelation(prepared.file, pipeline.dataset, names);
  const most = Math.min(mostRows, Math.max(2000, Math.floor(mostCells / names.length)));
  const every = Math.max(1, Math.ceil(prepared.rows / most));
  const fields = names.map((name) => {
    const composed = composedSql(ident(name));
    return `nullif(${trimmed(composed)}, '') AS ${ident(name)}`;
  });
  const blank = names.map((name) => `(${ident(name)} <> ${trimmed(ident(name))})`);
  const numbered = `SELECT *, row_number() OVER () AS _row FROM ${relation.sql} WHERE NOT _unreadable`;
  await engine.query(
    'read the rows',
    `CREATE OR REPLACE TEMP TABLE ${textsTable} AS SELECT _row, coalesce(${blank.join(' OR ')}, false) AS _blanks, ${fields.join(', ')} FROM (${numbered}) WHERE hash(_row) % ${every} = 0`,
  );
  const [counts] = await engine.query(
    'count the rows',
    `SELECT count(*) AS n, coalesce(bool_or(_blanks), false) AS blanks FROM ${textsTable}`,
  );
  const malformed = prepared.broken.reduce((sum, { count }) => sum + count, 0);
  return {
    rows: prepared.rows + malformed,
    sampled: asNumber(counts?.['n']),
    malformed,
    blanks: counts?.['blanks'] === true,
  };
}

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

/** How a column is read, as the proposed pipeline says it. */
function reading(kind: ColumnKind): Reading {
  const nulls = [
    '',
    ...kind.nullWords,
    ...(kind.kind === 'number' && kind.nullNumber !== undefined ? [kind.nullNumber] : []),
  ];
  return readingOf(
    { trim: true, nulls },
    kind.kind === 'number' ? { numbers: kind.numbers } : kind.kind === 'datetime' ? kind.dates : {},
  );
}

/** SQL of a column's value by its kind. */
function valueSql({ facts, kind }: ReadColumn): string {
  const own = reading(kind);
  const known = withoutNulls(ident(facts.name), own.nulls, (value) => numberSql(value, own.numbers));
  const as = kind.kind === 'empty' ? 'category' : kind.kind;
  return `${typedSql(as, known, own)} AS ${ident(facts.name)}`;
}

/** Types the values of all columns and looks for personal data in them. */
export async function findPersonalData(
  engine: SqlEngine,
  columns: readonly ReadColumn[],
): Promise<readonly Suspicion[]> {
  await engine.query(
    'read the values',
    `CREATE OR REPLACE TEMP TABLE ${valuesTable} AS SELECT _row, ${columns.map(valueSql).join(', ')} FROM ${textsTable}`,
  );
  const searched = columns.flatMap(({ facts, kind }) =>
    kind.kind === 'empty' ? [] : [{ name: facts.name, kind: kind.kind }],
  );
  const { suspicions } = await searchColumns(
    engine,
    searched,
    valuesTable,
    personalDataSettingsSchema.parse(undefined),
  );
  return suspicions;
}

/** SQL of the number of a label: its class, or the amount itself; NULL for a row that has none. */
function labelNumber(label: LabelProposal): string {
  const column = ident(label.column);
  if (label.task === 'regression') return column;
  const same = (value: Scalar) =>
    `CAST(${column} AS VARCHAR) = ${text(String(value))}${typeof value === 'number' ? ` OR TRY_CAST(CAST(${column} AS VARCHAR) AS DOUBLE) = ${double(value)}` : ''}`;
  const cases = label.classes.map(({ values }, i) => `WHEN ${values.map(same).join(' OR ')} THEN ${i}`);
  return `CAST(CASE ${cases.join(' ')} END AS DOUBLE)`;
}

const asTime = (value: unknown): number | null =>
  typeof value === 'string' ? Date.parse(`${value.replace(' ', 'T')}Z`) : null;

/** Measures what the proposed model inputs say about the label, each alone and all together, and which give it away. */
export async function measureInputs(
  engine: SqlEngine,
  columns: readonly ReadColumn[],
  label: LabelProposal,
  roles: readonly RoleProposal[],
  rows: number,
): Promise<LeakageResult> {
  const task = 'compare with the label';
  const inputs = roles.flatMap(({ name, use, spec }) => {
    const kind = columns.find(({ facts }) => facts.name === name)?.kind.kind;
    if (use !== 'column' || spec['role'] !== 'feature' || kind === undefined || kind === 'text' || kind === 'empty')
      return [];
    return [{ name, kind }];
  });
  const time = roles.find(({ use }) => use === 'time')?.name;
  const most = Math.min(leakageRows, Math.max(1000, Math.floor(1_000_000 / Math.max(1, inputs.length))));
  const fields = [
    `${labelNumber(label)} AS _label`,
    ...inputs.map(({ name, kind }, i) =>
      kind === 'datetime' ? `CAST(${ident(name)} AS VARCHAR) AS c${i}` : `${ident(name)} AS c${i}`,
    ),
    ...(time === undefined ? [] : [`CAST(${ident(time)} AS VARCHAR) AS _time`]),
  ];
  const sample = await engine.query(
    task,
    `SELECT * FROM (SELECT _row, ${fields.join(', ')} FROM ${valuesTable}) WHERE _label IS NOT NULL ORDER BY hash(_row) LIMIT ${most}`,
  );
  return examineLeakage({
    columns: inputs.map(({ name, kind }, i) => ({
      name,
      kind,
      values: sample.map((row) => {
        const value = row[`c${i}`] ?? null;
        if (kind === 'datetime') return asTime(value);
        return typeof value === 'bigint' ? Number(value) : (value as number | string | boolean | null);
      }),
    })),
    labels: Float64Array.from(sample, (row) => Number(row['_label'])),
    classes: label.classes.length,
    rows,
    times: time === undefined ? undefined : sample.map((row) => asTime(row['_time'])),
  });
}

/** Histograms of the columns of numbers and times, between the 2nd and the 98th percentile. */
export async function countHistograms(
  engine: SqlEngine,
  columns: readonly ReadColumn[],
): Promise<ReadonlyMap<string, Histogram>> {
  const task = 'count values';
  const found = new Map<string, Histogram>();
  for (const { facts, kind } of columns) {
    if (kind.kind !== 'number' && kind.kind !== 'datetime') continue;
    if (facts.distinct <= mostShown) continue;
    const name = ident(facts.name);
    const value = kind.kind === 'number' ? name : `CAST(epoch_ms(${name}) AS DOUBLE)`;
    const known = `(SELECT ${value} AS v FROM ${valuesTable} WHERE ${name} IS NOT NULL)`;
    const [range] = await engine.query(
      task,
      `SELECT quantile_cont(v, 0.02) AS low, quantile_cont(v, 0.98) AS high FROM ${known}`,
    );
    const [low, high] = [Number(range?.['low'] ?? 0), Number(range?.['high'] ?? 0)];
    if (!(high > low)) continue;
    const at = `least(${intervals - 1}, greatest(0, CAST(floor((v - ${double(low)}) / ${double((high - low) / intervals)}) AS INTEGER)))`;
    const rows = await engine.query(task, `SELECT ${at} AS i, count(*) AS n FROM ${known} GROUP BY 1`);
    const counts = Array.from({ length: intervals }, () => 0);
    for (const row of rows) counts[asNumber(row['i'])] = asNumber(row['n']);
    found.set(facts.name, { low, high, counts });
  }
  return found;
}

/** Rows that have the same model inputs as an earlier one. */
export async function countDuplicates(engine: SqlEngine, roles: readonly RoleProposal[]): Promise<number> {
  const inputs = roles.filter(({ use, spec }) => use === 'column' && spec['role'] === 'feature');
  if (inputs.length === 0) return 0;
  const row = `hash(${inputs.map(({ name }) => `coalesce(CAST(${ident(name)} AS VARCHAR), '')`).join(', ')})`;
  const [counts] = await engine.query(
    'count duplicates',
    `SELECT count(*) - count(DISTINCT ${row}) AS duplicates FROM ${valuesTable}`,
  );
  return asNumber(counts?.['duplicates']);
}
