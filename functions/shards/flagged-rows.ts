import { asNumber, type SqlEngine } from '#domain/data/engine';
import type { Problem } from '#domain/data/typing';
import { text } from '#domain/sql/literals';

/** The result of `cleanSelect` for one raw file, before malformed rows are left out. */
export interface StagedRows {
  /** A Parquet file, of which the rows may be a part. */
  readonly path: string;
  /** Position of the first of the rows, from 0. */
  readonly first: number;
  /** Of a file whose rows are its lines: the line of the first. */
  readonly firstLine?: number | undefined;
  readonly rows: number;
  /** The meaning of problem n (from 1). */
  readonly problems: readonly Problem[];
}

/** A row that the cleaning flagged as malformed. */
export interface FlaggedRow extends Problem {
  /** Its number among the rows that the engine read of the file, from 0. */
  readonly ordinal: number;
  /** The line on which it starts, in a text file. */
  readonly line?: number;
}

const flagged = (path: string): string =>
  `FROM read_parquet(${text(path)}, file_row_number = true) WHERE starts_with(_side, '#')`;

const problemOf = (problems: readonly Problem[], number: number): Problem =>
  problems[number - 1] ?? { column: null, reason: 'malformed' };

/** Numbers of rows by problem. */
export type ProblemCounts = readonly (Problem & { readonly count: number })[];

/**
 * Numbers of flagged rows by problem, for each of some files whose rows follow each other in one Parquet file.
 *
 * @param firsts position of the first row of each file; undefined for a file without rows
 */
export async function countFlagged(
  engine: SqlEngine,
  name: string,
  { path, problems }: Pick<StagedRows, 'path' | 'problems'>,
  firsts: readonly (number | undefined)[],
): Promise<ProblemCounts[]> {
  const starts = firsts.flatMap((first, file) => (first === undefined ? [] : [{ file, first }]));
  const found = `SELECT file_row_number AS row, CAST(regexp_extract(_side, '^#([0-9]+)', 1) AS INTEGER) AS problem ${flagged(path)}`;
  const [only] = starts;
  const files = `SELECT unnest([${starts.map(({ file }) => file).join(', ')}]) AS file, unnest([${starts.map(({ first }) => first).join(', ')}]) AS first`;
  const located =
    starts.length > 1
      ? `(${found}) AS found ASOF JOIN (${files}) AS files ON found.row >= files.first`
      : `(SELECT ${only?.file ?? 0} AS file, problem FROM (${found}))`;
  const counted = await engine.query(
    `count malformed rows of ${name}`,
    `SELECT file, problem, count(*) AS count FROM ${located} GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  const byFile = Map.groupBy(counted, (row) => asNumber(row['file']));
  return firsts.map((_, file) =>
    (byFile.get(file) ?? []).map((row) => ({
      ...problemOf(problems, asNumber(row['problem'])),
      count: asNumber(row['count']),
    })),
  );
}

/** Rows that one query returns. */
const page = 50_000;

/** The flagged rows of a file in its order. */
export async function* listFlagged(
  engine: SqlEngine,
  name: string,
  { path, first, firstLine, rows: all, problems }: StagedRows,
): AsyncGenerator<FlaggedRow> {
  let last = first - 1;
  while (true) {
    const rows = await engine.query(
      `list malformed rows of ${name}`,
      `SELECT file_row_number AS ordinal, _side ${flagged(path)} AND file_row_number > ${last} AND file_row_number < ${first + all} ORDER BY 1 LIMIT ${page}`,
    );
    for (const row of rows) {
      const [number, written] = String(row['_side']).slice(1).split(':').map(Number);
      last = asNumber(row['ordinal']);
      const ordinal = last - first;
      const line = firstLine === undefined ? written : firstLine + ordinal;
      yield { ...problemOf(problems, number ?? 0), ordinal, ...(line === undefined ? {} : { line }) };
    }
    if (rows.length < page) return;
  }
}
