import type { RawRelation } from '#domain/data/clean';
import { sourceName } from '#domain/data/column-source';
import { isReadAsNumber } from '#domain/data/columns';
import { canonicalQuote } from '#domain/data/csv-dialect';
import { longestRecord } from '#domain/data/csv-records';
import type { LocatedColumns } from '#domain/data/header';
import { isUsed, jsonChecks, nestedParquet, notNested, pointer } from '#domain/data/nested';
import { type Path, type Paths, parentsOf, pathPointer, pathSql } from '#domain/data/nested-path';
import type { DatasetSettings } from '#domain/data/settings';
import type { Check } from '#domain/data/typing';
import { columnReading, readerNulls } from '#domain/data/value-settings';
import { ident, text, texts } from '#domain/sql/literals';
import { unreachable } from '#domain/unreachable';
import { doubleText } from '#domain/values/canonical';
import { nativeNumberSql } from '#domain/values/numbers';

/** A local file with the rows of one raw object, or several files of one layout. */
export interface RawFile {
  /** CSV and JSON lines: the well-formed rows, each after the number of its line, or with `skip` the file itself. Parquet: the object itself. */
  readonly path: string | readonly string[];
  /** The pipeline's columns in file order; undefined for one that it does not name. For JSON lines, the keys found. */
  readonly columns: LocatedColumns;
  /** Parquet only: the name of each column in the file. */
  readonly names?: readonly string[];
  /** Parquet only: DuckDB's type of each column. */
  readonly types?: readonly string[];
  /** CSV only: the lines before the first row of a file that is read as it is, in which no row stands after the number of its line. */
  readonly skip?: number;
  /** CSV only: whether a row spans lines. */
  readonly spansLines?: boolean;
  /** The columns that are found within an object or a list. */
  readonly paths?: Paths;
  /** Whether it has no rows at all, and no columns perhaps. */
  readonly isBlank?: boolean;
}

/** A text that is the same for files whose rows one statement can read. */
export function layoutOf(
  { columns, names, types, paths, skip }: RawFile,
  { format }: Pick<DatasetSettings, 'format'>,
): string {
  const places = [...(paths ?? [])];
  switch (format) {
    case 'csv':
      return JSON.stringify([columns, skip]);
    case 'jsonl':
      // an object is read by its keys, in whatever order the file has them
      return JSON.stringify(places);
    case 'parquet':
      return JSON.stringify([columns, names, types, places]);
    default:
      return unreachable(format, 'format of a drop');
  }
}

/** Files of one layout as one file: its rows are theirs, file after file. */
export function joinFiles(files: readonly [RawFile, ...RawFile[]]): RawFile {
  const filled = files.filter((file) => !file.isBlank);
  const [first] = filled;
  if (first === undefined || filled.length === 1) return first ?? files[0];
  const spansLines = filled.some((file) => file.spansLines === true);
  return { ...first, path: filled.flatMap(({ path }) => path), ...(spansLines ? { spansLines } : {}) };
}

/** SQL of the argument of a reader of files. */
const filesSql = (path: RawFile['path']): string => (typeof path === 'string' ? text(path) : `[${texts(path)}]`);

/** A null text that no file contains: the pipeline's null values are applied later, after trimming. */
const neverNull = '\u0001\u0002\u0003';

/** Separates the number of a line from its JSON. JSON has no such character, not even within a text (RFC 8259, section 7). */
export const jsonSeparator = 0x1f;
/** A longer line of JSON is malformed. */
export const longestJson = 16_000_000;

/**
 * The least bytes that the engine reads of a file at once. By default it makes room for 16 of the longest lines, for each of the
 * files that its threads read at the same time, and the memory is too small for that.
 */
const leastBuffer = 16_000_000;

interface TextReader {
  readonly path: RawFile['path'];
  readonly delimiter: string;
  readonly quote: string;
  readonly nulls: readonly string[];
  /** Names of the fields after the number of the line. */
  readonly fields: readonly string[];
  /** The lines before the first row of a file without numbers of lines. */
  readonly skip?: number | undefined;
  /** The most bytes of a line. */
  readonly longest: number;
  readonly parallel: boolean;
}

/** SQL that reads rows written by `functions/shards/raw-text`: `_line`, then the fields as VARCHAR; or a file as it is, without `_line`. */
function textReader({ path, delimiter, quote, nulls, fields, skip, longest, parallel }: TextReader): string {
  const line = skip === undefined ? ["'_line': 'BIGINT'"] : [];
  const options = [
    'auto_detect = false',
    'header = false',
    ...(skip === undefined ? [] : [`skip = ${skip}`]),
    `delim = ${text(delimiter)}`,
    `quote = ${text(quote)}`,
    `escape = ${text(quote)}`,
    "new_line = '\\n'",
    `nullstr = [${texts(nulls)}]`,
    "compression = 'none'",
    `max_line_size = ${longest}`,
    `buffer_size = ${Math.max(leastBuffer, 2 * longest)}`,
    // parallel readers start in the middle of the file and would read quoted line breaks as rows
    ...(parallel ? [] : ['parallel = false']),
    `columns = {${[...line, ...fields.map((name) => `'${name}': 'VARCHAR'`)].join(', ')}}`,
  ];
  return `read_csv(${filesSql(path)}, ${options.join(', ')})`;
}

