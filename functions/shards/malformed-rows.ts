import type { RawRelation } from '#domain/data/clean';
import type { SqlEngine } from '#domain/data/engine';
import { asNumber } from '#domain/data/engine';
import { createLineFinder } from '#domain/data/line-finder';
import { linesReadSql, type RawFile, rejectsTable } from '#domain/data/raw';
import { swallowed } from '#domain/data/swallowed';
import type { Problem } from '#domain/data/typing';
import { MalformedDataError } from '#domain/errors';
import { text } from '#domain/sql/literals';
import { unreachable } from '#domain/unreachable';
import { findLines } from '#functions/shards/raw-file';
import type { Pipeline } from '#schemas/pipeline';

/** A malformed row: its position and the reason, never its content. */
export interface MalformedRow extends Problem {
  readonly file: string;
  /** Line in a text file, from 1, as an editor counts. */
  readonly line?: number;
  /** Row in a Parquet file, from 1. */
  readonly row?: number;
}

/** The malformed rows of a shard: the count for each reason, and the positions (up to a limit). */
export interface MalformedRows {
  /** If an open quote swallowed lines with rows, each of these lines counts. */
  readonly counts: readonly (Problem & { readonly count: number })[];
  readonly rows: readonly MalformedRow[];
  /** All rows, including malformed ones. */
  readonly total: number;
}

/** At most this many malformed rows are listed; the rest are only counted. */
const listed = 100_000;

const brokenQuotes = 'quotes that do not match';
const tooLong = 'a line longer than 2 MB';

/** DuckDB's reject types (documentation: "Reading Faulty CSV Files") in plain words. */
const rejectReasons: Readonly<Record<string, string>> = {
  'MISSING COLUMNS': 'too few fields',
  'TOO MANY COLUMNS': 'too many fields',
  'UNQUOTED VALUE': brokenQuotes,
  'INVALID STATE': brokenQuotes,
  'LINE SIZE OVER MAXIMUM': tooLong,
  'INVALID ENCODING': 'bytes that are not UTF-8',
  'INVALID UNICODE': 'bytes that are not UTF-8',
};

interface Reject extends Problem {
  readonly start: number;
  readonly line: number;
}

