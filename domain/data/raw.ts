import type { RawRelation } from '#domain/data/clean';
import { isReadAsNumber } from '#domain/data/columns';
import { isUsed, jsonChecks, nestedParquet, pointer } from '#domain/data/nested';
import type { DatasetSettings } from '#domain/data/settings';
import { linesOfRecord, rowWithin, swallowed } from '#domain/data/swallowed';
import type { Check } from '#domain/data/typing';
import { columnReading, readerNulls } from '#domain/data/value-settings';
import { ident, text, texts } from '#domain/sql/literals';
import { doubleText } from '#domain/values/canonical';
import { nativeNumberSql } from '#domain/values/numbers';

/** A local copy of one raw object. */
export interface RawFile {
  readonly path: string;
  /** Whether it is compressed with gzip. */
  readonly gzip: boolean;
  /** The file's columns in file order; for JSON lines, the keys found. */
  readonly columns: readonly string[];
  /** Parquet only: DuckDB's type of each column. */
  readonly types?: readonly string[];
  /** CSV only: number of blank lines before the header. */
  readonly blankLines?: number;
  /** CSV only: number of non-blank lines below the header. */
  readonly lines?: number;
  /** CSV only: whether a record may span lines because a quote is open at the end of a line. */
  readonly spansLines?: boolean;
}

/** DuckDB's table of rejected CSV rows. It contains raw text, so only its positions may be read. */
export const rejectsTable = '_rejects';

/** A null text that no file contains: the pipeline's null values are applied later, after trimming. */
const neverNull = '\u0001\u0002\u0003';

/** SQL of the CSV reader: every field as VARCHAR under `f<position>`. Rows with another number of fields are rejected and recorded. */
function csvReader({ path, gzip, columns, blankLines = 0, spansLines }: RawFile, dataset: DatasetSettings): string {
  const { csv } = dataset;
  const fields = columns.map((_, i) => `'f${i}': 'VARCHAR'`).join(', ');
  const options = [
    'auto_detect = false',
    `header = ${csv.header}`,
    // the reader would take the first line for the header, and the header for a row
    ...(blankLines > 0 ? [`skip = ${blankLines}`] : []),
    `delim = ${text(csv.delimiter)}`,
    `quote = ${text(csv.quote)}`,
    `escape = ${text(csv.quote)}`,
    `nullstr = [${texts(readerNulls(dataset) ?? [neverNull])}]`,
    `compression = '${gzip ? 'gzip' : 'none'}'`,
    // parallel readers start in the middle of the file and would read quoted line breaks as rows
    ...(spansLines ? ['parallel = false'] : []),
    'store_rejects = true',
    `rejects_table = '${rejectsTable}'`,
    "rejects_scan = '_reject_scans'",
    `columns = {${fields}}`,
  ];
  return `read_csv(${text(path)}, ${options.join(', ')})`;
}

const jsonReader = ({ path, gzip }: Pick<RawFile, 'path' | 'gzip'>): string =>
  `read_ndjson_objects(${text(path)}, ignore_errors = true, compression = '${gzip ? 'gzip' : 'uncompressed'}')`;

/** SQL that lists the keys of a JSON-lines file with the number of objects that have each: `key`, `count`. */
export const jsonKeysSql = (file: Pick<RawFile, 'path' | 'gzip'>): string =>
  `SELECT key, count(*) AS count FROM (SELECT unnest(json_keys(json)) AS key FROM ${jsonReader(file)} WHERE json IS NOT NULL) GROUP BY key ORDER BY key`;

/** SQL of a Parquet value as text: one form of a number for every numeric type, NULL for NaN. */
function parquetText(name: string, type: string, dataset: DatasetSettings): string {
  const column = ident(name);
  const plain = `CAST(${column} AS VARCHAR)`;
  const inNotation = (sql: string) =>
    isReadAsNumber(name, dataset) ? nativeNumberSql(sql, columnReading(name, dataset).numbers) : sql;
  if (/^(DOUBLE|FLOAT)$/.test(type)) return inNotation(doubleText(column));
  if (/^DECIMAL\(\d+,[1-9]\d*\)$/.test(type)) return inNotation(`rtrim(rtrim(${plain}, '0'), '.')`);
  return plain;
}