/** SQL of the CSV reader: every field as VARCHAR under `f<position>`, and `_line` where rows stand after it. */
const csvReader = ({ path, columns, spansLines, skip }: RawFile, dataset: DatasetSettings): string =>
  textReader({
    path,
    delimiter: dataset.csv.delimiter,
    quote: canonicalQuote(dataset.csv),
    nulls: readerNulls(dataset) ?? [neverNull],
    fields: columns.map((_, i) => `f${i}`),
    skip,
    longest: 2 * longestRecord + 100,
    parallel: spansLines !== true,
  });

/** SQL of the JSON reader: `_line`, and `json`, which is NULL where a line is not JSON. */
function jsonReader(path: RawFile['path']): string {
  const lines = textReader({
    path,
    delimiter: String.fromCharCode(jsonSeparator),
    quote: '',
    nulls: [neverNull],
    fields: ['text'],
    longest: longestJson + 100,
    parallel: true,
  });
  return `(SELECT _line, CASE WHEN json_valid(text) THEN CAST(text AS JSON) END AS json FROM ${lines})`;
}

/** SQL that lists the keys of JSON lines with the number of objects that have each: `key`, `count`. */
export const jsonKeysSql = (path: string): string =>
  `SELECT key, count(*) AS count FROM (SELECT unnest(json_keys(json)) AS key FROM ${jsonReader(path)} WHERE json_type(json) = 'OBJECT') GROUP BY key ORDER BY key`;

/** SQL that lists the keys of the objects at a path: `key`. */
export function nestedKeysSql(path: string, at: Path): string {
  const where = text(pathPointer(at));
  return `SELECT DISTINCT unnest(json_keys(json, ${where})) AS key FROM ${jsonReader(path)} WHERE json_type(json, ${where}) = 'OBJECT' ORDER BY key`;
}

/**
 * SQL of a Parquet value as text: one form of a number for every numeric type, NULL for NaN.
 *
 * @param column SQL of the value
 */
function parquetText(name: string, column: string, type: string, dataset: DatasetSettings): string {
  const plain = `CAST(${column} AS VARCHAR)`;
  const inNotation = (sql: string) =>
    isReadAsNumber(name, dataset) ? nativeNumberSql(sql, columnReading(name, dataset).numbers) : sql;
  if (/^(DOUBLE|FLOAT)$/.test(type)) return inNotation(doubleText(column));
  if (/^DECIMAL\(\d+,[1-9]\d*\)$/.test(type)) return inNotation(`rtrim(rtrim(${plain}, '0'), '.')`);
  return plain;
}

const noRows = (needed: readonly string[]): RawRelation => ({
  sql: `(SELECT false AS _unreadable, ${needed.map((name) => `CAST(NULL AS VARCHAR) AS ${ident(name)}`).join(', ')} WHERE false)`,
});

/** The columns of a file by the pipeline's names: their positions from 0. */
const positions = ({ columns }: RawFile): ReadonlyMap<string, number> =>
  new Map(columns.flatMap((name, i) => (name === undefined ? [] : [[name, i] as const])));

function csvRelation(file: RawFile, dataset: DatasetSettings, needed: readonly string[]): RawRelation {
  const at = positions(file);
  const fields = needed.map((name) => `f${at.get(name)} AS ${ident(name)}`);
  const line = file.skip === undefined ? ['_line'] : [];
  return {
    sql: `(SELECT ${['false AS _unreadable', ...line, ...fields].join(', ')} FROM ${csvReader(file, dataset)})`,
    normalized: readerNulls(dataset) !== undefined,
    ...(file.skip === undefined ? { line: '_line' } : {}),
  };
}