async function readRejects(engine: SqlEngine, name: string): Promise<Reject[]> {
  const found = await engine.query(
    `list the rejected lines of ${name}`,
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
 * The rejected records by reason. An unclosed quote swallows lines, up to the end of the file. Lines that belong to no record
 * are counted one by one.
 *
 * @param taken lines of the records that were read
 */
function countRejects(rejects: readonly Reject[], lines: number, taken: number): (Problem & { count: number })[] {
  const counts = new Map([...Map.groupBy(rejects, (r) => r.reason)].map(([reason, rows]) => [reason, rows.length]));
  const lost = lines - taken - rejects.length;
  if (lost > 0) {
    const reason = !counts.has(brokenQuotes) && counts.has(tooLong) ? tooLong : brokenQuotes;
    counts.set(reason, (counts.get(reason) ?? 0) + lost);
  }
  return [...counts].map(([reason, count]) => ({ column: null, reason, count }));
}

/**
 * Lists the malformed rows of a shard: those that the reader rejected, and those whose side in the staged rows is
 * `#<problem>` or `#<problem>:<lines>`.
 *
 * @param relation the input of the cleaning
 * @param staged the Parquet file with the result of `cleanSelect`, and its number of rows
 * @param problems the meaning of problem n (from 1)
 */
export async function listMalformedRows(
  engine: SqlEngine,
  pipeline: Pipeline,
  name: string,
  file: RawFile,
  relation: RawRelation,
  staged: { readonly path: string; readonly rows: number },
  problems: readonly Problem[],
): Promise<MalformedRows> {
  const { format, csv } = pipeline.dataset;
  const rejects = format === 'csv' ? await readRejects(engine, name) : [];
  const flagged = `FROM read_parquet(${text(staged.path)}, file_row_number = true) WHERE starts_with(_side, '#')`;
  const readSide = (side: unknown): { problem: Problem; lines: number } => {
    const [number, lines] = String(side).slice(1).split(':').map(Number);
    return { problem: problems[(number ?? 0) - 1] ?? { column: null, reason: 'malformed' }, lines: lines ?? 1 };
  };
  const bySide = await engine.query(
    `count malformed rows of ${name}`,
    `SELECT _side, count(*) AS count ${flagged} GROUP BY 1 ORDER BY 1`,
  );
  const byProblem = new Map<Problem, number>();
  let flaggedRows = 0;
  for (const row of bySide) {
    const { problem, lines } = readSide(row['_side']);
    const count = asNumber(row['count']);
    flaggedRows += count;
    byProblem.set(problem, (byProblem.get(problem) ?? 0) + count * (problem.reason === swallowed ? lines : 1));
  }
  const taken = file.spansLines
    ? asNumber((await engine.query(`count the lines of ${name}`, linesReadSql(relation)))[0]?.['lines'])
    : 0;
  const counts = [
    ...[...byProblem].map(([problem, count]) => ({ ...problem, count })),
    ...(file.spansLines ? countRejects(rejects, file.lines ?? 0, taken) : countRejects(rejects, 0, 0)),
  ];
  const total = staged.rows - flaggedRows + counts.reduce((sum, c) => sum + c.count, 0);
  if (counts.length === 0) return { counts, rows: [], total };
  const positions = await engine.query(
    `list malformed rows of ${name}`,
    `SELECT file_row_number AS ordinal, _side ${flagged} ORDER BY 1 LIMIT ${listed}`,
  );
  switch (format) {
    case 'parquet': {
      const rows = positions.map((r) => ({
        file: name,
        row: asNumber(r['ordinal']) + 1,
        ...readSide(r['_side']).problem,
      }));
      return { counts, rows, total };
    }
    case 'csv':
    case 'jsonl':
      break;
    default:
      unreachable(format, 'format of a drop');
  }
  const finder = createLineFinder({
    quote: format === 'csv' ? csv.quote.charCodeAt(0) : undefined,
    delimiter: csv.delimiter.charCodeAt(0),
    header: format === 'csv' && csv.header,
    rejectedAt: rejects.map((r) => r.start),
    wanted: new Set(positions.map((r) => asNumber(r['ordinal']))),
  });
  await findLines(finder, name, file);
  const located = (line: number | undefined, { column, reason }: Problem): MalformedRow => ({
    file: name,
    ...(line === undefined ? {} : { line }),
    column,
    reason,
  });
  const open = finder.lineOfOpenQuote();
  const rows = [
    ...(format === 'csv' && open !== undefined ? [located(open, { column: null, reason: brokenQuotes })] : []),
    ...rejects.slice(0, listed).map((r) => located(finder.lineOfRejected(r.start) ?? r.line, r)),
    ...positions.map((r) => located(finder.lineOf(asNumber(r['ordinal'])), readSide(r['_side']).problem)),
  ];
  return { counts, rows: rows.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)), total };
}

const percent = (fraction: number): string => `${Number((fraction * 100).toPrecision(3))} %`;

/** @throws MalformedDataError naming the first malformed rows when there are more than the pipeline allows */
export function refuseTooManyMalformed(pipeline: Pipeline, name: string, { counts, rows, total }: MalformedRows): void {
  const malformed = counts.reduce((sum, c) => sum + (c.leftOut ? 0 : c.count), 0);
  const { maxMalformedFraction } = pipeline.dataset;
  if (malformed <= total * maxMalformedFraction) return;
  const first = rows
    .filter((r) => !r.leftOut)
    .slice(0, 5)
    .map(({ line, row, column, reason }) => {
      const place = line !== undefined ? `line ${line}` : row !== undefined ? `row ${row}` : 'a row';
      return `${place}${column === null ? '' : `, column "${column}"`}: ${reason}`;
    });
  throw new MalformedDataError(
    `${name}: ${malformed} of ${total} rows (${percent(malformed / total)}) are malformed, more than dataset.maxMalformedFraction ` +
      `(${percent(maxMalformedFraction)}) allows. First: ${first.join('; ')}. ` +
      'Fix the file and drop it again (the quarantine lists all positions), or change dataset.columns to match the file.',
  );
}