/** The rows of a CSV file with records that may span lines. */
function csvSpanningLines(file: RawFile, dataset: DatasetSettings, needed: readonly string[]): RawRelation {
  const all = file.columns.map((_, i) => `f${i}`);
  const pattern = text(rowWithin(file.columns, dataset));
  const checks = file.columns.map(
    (column, i): Check => ({
      column: needed.includes(column) ? column : null,
      reason: swallowed,
      condition: `_lines > 1 AND regexp_matches(_fields[${i + 1}], ${pattern})`,
    }),
  );
  const fields = needed.map((name) => `f${file.columns.indexOf(name)} AS ${ident(name)}`);
  return {
    sql: `(SELECT false AS _unreadable, ${fields.join(', ')}, [${all.join(', ')}] AS _fields, ${linesOfRecord(all)} AS _lines FROM ${csvReader(file, dataset)})`,
    normalized: readerNulls(dataset) !== undefined,
    checks,
    lines: '_lines',
  };
}

/** SQL that counts the lines of the records that were read, as `lines`; only for a file whose records may span lines. */
export const linesReadSql = (relation: RawRelation): string => `SELECT sum(_lines) AS lines FROM ${relation.sql}`;

function parquetRelation(file: RawFile, dataset: DatasetSettings, needed: readonly string[]): RawRelation {
  const columns = needed.map((name) => ({ name, type: file.types?.[file.columns.indexOf(name)] ?? 'VARCHAR' }));
  const checks = columns.flatMap(({ name, type }): Check[] => {
    if (!isUsed(name, dataset)) return [];
    // a text column declared as JSON
    if (type === 'JSON') return jsonChecks(name, ident(jsonType(name)));
    const reason = nestedParquet(type);
    return reason === undefined ? [] : [{ column: name, reason, condition: `${ident(name)} IS NOT NULL` }];
  });
  const fields = columns.flatMap(({ name, type }) =>
    type === 'JSON'
      ? [`${ident(name)} ->> '$' AS ${ident(name)}`, `json_type(${ident(name)}) AS ${ident(jsonType(name))}`]
      : [`${parquetText(name, type, dataset)} AS ${ident(name)}`],
  );
  const times = columns.flatMap(({ name, type }) => (/^(DATE|TIMESTAMP)/.test(type) ? [name] : []));
  return {
    sql: `(SELECT false AS _unreadable, ${fields.join(', ')} FROM read_parquet(${text(file.path)}))`,
    checks,
    times,
  };
}
const jsonType = (name: string): string => `_type of ${name}`;

function jsonRelation(file: RawFile, dataset: DatasetSettings, needed: readonly string[]): RawRelation {
  const structure = JSON.stringify(Object.fromEntries(needed.map((name) => [name, 'VARCHAR'])));
  const isObject = "coalesce(json_type(json) = 'OBJECT', false)";
  const objects = `SELECT NOT ${isObject} AS _unreadable, json AS _json, CASE WHEN ${isObject} THEN from_json(json, ${text(structure)}) END AS fields FROM ${jsonReader(file)}`;
  // in a notation with a decimal comma, the point of a JSON number would be read as something else
  const fields = needed.map((name) => {
    const value = `fields.${ident(name)}`;
    const { numbers } = columnReading(name, dataset);
    const native = nativeNumberSql(value, numbers);
    return native === value || !isReadAsNumber(name, dataset)
      ? `${value} AS ${ident(name)}`
      : `CASE WHEN json_type(_json, ${text(pointer(name))}) = 'DOUBLE' THEN ${native} ELSE ${value} END AS ${ident(name)}`;
  });
  const checks = needed
    .filter((name) => isUsed(name, dataset))
    .flatMap((name) =>
      jsonChecks(
        name,
        `json_type(_json, ${text(pointer(name))})`,
        // the text of a nested value starts like this, but an ordinary text may too
        (start) => `starts_with(${ident(name)}, '${start}')`,
      ),
    );
  return { sql: `(SELECT _unreadable, _json, ${fields.join(', ')} FROM (${objects}))`, checks };
}

/**
 * The raw rows of a file in file order, with every needed column as VARCHAR.
 *
 * @param needed the columns to read, each among `file.columns` (JSON lines: or absent everywhere, then NULL)
 */
export function rawRelation(file: RawFile, dataset: DatasetSettings, needed: readonly string[]): RawRelation {
  switch (dataset.format) {
    case 'parquet':
      return parquetRelation(file, dataset, needed);
    case 'jsonl':
      return jsonRelation(file, dataset, needed);
    case 'csv': {
      if (file.spansLines) return csvSpanningLines(file, dataset, needed);
      const fields = needed.map((name) => `f${file.columns.indexOf(name)} AS ${ident(name)}`);
      return {
        sql: `(SELECT false AS _unreadable, ${fields.join(', ')} FROM ${csvReader(file, dataset)})`,
        normalized: readerNulls(dataset) !== undefined,
      };
    }
  }
}
