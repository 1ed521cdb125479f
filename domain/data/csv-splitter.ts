import type { CsvDialect } from '#domain/data/csv-dialect';
import {
  brokenQuotes,
  type CsvSink,
  type LineCounts,
  lineLongerThan,
  longestRecord,
  notUtf8,
  quoteOpenFor,
  type RecordStarts,
  tooFew,
  tooMany,
} from '#domain/data/csv-records';
import { CR, countLines, isBlank, isSpace, LF, none } from '#domain/data/line-bytes';
import { plainRecords } from '#domain/data/plain-records';
import type { Problem } from '#domain/data/typing';
import { unreachable } from '#domain/unreachable';

/** Push the whole file, then end it. */
export interface CsvSplitter {
  push(chunk: Uint8Array): void;
  end(): void;
  lines(): Readonly<LineCounts>;
}

/** Where the splitter is within a record. */
type Place =
  | 'start of a field'
  | 'plain'
  | 'after an escape in a plain field'
  | 'quoted'
  | 'after an escape'
  | 'closed'
  | 'after a closed quote'
  | 'broken'
  | 'comment'
  | 'too long';

/** The options of a splitter. */
export interface SplitterOptions {
  readonly dialect: CsvDialect;
  /** Number of fields of a row. */
  readonly columns: number;
  /** The most bytes of a record. */
  readonly longest?: number;
  /** The line on which the first pushed byte stands. */
  readonly firstLine: number;
  /** The reason why a complete row over several lines is no row; undefined when it is one. */
  readonly problemOf?: (bytes: Uint8Array) => Problem | undefined;
  /** Whether bytes are UTF-8. */
  readonly isUtf8: (bytes: Uint8Array) => boolean;
  readonly sink: CsvSink;
  readonly starts?: RecordStarts;
}

/**
 * Splits UTF-8 bytes of a CSV file into rows and lines that are none. A line break is `\n`, `\r\n` or `\r`; blank lines are no
 * rows. A record that breaks a rule ends with the line on which it does. Memory is bounded: a record of more than
 * `longest` bytes is reported piece by piece. The result does not depend on how the bytes are cut into chunks, and a new
 * splitter that begins where a record starts gives the same rows from there on.
 */
