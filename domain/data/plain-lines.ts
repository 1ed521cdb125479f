import { canonicalQuote, dialectOf } from '#domain/data/csv-dialect';
import { longestRecord } from '#domain/data/csv-records';
import type { CsvSettings } from '#domain/data/csv-settings';
import { LF } from '#domain/data/line-bytes';
import { plainRecords } from '#domain/data/plain-records';

/** Push the bytes below the header, then end them. */
export interface PlainLines {
  /** @returns whether all that was pushed so far is plain; more need not be pushed once it is not */
  push(chunk: Uint8Array): boolean;
  /** @returns the number of rows; undefined when the file is not plain */
  end(): number | undefined;
}

interface PlainOptions {
  /** Number of fields of a row. A line of one field may be blank, so it is never plain. */
  readonly columns: number;
  /** Whether bytes are UTF-8. */
  readonly isUtf8: (bytes: Uint8Array) => boolean;
  /** The most bytes of a line. */
  readonly longest?: number;
}

/**
 * Finds out whether each line of a CSV file is a row without quotes, escapes and carriage returns, and whether none is blank or a comment. The engine
 * reads such lines as `createCsvSplitter` gives them, so they need not be written again. The result does not depend on how the bytes are cut.
 */
export function createPlainLines(
  csv: Pick<CsvSettings, 'delimiter' | 'quote' | 'escape' | 'comment'>,
  { columns, isUtf8, longest = longestRecord }: PlainOptions,
): PlainLines {
  const { delimiter, escape: escapeByte, comment } = dialectOf(csv, false);
  // where the pipeline says that files have no quotes, the engine still has one
  const quote = canonicalQuote(csv).charCodeAt(0);
  const plain = plainRecords({ delimiter, quote, escape: escapeByte, comment, trim: false });
  let rest: Uint8Array = new Uint8Array(0);
  let rows = 0;
  let isPlain = columns > 1;
  /** Reads whole lines. */
  const read = (lines: Uint8Array): boolean => {
    if (!isUtf8(lines)) return false;
    for (let from = 0; from < lines.length; rows++) {
      const end = plain.endOf(lines, from);
      if (end < 0 || plain.fields() !== columns || end - from > longest) return false;
      from = end + 1;
    }
    return true;
  };
  return {
    push(chunk) {
      if (!isPlain) return false;
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = bytes.lastIndexOf(LF) + 1;
      isPlain = bytes.length - end <= longest && read(bytes.subarray(0, end));
      // the chunk may be reused by its owner
      rest = Uint8Array.from(bytes.subarray(end));
      return isPlain;
    },
    end() {
      if (isPlain && rest.length > 0) isPlain = read(Buffer.concat([rest, Uint8Array.of(LF)]));
      rest = rest.subarray(rest.length);
      return isPlain ? rows : undefined;
    },
  };
}
