import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import type { DatasetSettings } from '#domain/data/settings';
import { mostRows } from '#schemas/events/predict';
import { exitCodes } from './exit-codes.ts';
import { CliError } from './output.ts';

/** A row of a request: raw values by column name. */
export type PredictionRow = unknown;

/**
 * The most bytes of JSON in one request. Lambda takes 6 MB a synchronous request (AWS Lambda Developer Guide, "Lambda quotas"),
 * and its answer, which has fewer values than the request, the same.
 */
const mostBytes = 4_000_000;

/** One object, an array of them, or one a line. @throws CliError naming the line that is not JSON */
function jsonRows(file: string, text: string): PredictionRow[] {
  try {
    const parsed = JSON.parse(text) as unknown;
    return Array.isArray(parsed) ? parsed : [parsed];
  } catch {
    return text.split('\n').flatMap((line, i) => {
      if (line.trim() === '') return [];
      try {
        return [JSON.parse(line) as unknown];
      } catch {
        throw new CliError(
          `${file}, line ${i + 1}: not JSON. Give a JSON array of objects, or one object a line.`,
          exitCodes.invalid,
        );
      }
    });
  }
}

/** @throws CliError naming the line that is not CSV, never its text */
function csvRecords(file: string, text: string, { delimiter, quote }: DatasetSettings['csv']): string[][] {
  try {
    return parse(text, { bom: true, delimiter, quote, escape: quote, skipEmptyLines: true });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = error['lines'] as number | undefined;
    throw new CliError(
      `${file}${line === undefined ? '' : `, line ${line}`}: not CSV with the delimiter ${JSON.stringify(delimiter)} and the quote ${quote} of the pipeline (${error.code}).`,
      exitCodes.invalid,
    );
  }
}

/** Rows of a CSV text, written as the pipeline's drops are; with a header unless those have none. */
function csvRows(file: string, text: string, { format, csv }: DatasetSettings): PredictionRow[] {
  const records = csvRecords(file, text, csv);
  const header = csv.header ? records.shift()?.map((name) => name.trim()) : csv.names;
  if (header === undefined || records.length === 0) {
    throw new CliError(
      `${file} has no rows. Write a header with the names of the columns, and a row a line below it.`,
      exitCodes.invalid,
    );
  }
  const doubled = header.findIndex((name, i) => header.indexOf(name) !== i);
  if (doubled >= 0) {
    throw new CliError(
      `${file}: column ${doubled + 1} has the name of an earlier column. Give each a name of its own.`,
      exitCodes.invalid,
    );
  }
  // a pipeline of CSV says itself what an empty value means
  const value = (text: string | undefined) => (format !== 'csv' && text === '' ? null : text);
  return records.map((record) => Object.fromEntries(header.map((name, i) => [name, value(record[i])])));
}

/**
 * Rows of a text: JSON when it starts with a brace or a bracket, else CSV.
 *
 * @throws CliError naming file, line and fix, never a value
 */
export function readPredictionRows(file: string, text: string, dataset: DatasetSettings): PredictionRow[] {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (trimmed === '')
    throw new CliError(
      `${file} is empty. Give rows as CSV, a JSON array, or one JSON object a line.`,
      exitCodes.invalid,
    );
  return /^[[{]/.test(trimmed) ? jsonRows(file, trimmed) : csvRows(file, text, dataset);
}

/** Rows in the order given, in requests that Predict takes: limited in number and size. */
export function requestsOf(rows: readonly PredictionRow[]): PredictionRow[][] {
  const requests: PredictionRow[][] = [];
  let size = mostBytes;
  for (const row of rows) {
    const bytes = Buffer.byteLength(JSON.stringify(row)) + 1;
    const last = requests.at(-1);
    if (last === undefined || last.length === mostRows || size + bytes > mostBytes) {
      requests.push([row]);
      size = bytes;
    } else {
      last.push(row);
      size += bytes;
    }
  }
  return requests;
}