export function createCsvSplitter({
  dialect,
  columns,
  longest = longestRecord,
  firstLine,
  problemOf = () => undefined,
  isUtf8,
  sink,
  starts,
}: SplitterOptions): CsvSplitter {
  const { delimiter = none, quote = none, escape: escapeByte = none, comment: commentByte = none, trim } = dialect;
  // a line of blanks is a value where a row is one field
  const hasBlanks = columns !== 1 || dialect.delimiter === undefined;
  let rest: Uint8Array = new Uint8Array(0);
  let at: Place = 'start of a field';
  let line = firstLine;
  let recordLine = firstLine;
  let fields = 1;
  let breaks = 0;
  let irregular = false;
  let afterCr = false;
  /** Whether the record's first lines were reported already. */
  let endless = false;
  /** Number of bytes that were pushed. */
  let pushed = 0;
  let wantedFrom = starts?.from ?? Number.POSITIVE_INFINITY;
  const counts: LineCounts = { blank: 0, comment: 0, rows: 0, broken: 0 };

  const tooLong = lineLongerThan(longest);
  const endlessQuote = quoteOpenFor(longest);
  const plain = plainRecords(dialect);

  const report = (bytes: Uint8Array, lines: number, problem: Problem): void => {
    counts.broken += lines;
    const kept = lines === 1 ? bytes.subarray(0, longest) : bytes;
    sink.broken({ ...problem, line: recordLine, lines, bytes: kept, continued: endless });
  };

  const reasonOf = (bytes: Uint8Array, isClean: boolean): string | undefined => {
    if (endless) return endlessQuote;
    if (at === 'broken' || at === 'quoted' || at === 'after an escape') return brokenQuotes;
    if (!isClean && !isUtf8(bytes)) return notUtf8;
    if (fields !== columns) return fields < columns ? tooFew : tooMany;
    return undefined;
  };

  const problemIn = (bytes: Uint8Array, isClean: boolean): Problem | undefined => {
    const reason = reasonOf(bytes, isClean);
    if (reason !== undefined) return { column: null, reason };
    return breaks > 0 ? problemOf(bytes) : undefined;
  };

  /** Number of lines of a record. No line begins after the last line break of a file, not even in a quote. */
  const linesOf = (bytes: Uint8Array): number => {
    const last = bytes.length === 0 ? LF : bytes.at(-1);
    return breaks + ((at === 'quoted' || at === 'after an escape') && (last === LF || last === CR) ? 0 : 1);
  };

  const countRecord = (bytes: Uint8Array, isClean: boolean): void => {
    if (at === 'too long') return;
    if (at === 'comment') {
      counts.comment++;
      return;
    }
    const lines = linesOf(bytes);
    const isEmpty = bytes.length === 0 || (hasBlanks && fields === 1 && isBlank(bytes));
    if (breaks === 0 && isEmpty) {
      counts.blank += lines;
      return;
    }
    const problem = problemIn(bytes, isClean);
    if (problem === undefined) {
      counts.rows += lines;
      sink.row({ line: recordLine, bytes, breaks, irregular });
      return;
    }
    const filled = countLines(bytes);
    counts.blank += lines - filled;
    if (filled > 0) report(bytes, filled, problem);
  };

  const endRecord = (bytes: Uint8Array, isClean: boolean): void => {
    countRecord(bytes, isClean);
    at = 'start of a field';
    fields = 1;
    breaks = 0;
    irregular = false;
    endless = false;
  };

  /** Reports the lines of a record that is too long to be kept. @returns the bytes that are left of it */
  const flush = (bytes: Uint8Array): Uint8Array => {
    const end = Math.max(bytes.lastIndexOf(LF), bytes.lastIndexOf(CR));
    if (breaks === 0 || end < 0) {
      report(bytes, 1, { column: null, reason: endless ? endlessQuote : tooLong });
      at = 'too long';
      return bytes.subarray(bytes.length);
    }
    const done = bytes.subarray(0, end);
    const filled = countLines(done);
    counts.blank += breaks - filled;
    if (filled > 0) report(done, filled, { column: null, reason: endlessQuote });
    endless = true;
    breaks = 0;
    recordLine = line;
    return bytes.subarray(end + 1);
  };

  const nextField = (): Place => {
    fields++;
    return 'start of a field';
  };

  const escapesPlain = (byte: number): boolean => byte === escapeByte && quote === none;

  /** The place after a byte that breaks no line. */
  const next = (place: Place, byte: number, previous: number): Place => {
    switch (place) {
      case 'start of a field':
        if (byte === delimiter) return nextField();
        if (byte === quote) {
          irregular ||= isSpace(previous) && previous !== delimiter;
          return 'quoted';
        }
        if (trim && isSpace(byte)) return place;
        irregular ||= escapesPlain(byte);
        return escapesPlain(byte) ? 'after an escape in a plain field' : 'plain';
      case 'plain':
        if (byte === delimiter) return nextField();
        irregular ||= byte === quote || escapesPlain(byte);
        return escapesPlain(byte) ? 'after an escape in a plain field' : place;
      case 'after an escape in a plain field':
        return 'plain';
      case 'quoted':
        if (byte === quote) return 'closed';
        irregular ||= byte === escapeByte;
        return byte === escapeByte ? 'after an escape' : place;
      case 'after an escape':
        return 'quoted';
      case 'closed':
        if (byte === quote) return 'quoted';
        if (byte === delimiter) return nextField();
        irregular = true;
        return isSpace(byte) ? 'after a closed quote' : 'broken';
      case 'after a closed quote':
        if (byte === delimiter) return nextField();
        return isSpace(byte) ? place : 'broken';
      case 'broken':
      case 'comment':
      case 'too long':
        return place;
      default:
        return unreachable(place, 'place in a record');
    }
  };

  /** Reads bytes with which a record that began before has at most one byte more than is kept. */
  const take = (chunk: Uint8Array): void => {
    let i = rest.length;
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const before = pushed - rest.length;
    pushed += chunk.length;
    const lastBreak = Math.max(bytes.lastIndexOf(LF), bytes.lastIndexOf(CR));
    const isClean = isUtf8(bytes.subarray(0, lastBreak + 1));
    const { length } = bytes;
    let recordStart = 0;
    for (; i < length; i++) {
      let byte = bytes[i] as number;
      if (before + i >= wantedFrom && i === recordStart && at === 'start of a field' && !(afterCr && byte === LF)) {
        wantedFrom = starts?.found(before + i, line) ?? Number.POSITIVE_INFINITY;
      }
      if (i === recordStart && at === 'start of a field' && !afterCr) {
        const end = plain.endOf(bytes, i);
        if (end >= 0) {
          fields = plain.fields();
          line++;
          endRecord(bytes.subarray(recordStart, end), isClean);
          i = end;
          recordStart = end + 1;
          recordLine = line;
          continue;
        }
      }
      if (at === 'plain' || at === 'quoted') {
        // most bytes mean nothing
        const from = i;
        while (
          byte !== delimiter &&
          byte !== LF &&
          byte !== CR &&
          byte !== quote &&
          byte !== escapeByte &&
          i + 1 < length
        ) {
          byte = bytes[++i] as number;
        }
        if (i > from) afterCr = false;
      }
      if (byte !== LF && byte !== CR) {
        afterCr = false;
        if (byte === commentByte && i === recordStart && at === 'start of a field' && !endless) at = 'comment';
        else at = next(at, byte, i > recordStart ? (bytes[i - 1] as number) : none);
        continue;
      }
      const isQuoted = at === 'quoted' || at === 'after an escape';
      const isSecond = byte === LF && afterCr;
      afterCr = byte === CR;
      if (!isSecond) {
        line++;
        if (isQuoted) breaks++;
        else endRecord(bytes.subarray(recordStart, i), isClean);
      }
      if (isQuoted) at = 'quoted';
      else {
        recordStart = i + 1;
        recordLine = line;
      }
    }
    rest = bytes.subarray(recordStart);
    if (at === 'comment' || at === 'too long') rest = rest.subarray(rest.length);
    else if (rest.length > longest) rest = flush(rest);
    // the chunk may be reused by its owner
    rest = Uint8Array.from(rest);
  };
  const push = (chunk: Uint8Array): void => {
    let left = chunk;
    while (left.length > 0) {
      // a record that is too long is given up at the same byte, however the file is cut
      const room = longest + 1 - rest.length;
      take(left.subarray(0, room));
      left = left.subarray(room);
    }
  };
  return {
    push,
    end() {
      if (rest.length > 0 || breaks > 0 || endless || at === 'comment') endRecord(rest, false);
      rest = rest.subarray(rest.length);
    },
    lines: () => ({ ...counts }),
  };
}
