import { type CsvSigns, parseRecord } from '#domain/data/csv-fields';
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
  /** Number of characters up to the end of its line, blank lines before it included. */
  readonly length: number;
  /** Position (from 1) of the first field whose quote does not close, or closes in the middle of the field. */
  readonly brokenQuote?: number;
}

type HeaderSigns = Pick<CsvOptions, 'delimiter' | 'quote'> & Partial<CsvSigns>;

/** Parses the first record of a CSV text. A byte-order mark and blank lines before it are skipped. */
export function firstRecord(start: string, csv: HeaderSigns): FirstRecord {
  const [, blank = '', source = ''] = /^\uFEFF?([\r\n]*)(.*)$/s.exec(start) ?? [];
  const { fields, end, brokenQuote } = parseRecord(source, { trim: false, escape: undefined, ...csv });
  const complete = end < source.length;
  const isPair = source[end] === '\r' && source[end + 1] === '\n';
  return {
    fields: source === '' ? [] : fields,
    complete,
    more: complete && source.slice(end).trim() !== '',
    lines: linesIn(source.slice(0, end)),
    blankLines: blank.match(lineBreak)?.length ?? 0,
    length: start.length - source.length + end + (complete ? (isPair ? 2 : 1) : 0),
    ...(brokenQuote === undefined ? {} : { brokenQuote }),
  };
}

const lineBreak = /\r\n|\r|\n/g;
const linesIn = (text: string): number => (text.match(lineBreak)?.length ?? 0) + 1;

/** Lines at the start of a file that are no data. */
export interface Preamble {
  /** Number of characters. */
  readonly length: number;
  readonly lines: number;
  /** The delimiter that a first line `sep=…` declares. */
  readonly separator?: string;
}

/** Finds titles, Excel's `sep=` line, comments and blank lines before the header or the first row. */
export function readPreamble(
  start: string,
  { skipLines, comment }: Pick<CsvOptions, 'skipLines' | 'comment'>,
): Preamble {
  let length = 0;
  let lines = 0;
  let titles = skipLines;
  let separator: string | undefined;
  const line = (): { readonly text: string; readonly end: number } | undefined => {
    const found = /\r\n|\r|\n/.exec(start.slice(length, length + longestTitle));
    if (found === null) return undefined;
    return { text: start.slice(length, length + found.index), end: length + found.index + found[0].length };
  };
  for (let next = line(); next !== undefined; next = line()) {
    const declared = lines === 0 || lines === titles ? /^"?sep=(.)"?$/i.exec(next.text)?.[1] : undefined;
    separator ??= declared;
    const isSkipped = lines < titles || declared !== undefined;
    if (!isSkipped && !isBlankLine(next.text) && !(comment !== undefined && next.text.startsWith(comment))) break;
    length = next.end;
    lines++;
    // a line `sep=` is not among the lines to skip
    if (declared !== undefined && lines === 1) titles++;
  }
  return { length, lines, ...(separator === undefined ? {} : { separator }) };
}

/** A title line is not longer. */
const longestTitle = 100_000;
const isBlankLine = (text: string): boolean => /^[ \t]*$/.test(text);

const delimiters = [',', ';', '\t', '|', ' '];

/** Another delimiter that would give the expected number of fields. */
export function likelyDelimiter(
  start: string,
  csv: CsvSigns,
  wanted: (fields: readonly string[]) => boolean,
): string | undefined {
  return delimiters
    .filter((d) => d !== csv.delimiter)
    .find((delimiter) => wanted(firstRecord(start, { ...csv, delimiter }).fields.map((f) => f.trim())));
}

/** A file has not more lines of titles. */
const mostTitles = 50;

/** Another number of lines to skip, below which the header stands, and the number of lines above it. */
export function likelyTitles(
  start: string,
  csv: Pick<CsvOptions, 'skipLines' | 'comment'>,
  signs: CsvSigns,
  isHeader: (fields: readonly string[]) => boolean,
): { readonly skipLines: number; readonly lines: number } | undefined {
  for (let skipLines = 0; skipLines <= mostTitles; skipLines++) {
    if (skipLines === csv.skipLines) continue;
    const { length, lines } = readPreamble(start, { ...csv, skipLines });
    const { fields } = firstRecord(start.slice(length), signs);
    if (isHeader(fields.map((f) => f.trim()))) return { skipLines, lines };
  }
  return undefined;
}
