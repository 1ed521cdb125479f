import { isUtf8 } from 'node:buffer';
import { sourceOf } from '#domain/data/column-source';
import { expectedColumns } from '#domain/data/columns';
import { dialectOf } from '#domain/data/csv-dialect';
import { csvSigns, parseRecord } from '#domain/data/csv-fields';
import { firstRecord, readPreamble } from '#domain/data/csv-header';
import { createCsvSplitter } from '#domain/data/csv-splitter';
import type { DatasetSettings } from '#domain/data/settings';
import { createTranscoder } from '#domain/data/transcoder';
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

/** The records of a CSV text, split by the rules of a drop. @throws CliError naming the line that is not CSV, never its text */
function csvRecords(
  file: string,
  text: Buffer,
  dataset: DatasetSettings,
  columns: number,
  firstLine: number,
): string[][] {
  const records: string[][] = [];
  const signs = csvSigns(dataset);
  const splitter = createCsvSplitter({
    dialect: dialectOf(dataset.csv, signs.trim),
    columns,
    firstLine,
    isUtf8,
    sink: {
      row: ({ bytes }) => void records.push([...parseRecord(Buffer.from(bytes).toString(), signs).fields]),
      broken({ line, reason }) {
        const { delimiter, quote } = dataset.csv;
        throw new CliError(
          `${file}, line ${line}: not CSV with the delimiter ${JSON.stringify(delimiter)} and the quote ${quote} of the pipeline (${reason}).`,
          exitCodes.invalid,
        );
      },
    },
  });
  splitter.push(text);
  splitter.end();
  return records;
}

/** The names of the columns: a header's, or the pipeline's for a column that it finds by its position. */
function namesOf(found: readonly string[], dataset: DatasetSettings): string[] {
  const names = [...found];
  for (const name of expectedColumns({ dataset })) {
    const source = sourceOf(dataset, name);
    if (typeof source === 'object' && source.position <= names.length) names[source.position - 1] = name;
  }
  return names;
}

/** Rows of a CSV text, written as the pipeline's drops are; with a header unless those have none. */
function csvRows(file: string, text: Buffer, dataset: DatasetSettings): PredictionRow[] {
  const { format, csv } = dataset;
  // one character is one byte
  const source = text.toString('latin1');
  const preamble = readPreamble(source, csv);
  const body = source.slice(preamble.length);
  const head = csv.header ? firstRecord(body, csvSigns(dataset)) : undefined;
  const found = head ? head.fields.map((name) => Buffer.from(name, 'latin1').toString().trim()) : csv.names;
  const rows = text.subarray(preamble.length + (head?.length ?? 0));
  const firstLine = preamble.lines + (head?.lines ?? 0) + 1;
  const records = found === undefined ? [] : csvRecords(file, rows, dataset, found.length, firstLine);
  if (found === undefined || records.length === 0) {
    throw new CliError(
      `${file} has no rows. Write a header with the names of the columns, and a row a line below it.`,
      exitCodes.invalid,
    );
  }
  const header = namesOf(found, dataset);
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
