import { isUtf8 } from 'node:buffer';
import { dialectOf, jsonLines } from '#domain/data/csv-dialect';
import { type CsvSink, type LineCounts, longestRecord } from '#domain/data/csv-records';
import { createCsvSplitter } from '#domain/data/csv-splitter';
import { type CsvHeader, headerBytes, readCsvHeader } from '#domain/data/header';
import { createLineCounter } from '#domain/data/line-counter';
import type { PartLocator } from '#domain/data/part-locator';
import { longestJson } from '#domain/data/raw';
import { swallowedRows } from '#domain/data/swallowed';
import { createTranscoder, type FoundEncoding, type Transcoder, transcoderOf } from '#domain/data/transcoder';
import { datasetReading } from '#domain/data/value-settings';
import { RowCountError } from '#domain/errors';
import { type Archive, readArchive, type TextSection } from '#functions/shards/archive';
import type { Pipeline } from '#schemas/pipeline';

/** A text file of a drop, split into rows and lines that are none. */
export interface SplitText {
  /** Undefined for JSON lines. */
  readonly header?: CsvHeader;
  /** Lines below the header. */
  readonly lines: LineCounts;
}

/** The text of a file in UTF-8, chunk by chunk. */
async function* transcode(bytes: AsyncIterable<Uint8Array>, transcoder: Transcoder): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) yield transcoder.push(chunk);
  yield transcoder.end();
}

/** Gathers the start of a file, with at least the bytes of a header. */
export async function readStart(chunks: AsyncIterator<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  while (size < headerBytes) {
    const next = await chunks.next();
    if (next.done) break;
    parts.push(Uint8Array.from(next.value));
    size += next.value.length;
  }
  return Buffer.concat(parts);
}

const faultOfTidegate = 'This is a fault of Tidegate.';

/** @throws RowCountError when lines of the file are neither rows nor malformed nor blank */
function checkLines(name: string, total: number, first: number, lines: LineCounts): void {
  const counted = first + lines.blank + lines.comment + lines.rows + lines.broken;
  if (counted !== total) {
    throw new RowCountError(`${name} has ${total} lines, of which ${counted} were read. ${faultOfTidegate}`);
  }
}

/** How a text file is split. */
export interface Splitting {
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Where the bytes are a part of a file. */
  readonly section?: TextSection;
  /** Makes the sink of the rows, once the header is known. */
  readonly sinkOf: (header: CsvHeader | undefined) => CsvSink;
  /** Called between chunks: the sink may have gathered much. */
  readonly afterChunk: () => Promise<void>;
  /** Whether bytes are checked: a reader that wants the starts of rows alone need not know which are well-formed. */
  readonly isUtf8: (bytes: Uint8Array) => boolean;
  readonly locatorOf?: (found: FoundEncoding, head: Uint8Array, headLines: number) => PartLocator;
}

/** What stands before the rows: nothing in a part of a file. */
export function readHead(name: string, pipeline: Pipeline, start: Buffer, section: TextSection | undefined) {
  const { format } = pipeline.dataset;
  if (section !== undefined) {
    return section.columns === undefined ? undefined : { columns: section.columns, length: 0, lines: 0 };
  }
  return format === 'csv' ? readCsvHeader(pipeline, name, start.subarray(0, headerBytes)) : undefined;
}

/** Splits the bytes of a text file, or of a part of one. @throws SchemaMismatchError, DataEngineError, RowCountError */
export async function splitBytes(
  { name, bytes, section, sinkOf, afterChunk, isUtf8: checksUtf8, locatorOf }: Splitting,
  pipeline: Pipeline,
): Promise<SplitText & { readonly total: number; readonly locator?: PartLocator }> {
  const { dataset } = pipeline;
  const isCsv = dataset.format === 'csv';
  const file = createTranscoder(isCsv ? dataset.csv.encoding : 'utf-8');
  const chunks = transcode(bytes, section ? transcoderOf(section.encoding) : file);
  try {
    const start = await readStart(chunks);
    const header = readHead(name, pipeline, start, section);
    const length = header?.length ?? 0;
    const headLines = header?.lines ?? 0;
    const found = file.found();
    const locator = found && locatorOf?.(found, start.subarray(0, length), headLines);
    const splitter = createCsvSplitter({
      dialect: isCsv ? dialectOf(dataset.csv, datasetReading(dataset).trim) : jsonLines,
      columns: header ? header.columns.length : 1,
      longest: isCsv ? longestRecord : longestJson,
      firstLine: section?.line ?? headLines + 1,
      ...(header && !locator ? { problemOf: swallowedRows(header.columns, dataset) } : {}),
      isUtf8: checksUtf8,
      sink: sinkOf(header),
      ...(locator ? { starts: locator.starts } : {}),
    });
    const counter = createLineCounter();
    const push = (rows: Uint8Array): Promise<void> => {
      locator?.next(rows);
      splitter.push(rows);
      return afterChunk();
    };
    counter.push(start);
    await push(start.subarray(length));
    for await (const chunk of chunks) {
      counter.push(chunk);
      await push(chunk);
    }
    splitter.end();
    const lines = splitter.lines();
    const total = counter.lines();
    checkLines(name, total, headLines, lines);
    return { ...(header ? { header } : {}), lines, total, ...(locator ? { locator } : {}) };
  } finally {
    await chunks.return(undefined);
  }
}

/**
 * Splits a text file of a drop, or a part of one, from its first byte to its last. Memory is bounded.
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
  const { name, section } = archive;
  const bytes = readArchive(archive);
  const read = await splitBytes({ name, bytes, ...(section ? { section } : {}), sinkOf, afterChunk, isUtf8 }, pipeline);
  if (section !== undefined && section.lines !== read.total) {
    throw new RowCountError(
      `A part of ${name} has ${read.total} lines instead of ${section.lines}. ${faultOfTidegate}`,
    );
  }
  return read;
}
