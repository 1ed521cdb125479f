import type { DatasetSettings } from '#domain/data/settings';

type CsvOptions = DatasetSettings['csv'];

/** The fields of the first record of a CSV text, and whether the text has the end of the record. */
export interface FirstRecord {
  readonly fields: readonly string[];
  readonly complete: boolean;
  /** Whether more than blank lines follow. */
  readonly more: boolean;
  /** Its number of lines, without blank ones. */
  readonly lines: number;
  /** Number of blank lines before it. */
  readonly blankLines: number;
  /** Position (from 1) of the first field whose quote does not close, or closes in the middle of the field. */
  readonly brokenQuote?: number;
}

/** Parses the first record of a CSV text (RFC 4180: doubled quotes, quoted line breaks; a byte-order mark is skipped). */
export function firstRecord(start: string, { delimiter, quote }: Pick<CsvOptions, 'delimiter' | 'quote'>): FirstRecord {
  const [, blank = '', source = ''] = /^\uFEFF?([\r\n]*)(.*)$/s.exec(start) ?? [];
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  let closed = false;
  let brokenQuote: number | undefined;
  const record = (end: number, complete: boolean): FirstRecord => ({
    fields: source === '' ? [] : [...fields, field],
    complete,
    more: complete && source.slice(end).trim() !== '',
    lines: source.slice(0, end).split(/[\r\n]+/).length,
    blankLines: blank.match(/\r\n|\r|\n/g)?.length ?? 0,
    ...(brokenQuote === undefined ? {} : { brokenQuote }),
  });
  for (let i = 0; i < source.length; i++) {
    const c = source[i];
    if (quoted) {
      if (c !== quote) field += c;
      else if (source[i + 1] === quote) field += source[++i];
      else {
        quoted = false;
        closed = true;
      }
    } else if (c === quote && field === '' && !closed) quoted = true;
    else if (c === delimiter) {
      fields.push(field);
      field = '';
      closed = false;
    } else if (c === '\n' || c === '\r') {
      return record(i, true);
    } else {
      if (closed && c?.trim() !== '') brokenQuote ??= fields.length + 1;
      field += c;
    }
  }
  if (quoted) brokenQuote ??= fields.length + 1;
  return record(source.length, false);
}

const delimiters = [',', ';', '\t', '|', ' '];

/** Another delimiter that would give the expected number of fields. */
export function likelyDelimiter(
  start: string,
  csv: CsvOptions,
  wanted: (fields: readonly string[]) => boolean,
): string | undefined {
  return delimiters
    .filter((d) => d !== csv.delimiter)
    .find((delimiter) => wanted(firstRecord(start, { delimiter, quote: csv.quote }).fields.map((f) => f.trim())));
}
