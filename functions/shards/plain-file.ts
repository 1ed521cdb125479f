import { isUtf8 } from 'node:buffer';
import { stat } from 'node:fs/promises';
import { canonicalQuote } from '#domain/data/csv-dialect';
import type { LocatedColumns } from '#domain/data/header';
import { createPlainLines } from '#domain/data/plain-lines';
import { type Archive, readArchive } from '#functions/shards/archive';
import { readHead, readStart } from '#functions/shards/raw-text';
import type { Pipeline } from '#schemas/pipeline';

/** A CSV file that the engine can read as it is. */
export interface PlainFile {
  readonly columns: LocatedColumns;
  /** Lines before the first row. */
  readonly skip: number;
  /** The line of the first row in the whole file, from 1. */
  readonly firstLine: number;
  readonly rows: number;
  /** Bytes of the rows. */
  readonly bytes: number;
}

/** A smaller file is rewritten whatever it holds, so that many small files of a drop have one layout. */
export const leastPlainBytes = 1_000_000;

/** The bytes of a byte-order mark are no text of the first column (RFC 3629, section 6). */
const hasMark = ([first, second, third]: Uint8Array): boolean => first === 0xef && second === 0xbb && third === 0xbf;

/** Whether a header is one line, and one that the engine leaves out as a line. */
function isPlainHeader(head: Uint8Array, lines: number, quote: string): boolean {
  if (head.length === 0) return lines === 0;
  const isOneLine = lines === 1 && head.indexOf(0x0a) === head.length - 1 && !head.includes(0x0d);
  return isOneLine && isUtf8(head) && !head.includes(quote.charCodeAt(0));
}

/**
 * Reads a CSV file, or a part of one, to find out whether each of its lines is a row that the engine reads as it stands there. Most large files are
 * such. Where one is not, reading ends with the first other line, and the file has to be split and written again.
 *
 * @returns undefined when it is not
 * @throws SchemaMismatchError, DataEngineError
 */
export async function readPlainFile(archive: Archive, pipeline: Pipeline): Promise<PlainFile | undefined> {
  const { name, path, compression, section } = archive;
  const { csv } = pipeline.dataset;
  const encoding = section?.encoding ?? csv.encoding;
  if (compression !== 'none' || encoding !== 'utf-8' || (await stat(path)).size < leastPlainBytes) return undefined;
  const chunks = readArchive(archive);
  try {
    const start = await readStart(chunks);
    if (section === undefined && hasMark(start)) return undefined;
    const head = readHead(name, pipeline, start, section);
    if (head === undefined) return undefined;
    const { columns, length, lines } = head;
    if (!isPlainHeader(start.subarray(0, length), lines, canonicalQuote(csv))) return undefined;
    const plain = createPlainLines(csv, { columns: columns.length, isUtf8 });
    let bytes = start.length - length;
    let goesOn = plain.push(start.subarray(length));
    while (goesOn) {
      const { value, done } = await chunks.next();
      if (done) break;
      bytes += value.length;
      goesOn = plain.push(value);
    }
    const rows = plain.end();
    // the other reader says what is wrong with a part of another length
    if (rows === undefined || rows === 0 || (section !== undefined && section.lines !== rows)) return undefined;
    return { columns, skip: lines, firstLine: section?.line ?? lines + 1, rows, bytes };
  } finally {
    await chunks.return(undefined);
  }
}
