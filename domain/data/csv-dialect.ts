import type { CsvSettings } from '#domain/data/csv-settings';

/** How a CSV file is written, in bytes. All of them are ASCII, so they are the same bytes in the middle of UTF-8. */
export interface CsvDialect {
  /** Undefined for files of one value a line. */
  readonly delimiter: number | undefined;
  /** Undefined for files without quotes. */
  readonly quote: number | undefined;
  /** What takes the meaning from the next character; undefined where only a doubled quote does. */
  readonly escape: number | undefined;
  /** A line that starts with it is no row. */
  readonly comment: number | undefined;
  /** Whether blanks may stand before a quote. */
  readonly trim: boolean;
}

const byteOf = (character: string | undefined): number | undefined => character?.charCodeAt(0);

export const quoteOf = ({ quote }: Pick<CsvSettings, 'quote'>): string | undefined =>
  quote === 'none' ? undefined : quote;

/** The quote of rows that are rewritten for the engine. */
export const canonicalQuote = (csv: Pick<CsvSettings, 'delimiter' | 'quote'>): string =>
  quoteOf(csv) ?? (csv.delimiter === '"' ? "'" : '"');

/** The dialect of a pipeline's CSV files. */
export function dialectOf(
  csv: Pick<CsvSettings, 'delimiter' | 'quote' | 'escape' | 'comment'>,
  trim: boolean,
): CsvDialect {
  const quote = byteOf(quoteOf(csv));
  return {
    delimiter: csv.delimiter.charCodeAt(0),
    quote,
    // a quote that is its own escape is a doubled quote
    escape: csv.escape === csv.quote ? undefined : byteOf(csv.escape),
    comment: byteOf(csv.comment),
    trim,
  };
}

/** Lines of JSON: each is one value. */
export const jsonLines: CsvDialect = {
  delimiter: undefined,
  quote: undefined,
  escape: undefined,
  comment: undefined,
  trim: false,
};
