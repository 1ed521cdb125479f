import { isUtf8 } from 'node:buffer';
import { sourceOf } from '#domain/data/column-source';
import { expectedColumns } from '#domain/data/columns';
import { dialectOf } from '#domain/data/csv-dialect';
import { csvSigns, parseRecord } from '#domain/data/csv-fields';
import { firstRecord, readPreamble } from '#domain/data/csv-header';
import { createCsvSplitter } from '#domain/data/csv-splitter';
import type { RawRow } from '#domain/data/online';
import type { DatasetSettings } from '#domain/data/settings';
import { PredictionError } from '#domain/errors';

/** The records of a CSV text, split by the rules of a drop. @throws PredictionError naming the line that is not CSV, never its text */
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
        throw new PredictionError(
          `${file}, line ${line}: not CSV with the delimiter ${JSON.stringify(delimiter)} and the quote ${quote} of the pipeline (${reason}).`,
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

/**
 * Rows of a CSV text, written as the pipeline's drops are; with a header unless those have none.
 *
 * @param file what the text is, for messages
 * @param text in UTF-8
 * @throws PredictionError naming the line and the fix, never a value
 */
export function csvRows(file: string, text: Buffer, dataset: DatasetSettings): RawRow[] {
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
    throw new PredictionError(
      `${file} has no rows. Write a header with the names of the columns, and a row a line below it.`,
    );
  }
  const header = namesOf(found, dataset);
  const doubled = header.findIndex((name, i) => header.indexOf(name) !== i);
  if (doubled >= 0) {
    throw new PredictionError(
      `${file}: column ${doubled + 1} has the name of an earlier column. Give each a name of its own.`,
    );
  }
  // a pipeline of CSV says itself what an empty value means
  const value = (field: string | undefined) => (format !== 'csv' && field === '' ? null : field);
  return records.map((record) => Object.fromEntries(header.map((name, i) => [name, value(record[i])])));
}
