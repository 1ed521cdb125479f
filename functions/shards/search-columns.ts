import { asNumber, type SqlEngine } from '#domain/data/engine';
import { examineDates } from '#domain/detectors/birth-years';
import { countValues, examineColumn, type Suspicion } from '#domain/detectors/examine-column';
import { createScanner, type Scanner } from '#domain/detectors/find-spans';
import { almostUnique } from '#domain/detectors/judge';
import type { PersonalDataSettings } from '#domain/detectors/settings';
import { ident } from '#domain/sql/literals';
import { unreachable } from '#domain/unreachable';
import type { CleanKind } from '#schemas/records/profile';

/** A column to search, as it is among the rows. */
export interface SearchedColumn {
  readonly name: string;
  /** Its name among the rows, if it is another. */
  readonly source?: string;
  readonly kind: CleanKind;
  /** Whether almost all of its values being different is worth a warning. */
  readonly isCategory?: boolean;
}

/** Columns that are read together, and the cells that a search reads at most. */
export const columnsAtOnce = 400;
export const mostCells = 1_000_000;
/** Fewer values than this say little: the column is read once more, for its values alone. */
const fewValues = 50;
const mostSparse = 200;

/** Numbers below this are too short to be an identifier; all of them count as values. */
const shortest = 1e7;
/** The text of such a number. */
export const shortNumber = '0';

const valueSql = ({ name, source = name }: SearchedColumn): string => ident(source);

/** SQL of a value as the text that is searched; undefined for a kind that holds nothing personal. */
function searchedText(column: SearchedColumn): string | undefined {
  const value = valueSql(column);
  const { kind } = column;
  switch (kind) {
    case 'category':
    case 'text':
      return value;
    case 'number':
      return `CASE WHEN ${value} IS NULL THEN NULL WHEN abs(${value}) >= ${shortest} AND abs(${value}) < 1e19 AND ${value} = trunc(${value}) THEN CAST(CAST(${value} AS HUGEINT) AS VARCHAR) ELSE '${shortNumber}' END`;
    case 'datetime':
      return `strftime(${value}, '%Y-%m-%d')`;
    case 'boolean':
      return undefined;
    default:
      return unreachable(kind, 'kind of column');
  }
}

/** SQL that is true where a column's values must be read: a column of short numbers is no identifier, whatever they are. */
function isWorthReading(column: SearchedColumn): string {
  const value = valueSql(column);
  if (column.kind !== 'number') return `true`;
  return `coalesce(bool_or(abs(${value}) >= ${shortest} AND ${value} = trunc(${value})), false)`;
}

/** The columns that may hold something personal, each with the SQL of its text. */
export const searchedColumns = (columns: readonly SearchedColumn[]) =>
  columns.flatMap((column) => {
    const sql = searchedText(column);
    return sql === undefined ? [] : [{ ...column, sql }];
  });

/** How many rows are looked at where there are more. */
export const sampleSize = (sampleRows: number, columns: number): number =>
  Math.min(sampleRows, Math.max(100, Math.floor(mostCells / Math.max(columns, 1))));

/** The sampled rows, while they are searched. */
const sampleTable = '_searched';

/** What the columns of some rows look like, and how many values were looked at. */
export interface SearchResult {
  readonly columns: number;
  readonly values: number;
  readonly suspicions: readonly Suspicion[];
}

/**
 * Searches a deterministic sample of rows, by the hash of the row's number, for personal data.
 *
 * @param rows a relation with `_row` and the columns
 */
export async function searchColumns(
  engine: SqlEngine,
  columns: readonly SearchedColumn[],
  rows: string,
  {
    region,
    patterns,
    minShare,
    sampleRows,
  }: Pick<PersonalDataSettings, 'region' | 'patterns' | 'minShare' | 'sampleRows'>,
): Promise<SearchResult> {
  const searched = searchedColumns(columns);
  if (searched.length === 0) return { columns: 0, values: 0, suspicions: [] };
  const scanner = createScanner({ region, patterns });
  const size = sampleSize(sampleRows, searched.length);
  const task = 'look for personal data';
  const [last] = await engine.query(
    task,
    `SELECT CAST(max(h) AS VARCHAR) AS h FROM (SELECT hash(_row) AS h FROM ${rows} ORDER BY h LIMIT ${size})`,
  );
  const { h } = last ?? {};
  if (typeof h !== 'string') return { columns: searched.length, values: 0, suspicions: [] };
  let values = 0;
  let sparse = 0;
  const suspicions: Suspicion[] = [];
  const names = searched.map(valueSql).join(', ');
  await engine.query(
    task,
    `CREATE OR REPLACE TEMP TABLE ${sampleTable} AS SELECT _row, ${names} FROM ${rows} WHERE hash(_row) <= CAST('${h}' AS UBIGINT)`,
  );
  for (let from = 0; from < searched.length; from += columnsAtOnce) {
    const some = searched.slice(from, from + columnsAtOnce);
    const [counts] = await engine.query(
      task,
      `SELECT count(*) AS rows, ${some.map((column, i) => `count(${valueSql(column)}) AS n${i}, ${isWorthReading(column)} AS w${i}`).join(', ')} FROM ${sampleTable}`,
    );
    const worth = some.flatMap((column, i) =>
      counts?.[`w${i}`] === true ? [{ column, n: asNumber(counts[`n${i}`]), i }] : [],
    );
    values += some.reduce((sum, _, i) => sum + asNumber(counts?.[`n${i}`]), 0);
    if (worth.length === 0) continue;
    const fields = worth.map(({ column, i }) => `${column.sql} AS c${i}`).join(', ');
    const sample = await engine.query(task, `SELECT ${fields} FROM ${sampleTable} ORDER BY _row`);
    for (const { column, i, n } of worth) {
      let texts = sample.flatMap((row) => row[`c${i}`] ?? []).map(String);
      const isText = column.kind === 'category' || column.kind === 'text';
      if (isText && n < fewValues && asNumber(counts?.['rows']) === size && sparse < mostSparse) {
        sparse += 1;
        const found = await engine.query(
          task,
          `SELECT ${column.sql} AS c FROM ${rows} WHERE ${valueSql(column)} IS NOT NULL ORDER BY hash(_row) LIMIT ${size}`,
        );
        texts = found.map((row) => String(row['c']));
        values += texts.length - n;
      }
      suspicions.push(...examineValues(column, texts, scanner, minShare));
    }
  }
  await engine.query(task, `DROP TABLE ${sampleTable}`);
  return { columns: searched.length, values, suspicions };
}

/** What the values of a column look like. */
export function examineValues(
  column: SearchedColumn,
  texts: readonly string[],
  scanner: Scanner,
  minShare: number,
): Suspicion[] {
  const found = examineColumn(column.name, texts, scanner, minShare);
  if (found.length > 0) return found;
  if (column.kind === 'datetime') return [examineDates(column.name, texts)].filter((s) => s !== undefined);
  return column.isCategory ? uniqueCategory(column.name, texts) : [];
}

const leastUnique = 50;
const uniqueShare = 0.9;

/** A category that is almost never the same twice is an identifier, or a text. */
function uniqueCategory(column: string, values: readonly string[]): Suspicion[] {
  const examined = values.length;
  const found = [...countValues(values).values()].filter((count) => count === 1).length;
  if (examined < leastUnique || found / examined < uniqueShare) return [];
  return [{ column, ...almostUnique, by: 'values', examined, found, share: found / examined, examples: [] }];
}
