import { keyTwice, repeatedKey } from '#domain/data/repeated-key';
import type { DatasetSettings } from '#domain/data/settings';
import { createTranscoder } from '#domain/data/transcoder';
import { PredictionError } from '#domain/errors';
import { csvRows } from '#functions/shards/request-csv';
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

/** The value of a text; undefined when it is not JSON. */
function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

const invalid = (place: string, problem: string): CliError => new CliError(`${place}: ${problem}`, exitCodes.invalid);

/** One object, an array of them, or one a line. @throws CliError naming the line that is not JSON, or the row that has a key twice */
function jsonRows(file: string, text: string): PredictionRow[] {
  const whole = parsed(text);
  if (whole) {
    const [row] = repeatedKey(text) ?? [];
    if (row !== undefined) throw invalid(typeof row === 'number' ? `${file}, row ${row + 1}` : file, keyTwice);
    return Array.isArray(whole.value) ? whole.value : [whole.value];
  }
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    const place = `${file}, line ${i + 1}`;
    const one = parsed(line);
    if (!one) throw invalid(place, 'not JSON. Give a JSON array of objects, or one object a line.');
    if (repeatedKey(line)) throw invalid(place, keyTwice);
    return [one.value];
  });
}

/** The text of rows in UTF-8. */
function decoded(bytes: Uint8Array, { format, csv }: DatasetSettings): Buffer {
  const transcoder = createTranscoder(format === 'csv' ? csv.encoding : 'utf-8');
  return Buffer.concat([transcoder.push(bytes), transcoder.end()]);
}

/**
 * Rows of a file: JSON when it starts with a brace or a bracket, else CSV.
 *
 * @throws CliError naming file, line and fix, never a value
 */
export function readPredictionRows(file: string, content: Uint8Array, dataset: DatasetSettings): PredictionRow[] {
  const text = decoded(content, dataset);
  const trimmed = text.toString().trim();
  if (trimmed === '')
    throw new CliError(
      `${file} is empty. Give rows as CSV, a JSON array, or one JSON object a line.`,
      exitCodes.invalid,
    );
  if (/^[[{]/.test(trimmed)) return jsonRows(file, trimmed);
  try {
    return csvRows(file, text, dataset);
  } catch (error) {
    throw error instanceof PredictionError ? new CliError(error.message, exitCodes.invalid) : error;
  }
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
