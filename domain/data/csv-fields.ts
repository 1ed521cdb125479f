import { quoteOf } from '#domain/data/csv-dialect';
import type { CsvSettings } from '#domain/data/csv-settings';
import type { DatasetSettings } from '#domain/data/settings';
import { datasetReading } from '#domain/data/value-settings';

/** The characters with a meaning, and whether blanks may stand before a quote. */
export interface CsvSigns extends Pick<CsvSettings, 'delimiter' | 'quote' | 'escape'> {
  readonly trim: boolean;
}

/** The signs of a pipeline's CSV files. */
export const csvSigns = (dataset: DatasetSettings): CsvSigns => ({
  ...dataset.csv,
  trim: datasetReading(dataset).trim,
});

/** Blanks beside a quote, as the splitter has them: other spaces of Unicode are characters of a value. */
const isBlank = (field: string): boolean => /^[ \t]*$/.test(field);

/** The first record of a text. */
export interface ParsedRecord {
  readonly fields: readonly string[];
  /** Where it ends: the position of its line break, or the length of the text. */
  readonly end: number;
  /** Position (from 1) of the first field whose quote does not close, or closes in the middle of the field. */
  readonly brokenQuote?: number;
}

/**
 * Parses the first record of a text, by the rules of the CSV splitter: doubled quotes, escapes, quoted line breaks, blanks after a
 * closing quote and, where values are trimmed, before an opening one.
 */
export function parseRecord(source: string, csv: CsvSigns): ParsedRecord {
  const { delimiter, escape: escaping, trim } = csv;
  const quote = quoteOf(csv);
  const fields: string[] = [];
  let field = '';
  let place: 'plain' | 'quoted' | 'closed' = 'plain';
  let brokenQuote: number | undefined;
  const record = (end: number): ParsedRecord => ({
    fields: [...fields, field],
    end,
    ...(brokenQuote === undefined ? {} : { brokenQuote }),
  });
  for (let i = 0; i < source.length; i++) {
    const c = source[i] as string;
    const after = source[i + 1];
    if (place === 'quoted') {
      if (c === escaping && c !== quote) {
        // before any other character it means itself
        if (after === quote || after === escaping) i++;
        field += source[i];
      } else if (c !== quote) field += c;
      else if (after === quote) field += source[++i];
      else place = 'closed';
    } else if (c === delimiter) {
      fields.push(field);
      field = '';
      place = 'plain';
    } else if (c === '\n' || c === '\r') return record(i);
    else if (place === 'closed') {
      if (c === ' ' || c === '\t') continue;
      brokenQuote ??= fields.length + 1;
      field += c;
    } else if (c === quote && (field === '' || (trim && isBlank(field)))) {
      field = '';
      place = 'quoted';
    } else if (quote === undefined && c === escaping && (after === delimiter || after === escaping))
      field += source[++i];
    else field += c;
  }
  if (place === 'quoted') brokenQuote ??= fields.length + 1;
  return record(source.length);
}

/** A record as RFC 4180 writes it, which every reader reads in the same way. */
export function writeRecord(fields: readonly string[], delimiter: string, quote: string): string {
  return fields
    .map((field) => {
      const isPlain = !field.includes(delimiter) && !field.includes(quote) && !/[\r\n]/.test(field) && field !== '';
      return isPlain ? field : quote + field.replaceAll(quote, quote + quote) + quote;
    })
    .join(delimiter);
}
