import type { SqlEngine } from '#domain/data/engine';
import { createScanner } from '#domain/detectors/find-spans';
import type { PersonalDataSettings } from '#domain/detectors/settings';
import {
  columnsAtOnce,
  examineValues,
  mostCells,
  type SearchedColumn,
  type SearchResult,
  sampleSize,
  searchColumns,
  searchedColumns,
  shortNumber,
} from '#functions/shards/search-columns';

/** The clean rows of one file among those of a shard. */
export interface FileRows {
  /** How messages name the file. */
  readonly name: string;
  /** Number of its first row. */
  readonly first: number;
  readonly rows: number;
}

type Settings = Pick<PersonalDataSettings, 'region' | 'patterns' | 'minShare' | 'sampleRows'>;

/** Searches all rows of small files that follow each other, by one statement for many columns. */
async function searchSmall(
  engine: SqlEngine,
  columns: ReturnType<typeof searchedColumns>,
  rows: string,
  files: readonly FileRows[],
  { region, patterns, minShare }: Settings,
): Promise<SearchResult[]> {
  const scanner = createScanner({ region, patterns });
  const [from, last] = [files[0]?.first ?? 0, files.at(-1)];
  const to = last === undefined ? 0 : last.first + last.rows;
  const results = files.map(() => ({ values: 0, suspicions: [] as SearchResult['suspicions'][number][] }));
  for (let at = 0; at < columns.length; at += columnsAtOnce) {
    const some = columns.slice(at, at + columnsAtOnce);
    const fields = some.map(({ sql }, i) => `${sql} AS c${i}`).join(', ');
    const found = await engine.query(
      'look for personal data',
      `SELECT ${fields} FROM ${rows} WHERE _row >= ${from} AND _row < ${to} ORDER BY _row`,
    );
    for (const [i, { first, rows: own }] of files.entries()) {
      const result = results[i] as (typeof results)[number];
      const sample = found.slice(first - from, first - from + own);
      if (sample.length === 0) continue;
      for (const [n, column] of some.entries()) {
        const texts = sample.flatMap((row) => row[`c${n}`] ?? []).map(String);
        result.values += texts.length;
        if (column.kind === 'number' && texts.every((text) => text === shortNumber)) continue;
        result.suspicions.push(...examineValues(column, texts, scanner, minShare));
      }
    }
  }
  return results.map((result) => ({ columns: columns.length, ...result }));
}

/**
 * Searches the rows of each file of a shard for personal data, as if the file were alone: a file that holds some among many that do
 * not would not be noticed otherwise.
 *
 * @param rows a relation with `_row` and the columns
 * @param files in the order of their rows
 */
export async function searchFiles(
  engine: SqlEngine,
  columns: readonly SearchedColumn[],
  rows: string,
  files: readonly FileRows[],
  settings: Settings,
): Promise<SearchResult[]> {
  const searched = searchedColumns(columns);
  const size = sampleSize(settings.sampleRows, searched.length);
  const results: SearchResult[] = [];
  let small: FileRows[] = [];
  let cells = 0;
  const flush = async () => {
    if (small.length > 0) results.push(...(await searchSmall(engine, searched, rows, small, settings)));
    small = [];
    cells = 0;
  };
  for (const file of files) {
    const { first, rows: own } = file;
    if (own > size) {
      await flush();
      const only = `(SELECT * REPLACE (_row - ${first} AS _row) FROM ${rows} WHERE _row >= ${first} AND _row < ${first + own})`;
      results.push(await searchColumns(engine, columns, only, settings));
      continue;
    }
    if (cells + own * searched.length > mostCells) await flush();
    small.push(file);
    cells += own * searched.length;
  }
  await flush();
  return results;
}
