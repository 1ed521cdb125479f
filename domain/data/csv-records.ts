import type { Problem } from '#domain/data/typing';

/** A record of a CSV file that is a row. */
export interface CsvRow {
  /** The line on which it starts, from 1, as an editor counts. */
  readonly line: number;
  /** Its bytes without the line break at its end. They are only valid during the call. */
  readonly bytes: Uint8Array;
  /** Number of its line breaks, all of them between quotes. */
  readonly breaks: number;
  /** Whether a plain reader of RFC 4180 would read it another way: it has escapes, blanks beside quotes, or quotes within a text. */
  readonly irregular: boolean;
}

/** Lines that are no row, and why. */
export interface BrokenLines extends Problem {
  /** The first of them. */
  readonly line: number;
  /** Their bytes, with the line breaks between them; a single line is cut at the most bytes of a record. They are only valid during the call. */
  readonly bytes: Uint8Array;
  /** Number of lines, without blank ones. */
  readonly lines: number;
  /** Whether they go on with the lines that were reported before them: a record too long to be kept in memory. */
  readonly continued: boolean;
}

/** What a splitter calls, in the order of the file. */
export interface CsvSink {
  row(row: CsvRow): void;
  broken(lines: BrokenLines): void;
}

/** Number of lines by what they are. Every line is counted once. */
export interface LineCounts {
  blank: number;
  comment: number;
  /** Lines of rows: a row with a line break in a value has several. */
  rows: number;
  broken: number;
}

/** Finds where records start. A blank line and a comment are records here. */
export interface RecordStarts {
  /** Records that start before this position are not reported. A position is a number of bytes that were pushed before. */
  readonly from: number;
  /** Receives the position and the line of a record's first byte. @returns the position from which on the next is wanted */
  found(position: number, line: number): number;
}

/** A record of more bytes is malformed, because whole records are kept in memory. */
export const longestRecord = 2_000_000;

export const brokenQuotes = 'quotes that do not match';
export const notUtf8 = 'bytes that are not UTF-8';
export const tooFew = 'too few fields';
export const tooMany = 'too many fields';

const megabytes = (bytes: number): string => `${bytes / 1e6} MB`;
export const lineLongerThan = (bytes: number): string => `a line longer than ${megabytes(bytes)}`;
export const quoteOpenFor = (bytes: number): string => `a quote that does not close within ${megabytes(bytes)}`;