function parquetRelation(
  file: RawFile,
  dataset: DatasetSettings,
  needed: readonly string[],
  numbered: boolean,
): RawRelation {
  const at = positions(file);
  const columns = needed.map((name) => {
    const i = at.get(name) ?? -1;
    const path = file.paths?.get(name);
    const own = path === undefined ? ident(file.names?.[i] ?? name) : pathSql(path);
    return { name, own, type: file.types?.[i] ?? 'VARCHAR' };
  });
  const checks = columns.flatMap(({ name, type }): Check[] => {
    if (!isUsed(name, dataset)) return [];
    // a text column declared as JSON
    if (type === 'JSON') return jsonChecks(name, ident(jsonType(name)));
    const reason = nestedParquet(type);
    return reason === undefined ? [] : [{ column: name, reason, condition: `${ident(name)} IS NOT NULL` }];
  });
  const fields = columns.flatMap(({ name, own, type }) =>
    type === 'JSON'
      ? [`${own} ->> '$' AS ${ident(name)}`, `json_type(${own}) AS ${ident(jsonType(name))}`]
      : [`${parquetText(name, own, type, dataset)} AS ${ident(name)}`],
  );
  const times = columns.flatMap(({ name, type }) => (/^(DATE|TIMESTAMP)/.test(type) ? [name] : []));
  const line = numbered ? ['file_row_number + 1 AS _line'] : [];
  const options = numbered ? ', file_row_number = true' : '';
  return {
    sql: `(SELECT ${['false AS _unreadable', ...line, ...fields].join(', ')} FROM read_parquet(${filesSql(file.path)}${options}))`,
    checks,
    times,
    ...(numbered ? { line: '_line' } : {}),
  };
}
const jsonType = (name: string): string => `_type of ${name}`;

/** SQL of the value of a column in an object, and the JSON pointer to it. */
function jsonColumn(file: RawFile, dataset: DatasetSettings, name: string) {
  const path = file.paths?.get(name);
  const key = sourceName(dataset, name);
  if (path === undefined) return { at: pointer(key), key, value: `fields.${ident(key)}`, parents: [] };
  const at = pathPointer(path);
  // the same conversion as of the other columns
  const value = `from_json(json_extract(_json, ${text(at)}), '"VARCHAR"')`;
  return { at, key: undefined, value, parents: parentsOf(path) };
}

/** Checks that an object has no key twice: only one of the two values would be read, and parsers differ in which. */
function keyTwice(at: string): Check {
  const keys = `json_keys(_json, ${text(at)})`;
  return { column: null, reason: 'an object has a key twice', condition: `len(${keys}) > len(list_distinct(${keys}))` };
}

function jsonRelation(file: RawFile, dataset: DatasetSettings, needed: readonly string[]): RawRelation {
  const columns = needed.map((name) => ({ name, ...jsonColumn(file, dataset, name) }));
  const keys = columns.flatMap(({ key }) => (key === undefined ? [] : [[key, 'VARCHAR']]));
  const structure = JSON.stringify(Object.fromEntries(keys));
  const isObject = "coalesce(json_type(json) = 'OBJECT', false)";
  const parsed = keys.length === 0 ? 'NULL' : `CASE WHEN ${isObject} THEN from_json(json, ${text(structure)}) END`;
  const objects = `SELECT NOT ${isObject} AS _unreadable, _line, json AS _json, ${parsed} AS fields FROM ${jsonReader(file.path)}`;
  // in a notation with a decimal comma, the point of a JSON number would be read as something else
  const fields = columns.map(({ name, at, value }) => {
    const { numbers } = columnReading(name, dataset);
    const native = nativeNumberSql(value, numbers);
    return native === value || !isReadAsNumber(name, dataset)
      ? `${value} AS ${ident(name)}`
      : `CASE WHEN json_type(_json, ${text(at)}) = 'DOUBLE' THEN ${native} ELSE ${value} END AS ${ident(name)}`;
  });
  const used = columns.filter(({ name }) => isUsed(name, dataset));
  const within = new Set(
    used.flatMap(({ parents }) => parents.flatMap(({ path, type }) => (type === 'OBJECT' ? [pathPointer(path)] : []))),
  );
  const checks = [
    ...['', ...within].map(keyTwice),
    ...used.flatMap(({ name, at, parents }): Check[] => [
      ...parents.map(({ path, type }) => ({
        column: name,
        reason: notNested(type),
        condition: `json_type(_json, ${text(pathPointer(path))}) NOT IN ('${type}', 'NULL')`,
      })),
      ...jsonChecks(
        name,
        `json_type(_json, ${text(at)})`,
        // the text of a nested value starts like this, but an ordinary text may too
        (start) => `starts_with(${ident(name)}, '${start}')`,
      ),
    ]),
  ];
  return { sql: `(SELECT _unreadable, _line, _json, ${fields.join(', ')} FROM (${objects}))`, checks, line: '_line' };
}

/**
 * The raw rows of a file in file order, with every needed column as VARCHAR.
 *
 * @param needed the columns to read, each among `file.columns` (JSON lines: or absent everywhere, then NULL)
 * @param numbered whether rows of Parquet have their numbers (from 1 in each file) as rows of text have their lines
 */
export function rawRelation(
  file: RawFile,
  dataset: DatasetSettings,
  needed: readonly string[],
  numbered = false,
): RawRelation {
  if (file.isBlank) return noRows(needed);
  switch (dataset.format) {
    case 'parquet':
      return parquetRelation(file, dataset, needed, numbered);
    case 'jsonl':
      return jsonRelation(file, dataset, needed);
    case 'csv':
      return csvRelation(file, dataset, needed);
  }
}
