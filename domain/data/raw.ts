import type { RawRelation } from '#domain/data/clean';
import type { DatasetSettings } from '#domain/data/settings';
import { ident, text, texts } from '#domain/data/sql';

/** A local copy of one raw object. */
export interface RawFile {
  readonly path: string;
  /** Whether it is compressed with gzip. */
  readonly gzip: boolean;
  /** The file's columns in file order; for JSON lines, the keys that occur. */
  readonly columns: readonly string[];
  /** Parquet only: DuckDB's type of each column. */
  readonly types?: readonly string[];
}

/** The table DuckDB notes rejected CSV rows in; it holds raw text, so only its positions may be read. */
export const rejectsTable = '_rejects';

/** A null text that no file holds: null values are the pipeline's affair, after trimming. */
const neverNull = '\u0001\u0002\u0003';

/** SQL of the CSV reader: every field as VARCHAR under `f<position>`, rows with another number of fields noted and left out. */
function csvReader({ path, gzip, columns }: RawFile, { csv }: DatasetSettings): string {
  const fields = columns.map((_, i) => `'f${i}': 'VARCHAR'`).join(', ');
  const options = [
    'auto_detect = false',
    `header = ${csv.header}`,
    `delim = ${text(csv.delimiter)}`,
    `quote = ${text(csv.quote)}`,
    `escape = ${text(csv.quote)}`,
    `nullstr = [${texts(csv.trim || csv.nullValues.length === 0 ? [neverNull] : csv.nullValues)}]`,
    `compression = '${gzip ? 'gzip' : 'none'}'`,
    'store_rejects = true',
    `rejects_table = '${rejectsTable}'`,
    "rejects_scan = '_reject_scans'",
    `columns = {${fields}}`,
  ];
  return `read_csv(${text(path)}, ${options.join(', ')})`;
}

const jsonReader = ({ path, gzip }: Pick<RawFile, 'path' | 'gzip'>): string =>
  `read_ndjson_objects(${text(path)}, ignore_errors = true, compression = '${gzip ? 'gzip' : 'uncompressed'}')`;

/** SQL that lists the keys of a JSON-lines file, with the number of objects each occurs in: `key`, `count`. */
export const jsonKeysSql = (file: Pick<RawFile, 'path' | 'gzip'>): string =>
  `SELECT key, count(*) AS count FROM (SELECT unnest(json_keys(json)) AS key FROM ${jsonReader(file)} WHERE json IS NOT NULL) GROUP BY key ORDER BY key`;

/** Whole numbers in a float column are written without `.0`: a category code is the same in every format. */
function parquetText(column: string, type: string): string {
  if (!/^(DOUBLE|FLOAT|DECIMAL)/.test(type)) return `CAST(${column} AS VARCHAR)`;
  return `CASE WHEN ${column} = trunc(${column}) AND abs(${column}) < 1e15 THEN CAST(CAST(${column} AS BIGINT) AS VARCHAR) ELSE CAST(${column} AS VARCHAR) END`;
}

/**
 * The raw rows of a file in file order, every needed column as VARCHAR.
 *
 * @param needed the columns to read, each among `file.columns` (JSON lines: or absent everywhere, then NULL)
 */
export function rawRelation(file: RawFile, dataset: DatasetSettings, needed: readonly string[]): RawRelation {
  if (dataset.format === 'csv') {
    const fields = needed.map((name) => `f${file.columns.indexOf(name)} AS ${ident(name)}`);
    return {
      sql: `(SELECT false AS _unreadable, ${fields.join(', ')} FROM ${csvReader(file, dataset)})`,
      normalized: !dataset.csv.trim,
    };
  }
  if (dataset.format === 'parquet') {
    const fields = needed.map((name) => {
      const type = file.types?.[file.columns.indexOf(name)] ?? 'VARCHAR';
      return `${parquetText(ident(name), type)} AS ${ident(name)}`;
    });
    return { sql: `(SELECT false AS _unreadable, ${fields.join(', ')} FROM read_parquet(${text(file.path)}))` };
  }
  const structure = JSON.stringify(Object.fromEntries(needed.map((name) => [name, 'VARCHAR'])));
  const isObject = "coalesce(json_type(json) = 'OBJECT', false)";
  const objects = `SELECT NOT ${isObject} AS _unreadable, CASE WHEN ${isObject} THEN from_json(json, ${text(structure)}) END AS fields FROM ${jsonReader(file)}`;
  const fields = needed.map((name) => `fields.${ident(name)} AS ${ident(name)}`);
  return { sql: `(SELECT _unreadable, ${fields.join(', ')} FROM (${objects}))` };
}
