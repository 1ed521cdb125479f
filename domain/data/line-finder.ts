/** The records to find in a CSV (or JSON-lines) file, and the file's format. */
export interface LineFinderOptions {
  /** The quote and delimiter as bytes; no quote for JSON lines, whose records never span lines. */
  readonly quote: number | undefined;
  readonly delimiter: number;
  readonly header: boolean;
  /**
   * Byte positions within the records that the reader rejected, ascending. (DuckDB gives the record's first byte or, in files
   * with bare line feeds, the one after it.)
   */
  readonly rejectedAt: readonly number[];
  /** Ordinals (from 0) of the records to find, among those the reader accepted. */
  readonly wanted: ReadonlySet<number>;
}

/** Push the whole file first, then query. */
export interface LineFinder {
  push(chunk: Uint8Array): void;
  end(): void;
  /** Line (from 1) on which the n-th accepted record starts. */
  lineOf(ordinal: number): number | undefined;
  /** Line on which the rejected record at a byte position starts. */
  lineOfRejected(position: number): number | undefined;
  /** Start line of the record whose quote is still open at the end of the file. */
  lineOfOpenQuote(): number | undefined;
}

const LF = 0x0a;
const CR = 0x0d;

/**
 * Finds the physical lines of records, as an editor counts them: line breaks inside quotes and blank lines count. A DuckDB
 * reader has only ordinals (and byte positions of rejected records).
 */
export function createLineFinder({ quote, delimiter, header, rejectedAt, wanted }: LineFinderOptions): LineFinder {
  const found = new Map<number, number>();
  const foundRejected = new Map<number, number>();
  let position = 0;
  let line = 1;
  let ordinal = 0;
  let recordStart = 0;
  let recordLine = 1;
  let recordHasBytes = false;
  let fieldStart = true;
  let inQuotes = false;
  let previousWasCr = false;
  let headerPending = header;
  let bom = 0;
  let nextRejected = 0;

  /** Whether the reader rejected the record that ends here. */
  const isRejected = (): boolean => {
    while ((rejectedAt[nextRejected] ?? Number.POSITIVE_INFINITY) < recordStart) nextRejected++;
    const at = rejectedAt[nextRejected] ?? Number.POSITIVE_INFINITY;
    if (at > position) return false;
    foundRejected.set(at, recordLine);
    nextRejected++;
    return true;
  };

  const endRecord = (): void => {
    if (recordHasBytes) {
      if (headerPending) headerPending = false;
      else if (!isRejected()) {
        if (wanted.has(ordinal)) found.set(ordinal, recordLine);
        ordinal++;
      }
    }
    recordHasBytes = false;
    fieldStart = true;
    inQuotes = false;
  };

  const push = (chunk: Uint8Array): void => {
    for (const byte of chunk) {
      // the byte-order mark EF BB BF is not part of a record
      if (position === bom && byte === [0xef, 0xbb, 0xbf][bom]) {
        bom++;
        position++;
        recordStart = position;
        continue;
      }
      const breaksLine = byte === LF || byte === CR;
      const secondOfPair = byte === LF && previousWasCr;
      previousWasCr = byte === CR;
      if (breaksLine) {
        if (!secondOfPair) {
          if (!inQuotes) endRecord();
          line++;
        }
        position++;
        if (!inQuotes) {
          recordStart = position;
          recordLine = line;
        }
        continue;
      }
      if (!recordHasBytes) {
        recordHasBytes = true;
        recordStart = position;
        recordLine = line;
      }
      if (byte === quote && (fieldStart || inQuotes)) inQuotes = !inQuotes;
      // a doubled quote closes and opens again: right after a closing quote, a quote reopens the field
      fieldStart = byte === delimiter ? !inQuotes : byte === quote && !inQuotes;
      position++;
    }
  };
  let openQuote: number | undefined;
  const end = (): void => {
    if (inQuotes) openQuote = recordLine;
    endRecord();
  };
  return {
    push,
    end,
    lineOf: (n) => found.get(n),
    lineOfRejected: (at) => foundRejected.get(at),
    lineOfOpenQuote: () => openQuote,
  };
}
