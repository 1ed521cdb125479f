import { asNumber, type SqlEngine } from '#domain/data/engine';
import type { Problem } from '#domain/data/typing';
import { text } from '#domain/sql/literals';

/** The result of `cleanSelect`, before malformed rows are left out. */
export interface StagedRows {
  /** A Parquet file. */
  readonly path: string;
  readonly rows: number;
  /** The meaning of problem n (from 1). */
  readonly problems: readonly Problem[];
}

/** A row that the cleaning flagged as malformed. */
export interface FlaggedRow extends Problem {
  /** Its number among the rows that the engine read, from 0. */
  readonly ordinal: number;
  /** The line on which it starts, in a text file. */
  readonly line?: number;
}

const flagged = (path: string): string =>
  `FROM read_parquet(${text(path)}, file_row_number = true) WHERE starts_with(_side, '#')`;

const problemOf = (problems: readonly Problem[], number: number): Problem =>
  problems[number - 1] ?? { column: null, reason: 'malformed' };

/** Numbers of flagged rows by problem. */
export async function countFlagged(engine: SqlEngine, name: string, { path, problems }: StagedRows) {
  const counted = await engine.query(
    `count malformed rows of ${name}`,
    `SELECT CAST(regexp_extract(_side, '^#([0-9]+)', 1) AS INTEGER) AS problem, count(*) AS count ${flagged(path)} GROUP BY 1 ORDER BY 1`,
  );
  return counted.map((row) => ({ ...problemOf(problems, asNumber(row['problem'])), count: asNumber(row['count']) }));
}

/** Rows that one query returns. */
const page = 50_000;

/** The flagged rows in file order. */
export async function* listFlagged(
  engine: SqlEngine,
  name: string,
  { path, problems }: StagedRows,
): AsyncGenerator<FlaggedRow> {
  let last = -1;
  while (true) {
    const rows = await engine.query(
      `list malformed rows of ${name}`,
      `SELECT file_row_number AS ordinal, _side ${flagged(path)} AND file_row_number > ${last} ORDER BY 1 LIMIT ${page}`,
    );
    for (const row of rows) {
      const [number, line] = String(row['_side']).slice(1).split(':').map(Number);
      last = asNumber(row['ordinal']);
      yield { ...problemOf(problems, number ?? 0), ordinal: last, ...(line === undefined ? {} : { line }) };
    }
    if (rows.length < page) return;
  }
}
