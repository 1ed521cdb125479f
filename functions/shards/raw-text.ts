import { isUtf8 } from 'node:buffer';
import { dialectOf, jsonLines } from '#domain/data/csv-dialect';
import { type CsvSink, createCsvSplitter, type LineCounts, longestRecord } from '#domain/data/csv-splitter';
import { type CsvHeader, headerBytes, readCsvHeader } from '#domain/data/header';
import { createLineCounter } from '#domain/data/line-counter';
import { longestJson } from '#domain/data/raw';
import { swallowedRows } from '#domain/data/swallowed';
import { createTranscoder } from '#domain/data/transcoder';
import { datasetReading } from '#domain/data/value-settings';
import { RowCountError } from '#domain/errors';
import { type Archive, readArchive } from '#functions/shards/archive';
import type { Pipeline } from '#schemas/pipeline';

/** A text file of a drop, split into rows and lines that are none. */
export interface SplitText {
  /** Undefined for JSON lines. */
  readonly header?: CsvHeader;
  /** Lines below the header. */
  readonly lines: LineCounts;
}

/** The text of a file in UTF-8, chunk by chunk. */
async function* readText(archive: Archive, { dataset }: Pipeline): AsyncGenerator<Uint8Array> {
  const transcoder = createTranscoder(dataset.format === 'csv' ? dataset.csv.encoding : 'utf-8');
  for await (const chunk of readArchive(archive)) yield transcoder.push(chunk);
  yield transcoder.end();
}

/** Gathers the start of a file, with at least the bytes of a header. */
async function readStart(chunks: AsyncIterator<Uint8Array>): Promise<{ start: Buffer; ended: boolean }> {
  const parts: Uint8Array[] = [];
  let size = 0;
  while (size < headerBytes) {
    const next = await chunks.next();
    if (next.done) return { start: Buffer.concat(parts), ended: true };
    parts.push(Uint8Array.from(next.value));
    size += next.value.length;
  }
  return { start: Buffer.concat(parts), ended: false };
}

/** @throws RowCountError when lines of the file are neither rows nor malformed nor blank */
function checkLines(name: string, total: number, first: number, lines: LineCounts): void {
  const counted = first + lines.blank + lines.comment + lines.rows + lines.broken;
  if (counted !== total) {
    throw new RowCountError(`${name} has ${total} lines, of which ${counted} were read. This is a fault of Tidegate.`);
  }
}

/**
 * Splits a text file of a drop, from its first byte to its last. Memory is bounded.
 *
 * @param sinkOf makes the sink of the rows, once the header is known
 * @param afterChunk called between chunks: the sink may have gathered much
 * @throws SchemaMismatchError, DataEngineError, RowCountError
 */
export async function splitText(
  archive: Archive,
  pipeline: Pipeline,
  sinkOf: (header: CsvHeader | undefined) => CsvSink,
  afterChunk: () => Promise<void>,
): Promise<SplitText> {
  const { dataset } = pipeline;
  const isCsv = dataset.format === 'csv';
  const chunks = readText(archive, pipeline);
  try {
    const { start } = isCsv ? await readStart(chunks) : { start: Buffer.alloc(0) };
    const header = isCsv ? readCsvHeader(pipeline, archive.name, start.subarray(0, headerBytes)) : undefined;
    const sink = sinkOf(header);
    const splitter = createCsvSplitter({
      dialect: isCsv ? dialectOf(dataset.csv, datasetReading(dataset).trim) : jsonLines,
      columns: header ? header.columns.length : 1,
      longest: isCsv ? longestRecord : longestJson,
      firstLine: (header?.lines ?? 0) + 1,
      ...(header ? { problemOf: swallowedRows(header.columns, dataset) } : {}),
      isUtf8,
      sink,
    });
    const counter = createLineCounter();
    counter.push(start);
    splitter.push(start.subarray(header?.length ?? 0));
    await afterChunk();
    for await (const chunk of chunks) {
      counter.push(chunk);
      splitter.push(chunk);
      await afterChunk();
    }
    splitter.end();
    const lines = splitter.lines();
    checkLines(archive.name, counter.lines(), header?.lines ?? 0, lines);
    return { ...(header ? { header } : {}), lines };
  } finally {
    await chunks.return(undefined);
  }
}
