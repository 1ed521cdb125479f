import { brokenQuotes, notUtf8 } from '#domain/data/csv-records';
import { encodingAdvice } from '#domain/data/header';
import { bulletList } from '#domain/data/shown';
import type { Problem } from '#domain/data/typing';
import { MalformedDataError } from '#domain/errors';
import { counted } from '#domain/text/numbers';
import type { ProblemCounts } from '#functions/shards/flagged-rows';
import { createProblemCounts, type PreparedFile } from '#functions/shards/raw-file';
import type { Pipeline } from '#schemas/pipeline';

/** A malformed row: its position and the reason, never its content. */
export interface MalformedRow extends Problem {
  readonly file: string;
  /** Line in a text file, from 1, as an editor counts. */
  readonly line?: number;
  /** Row in a Parquet file, from 1. */
  readonly row?: number;
}

/** The rows of a file by what became of them. */
export interface RowCounts {
  /** All rows of the file. A line that a stray quote swallowed counts as a row. */
  readonly total: number;
  /** Rows that the cleaning flagged. */
  readonly flagged: number;
  /** Rows that are set aside: malformed ones, and those that the pipeline leaves out on purpose. */
  readonly malformed: number;
  /** How many of them the pipeline leaves out on purpose. */
  readonly leftOut: number;
  /** The rows that are set aside, by column and reason. */
  readonly counts: readonly (Problem & { readonly count: number })[];
}

/**
 * Counts the rows of a file.
 *
 * @param found its rows that the cleaning flagged
 */
export function countRows({ rows, broken }: PreparedFile, found: ProblemCounts): RowCounts {
  const flagged = found.reduce((sum, c) => sum + c.count, 0);
  const counts = createProblemCounts();
  for (const problem of [...broken, ...found]) counts.add(problem, problem.count);
  const list = counts.list();
  const malformed = list.reduce((sum, c) => sum + c.count, 0);
  const leftOut = list.reduce((sum, c) => sum + (c.leftOut ? c.count : 0), 0);
  return { total: rows - flagged + malformed, flagged, malformed, leftOut, counts: list };
}

const percent = (fraction: number): string => `${Number((fraction * 100).toPrecision(3))} %`;

/** Whether a file has more malformed rows than the pipeline allows. */
export const hasTooManyMalformed = ({ dataset }: Pipeline, { malformed, leftOut, total }: RowCounts): boolean =>
  malformed - leftOut > total * dataset.maxMalformedFraction;

/** The settings that may read a CSV file with such malformed rows. */
function csvAdvice({ dataset: { format, csv } }: Pipeline, { counts }: RowCounts): string {
  if (format !== 'csv') return '';
  const has = (reason: string) => counts.some((own) => own.reason === reason);
  const quotes =
    'If a backslash stands before the quotes of a value, as Spark writes them, set dataset.csv.escape; ' +
    'if a quote is a character as any other, set dataset.csv.quote: none. ';
  return (has(notUtf8) ? `${encodingAdvice}. ` : '') + (has(brokenQuotes) && csv.escape === undefined ? quotes : '');
}

/** Reasons that a refusal lists at most, those of the most rows first. */
const mostReasons = 10;
/** Rows of a reason that a refusal places. */
export const placedRows = 3;

const isSame = (a: Problem, b: Problem): boolean => a.column === b.column && a.reason === b.reason;

/** A reason, the number of rows that it makes malformed, and the places of the first ones. */
function describeReason(problem: Problem & { readonly count: number }, rows: readonly MalformedRow[]): string {
  const { column, reason, count } = problem;
  const own = rows.filter((row) => isSame(row, problem)).slice(0, placedRows);
  const unit = own[0]?.line === undefined ? 'row' : 'line';
  const places = own.flatMap(({ line, row }) => line ?? row ?? []);
  const more = count > places.length ? ', …' : '';
  const at = places.length === 0 ? '' : `: ${unit}${count === 1 ? '' : 's'} ${places.join(', ')}${more}`;
  return `${column === null ? '' : `column "${column}": `}${reason} (${counted(count, 'row')}${at})`;
}

/** @throws MalformedDataError with the reasons and the first rows of each when there are more malformed rows than the pipeline allows */
export function refuseTooManyMalformed(
  pipeline: Pipeline,
  name: string,
  found: RowCounts,
  rows: readonly MalformedRow[],
): void {
  if (!hasTooManyMalformed(pipeline, found)) return;
  const { total } = found;
  const malformed = found.malformed - found.leftOut;
  const reasons = found.counts.filter(({ leftOut }) => !leftOut).toSorted((a, b) => b.count - a.count);
  throw new MalformedDataError(
    [
      `${name}: ${malformed} of ${total} rows (${percent(malformed / total)}) are malformed, more than dataset.maxMalformedFraction ` +
        `(${percent(pipeline.dataset.maxMalformedFraction)}) allows:`,
      ...bulletList(
        reasons.map((own) => describeReason(own, rows)),
        mostReasons,
      ),
      `${csvAdvice(pipeline, found)}Fix the file and drop it again (the quarantine lists all positions), or change dataset.columns to match the file.`,
    ].join('\n'),
  );
}
