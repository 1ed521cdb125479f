import type { SqlEngine } from '#domain/data/engine';
import { asNumber } from '#domain/data/engine';
import { createLineFinder } from '#domain/data/line-finder';
import { type RawFile, rejectsTable } from '#domain/data/raw';
import { text } from '#domain/data/sql';
import type { Problem } from '#domain/data/typing';
import { MalformedDataError } from '#domain/errors';
import { findLines } from '#functions/shards/raw-file';
import type { Pipeline } from '#schemas/pipeline';

/** A row that could not be used: where it is and why, never what it holds. */
export interface MalformedRow extends Problem {
  readonly file: string;
  /** Line in a text file, from 1, as an editor counts. */
  readonly line?: number;
  /** Row in a Parquet file, from 1. */
  readonly row?: number;
}

/** The malformed rows of a shard: how many for which reason, and where (as many as are written down). */
export interface MalformedRows {
  readonly counts: readonly (Problem & { readonly count: number })[];
  readonly rows: readonly MalformedRow[];
}

/** More malformed rows than this are counted, not listed one by one. */
const listed = 100_000;

/** DuckDB's reject types (documentation: "Reading Faulty CSV Files") in plain words. */
const rejectReasons: Readonly<Record<string, string>> = {
  'MISSING COLUMNS': 'too few fields',
  'TOO MANY COLUMNS': 'too many fields',
  'UNQUOTED VALUE': 'quotes that do not match',
  'INVALID STATE': 'quotes that do not match',
  'LINE SIZE OVER MAXIMUM': 'a line longer than 2 MB',
  'INVALID ENCODING': 'bytes that are not UTF-8',
  'INVALID UNICODE': 'bytes that are not UTF-8',
};

interface Reject extends Problem {
  readonly start: number;
  readonly line: number;
}

async function readRejects(engine: SqlEngine, key: string): Promise<Reject[]> {
  const found = await engine.query(
    `list the rejected lines of ${key}`,
    `SELECT line_byte_position AS start, min(line) AS line, arg_min(error_type, byte_position) AS type FROM ${rejectsTable} GROUP BY 1 ORDER BY 1`,
  );
  return found.map((r) => ({
    start: asNumber(r['start']),
    line: asNumber(r['line']),
    column: null,
    reason: rejectReasons[String(r['type'])] ?? 'not valid CSV',
  }));
}

/**
 * Lists the malformed rows of a shard: those the reader rejected and those whose side in the staged rows is `#<problem>`.
 *
 * @param staged the Parquet file `cleanSelect` was copied to
 * @param problems what problem n (from 1) means
 */
export async function listMalformedRows(
  engine: SqlEngine,
  pipeline: Pipeline,
  key: string,
  file: RawFile,
  staged: string,
  problems: readonly Problem[],
): Promise<MalformedRows> {
  const { format, csv } = pipeline.dataset;
  const rejects = format === 'csv' ? await readRejects(engine, key) : [];
  const flagged = `FROM read_parquet(${text(staged)}, file_row_number = true) WHERE starts_with(_side, '#')`;
  const problemOf = (side: unknown): Problem =>
    problems[Number(String(side).slice(1)) - 1] ?? { column: null, reason: 'malformed' };
  const byReason = await engine.query(
    `count malformed rows of ${key}`,
    `SELECT _side, count(*) AS count ${flagged} GROUP BY 1`,
  );
  const rejected = Map.groupBy(rejects, (r) => r.reason);
  const counts = [
    ...byReason.map((r) => ({ ...problemOf(r['_side']), count: asNumber(r['count']) })),
    ...[...rejected].map(([reason, rows]) => ({ column: null, reason, count: rows.length })),
  ];
  if (counts.length === 0) return { counts, rows: [] };
  const positions = await engine.query(
    `list malformed rows of ${key}`,
    `SELECT file_row_number AS ordinal, _side ${flagged} ORDER BY 1 LIMIT ${listed}`,
  );
  if (format === 'parquet') {
    return {
      counts,
      rows: positions.map((r) => ({ file: key, row: asNumber(r['ordinal']) + 1, ...problemOf(r['_side']) })),
    };
  }
  const finder = createLineFinder({
    quote: format === 'csv' ? csv.quote.charCodeAt(0) : undefined,
    delimiter: csv.delimiter.charCodeAt(0),
    header: format === 'csv' && csv.header,
    rejectedAt: rejects.map((r) => r.start),
    wanted: new Set(positions.map((r) => asNumber(r['ordinal']))),
  });
  await findLines(finder, file);
  const located = (line: number | undefined, { column, reason }: Problem): MalformedRow => ({
    file: key,
    ...(line === undefined ? {} : { line }),
    column,
    reason,
  });
  const rows = [
    ...rejects.slice(0, listed).map((r) => located(finder.lineOfRejected(r.start) ?? r.line, r)),
    ...positions.map((r) => located(finder.lineOf(asNumber(r['ordinal'])), problemOf(r['_side']))),
  ];
  return { counts, rows: rows.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
}

const percent = (fraction: number): string => `${Number((fraction * 100).toPrecision(3))} %`;

/** @throws MalformedDataError when more of the rows are malformed than the pipeline tolerates, naming the first of them */
export function refuseTooManyMalformed(
  pipeline: Pipeline,
  key: string,
  total: number,
  { counts, rows }: MalformedRows,
): void {
  const malformed = counts.reduce((sum, c) => sum + c.count, 0);
  const { maxMalformedFraction } = pipeline.dataset;
  if (malformed <= total * maxMalformedFraction) return;
  const first = rows.slice(0, 5).map(({ line, row, column, reason }) => {
    const place = line === undefined ? `row ${row}` : `line ${line}`;
    return `${place}${column === null ? '' : `, column "${column}"`}: ${reason}`;
  });
  throw new MalformedDataError(
    `${key}: ${malformed} of ${total} rows (${percent(malformed / total)}) are malformed, more than dataset.maxMalformedFraction ` +
      `(${percent(maxMalformedFraction)}) allows. First: ${first.join('; ')}. ` +
      'Mend the file and drop it again (all places are listed in the quarantine), or adapt dataset.columns to what it holds.',
  );
}
