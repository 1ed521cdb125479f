import type { RecordStarts } from '#domain/data/csv-records';
import { type FoundEncoding, sourceLength } from '#domain/data/transcoder';

/** Where the rows of a part of a text file start. */
export interface PartStart {
  /** Position in the file, in bytes of its own encoding. */
  readonly start: number;
  /** Its line, from 1. */
  readonly line: number;
}

/** Finds where the parts of a text file start, while a splitter reads the file. */
export interface PartLocator {
  /** For the splitter. */
  readonly starts: RecordStarts;
  /** Call it with each chunk of UTF-8, just before the splitter receives it. */
  next(utf8: Uint8Array): void;
  /** The starts of all parts, once the whole file was read. A part in which no record starts is empty: it starts where the next one does. */
  finish(lines: number): readonly PartStart[];
}

/** What a file is cut by. */
export interface Cut {
  readonly found: FoundEncoding;
  /** Bytes of the file in its own encoding. */
  readonly size: number;
  /** Number of parts. */
  readonly parts: number;
  /** What stands before the first row, in UTF-8 without the byte-order mark, and its number of lines. */
  readonly head: Uint8Array;
  readonly headLines: number;
}

/**
 * Cuts a file into parts of about the same number of bytes, at starts of records: part `k` starts with the first record that starts
 * at or after `k` of `parts` equal pieces. Its first part starts after the header.
 */
export function createPartLocator({ found, size, parts, head, headLines }: Cut): PartLocator {
  const { encoding } = found;
  const located: PartStart[] = [{ start: found.mark + sourceLength(encoding, head), line: headLines + 1 }];
  const target = (): number => (located.length < parts ? (located.length * size) / parts : Number.POSITIVE_INFINITY);
  /** The chunk that the splitter reads: its bytes, and where it stands in UTF-8 and in the file. */
  let chunk: Uint8Array = new Uint8Array(0);
  let position = 0;
  let source = located[0]?.start ?? 0;
  /** Up to here, in bytes of the chunk, the length in the file was counted. */
  let counted = 0;
  const sourceAt = (at: number): number => {
    source += sourceLength(encoding, chunk.subarray(counted, at - position));
    counted = at - position;
    return source;
  };
  return {
    starts: {
      from: 0,
      found(at, line) {
        const start = sourceAt(at);
        while (start >= target()) located.push({ start, line });
        // no byte of UTF-8 is more than two in the file
        return at + Math.max(1, Math.floor((target() - start) / 2));
      },
    },
    next(utf8) {
      sourceAt(position + chunk.length);
      position += chunk.length;
      chunk = utf8;
      counted = 0;
    },
    finish(lines) {
      while (located.length < parts) located.push({ start: size, line: lines + 1 });
      return located;
    },
  };
}
