import { parseRecord } from '#domain/data/csv-fields';

/** How a CSV file seems to be written, in the words of `dataset.csv`. */
export interface Dialect {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape?: string;
  readonly header: boolean;
  /** Lines before the header or the first row, blank ones included. A line `sep=` is not among them. */
  readonly skipLines: number;
  /** Whether blanks stand around values. */
  readonly trim: boolean;
  /** Without a header: as many as there are fields in a record; with one, its names as the file has them, trimmed. */
  readonly fields: readonly string[];
}

const delimiters = [',', ';', '\t', '|'] as const;
const quotes = ['"', "'"] as const;

/** Records that are looked at. */
const mostRecords = 1000;
/** More lines of titles are not expected. */
const mostTitles = 50;

interface Split {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string | undefined;
  readonly records: readonly (readonly string[])[];
  /** Fields of most records, and the share of the records that have as many. */
  readonly width: number;
  readonly share: number;
  readonly broken: number;
}

/** The value that occurs most often; the first of those that occur equally often. */
function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best), [0, 0])[0];
}

/** The records of a text in one way to split it. @param whole whether the text ends with its last record */
function splitAs(
  text: string,
  whole: boolean,
  signs: { readonly delimiter: string; readonly quote: string; readonly escape: string | undefined },
): Split {
  const records: (readonly string[])[] = [];
  let broken = 0;
  for (let at = 0; at < text.length && records.length < mostRecords; ) {
    const rest = text.slice(at, at + 1_000_000);
    const { fields, end, brokenQuote } = parseRecord(rest, { ...signs, trim: true });
    const isLast = at + end >= text.length;
    if (isLast && !whole) break;
    if (brokenQuote !== undefined) broken++;
    if (fields.some((field) => field.trim() !== '') || fields.length > 1) records.push(fields);
    at += end + (rest[end] === '\r' && rest[end + 1] === '\n' ? 2 : 1);
  }
  const width = mostFrequent(records.map((fields) => fields.length));
  const fitting = records.filter((fields) => fields.length === width).length;
  return { ...signs, records, width, share: fitting / Math.max(1, records.length), broken };
}

/** How well a way to split explains a text: its fields are alike from record to record, and there are several. */
function rank({ width, share, broken, records }: Split): number {
  const intact = 1 - broken / Math.max(1, records.length);
  return (width > 1 ? 1 : 0.5) * share * intact + Math.min(width, 100) * 1e-4;
}

const isNumber = (value: string): boolean =>
  value.trim() !== '' && Number.isFinite(Number(value.trim().replace(',', '.')));

/**
 * Whether the first record holds names. A name is a text that is no number, and no two are the same. In a file of nothing but texts, names
 * do not occur below themselves.
 */
function isHeader(records: readonly (readonly string[])[]): boolean {
  const [first, ...rows] = records;
  if (!first) return false;
  const names = first.map((name) => name.trim());
  const filled = names.filter((name) => name !== '');
  if (filled.length === 0 || filled.some(isNumber)) return false;
  if (rows.length === 0) return true;
  const column = (at: number) => rows.map((row) => row[at]?.trim() ?? '').filter((value) => value !== '');
  const numeric = names.map((_, at) => {
    const values = column(at);
    return values.length > 0 && values.filter(isNumber).length > values.length * 0.8;
  });
  if (numeric.some(Boolean)) return true;
  const repeated = names.filter((name, at) => name !== '' && column(at).includes(name)).length;
  return repeated * 4 < filled.length;
}

/** The delimiter of a first line `sep=;`, which Excel writes and reads, and the text below it. */
function declaredDelimiter(text: string): { readonly declared?: string; readonly below: string } {
  const found = /^\uFEFF?"?sep=(.)"?(\r\n|\r|\n)/i.exec(text);
  return found?.[1] === undefined
    ? { below: text.replace(/^\uFEFF/, '') }
    : { declared: found[1], below: text.slice(found[0].length) };
}

/** The number of lines above the first record that has as many fields as most: titles and blank lines. */
function linesOfTitles(text: string, split: Split): number {
  const { width } = split;
  let [at, lines] = [0, 0];
  for (let records = 0; records < mostTitles && at < text.length; records++) {
    const { fields, end } = parseRecord(text.slice(at), { ...split, trim: true });
    if (fields.length === width && (width > 1 || fields[0]?.trim() !== '')) return lines;
    const next = at + end + (text[at + end] === '\r' && text[at + end + 1] === '\n' ? 2 : 1);
    lines += text.slice(at, next).match(/\r\n|\r|\n/g)?.length ?? 0;
    at = next;
  }
  return 0;
}

/** Whether a backslash stands before quotes within quoted values, as Spark writes it. */
const hasBackslashes = (text: string, quote: string): boolean =>
  new RegExp(`[^${quote}]\\\\${quote}(?![\r\n])`).test(text);

/**
 * Guesses how a CSV file is written, from its start. Every guess is read by the rules that read the drop later.
 *
 * @param text the first characters of the file, without a byte-order mark or with one
 * @param whole whether that is all of it; otherwise its last record is not looked at
 */
export function guessDialect(text: string, whole: boolean): Dialect {
  const { declared, below } = declaredDelimiter(text);
  const candidates = (declared === undefined ? delimiters : [declared]).flatMap((delimiter) =>
    quotes.flatMap((quote) =>
      [undefined, ...(hasBackslashes(below, quote) ? ['\\'] : [])].map((escaping) =>
        splitAs(below, whole, { delimiter, quote, escape: escaping }),
      ),
    ),
  );
  const [first, ...others] = candidates as [Split, ...Split[]];
  // the usual signs come first, and another needs to explain more
  const best = others.reduce((a, b) => (rank(b) > rank(a) + 1e-9 ? b : a), first);
  const skipLines = linesOfTitles(below, best);
  const rows = best.records.filter((fields) => fields.length === best.width);
  const header = isHeader(rows);
  const trim = rows.some((fields) => fields.some((field) => field !== '' && field !== field.trim()));
  return {
    delimiter: best.delimiter,
    quote: best.quote,
    ...(best.escape === undefined ? {} : { escape: best.escape }),
    header,
    skipLines,
    trim,
    fields: (rows[0] ?? []).map((name, i) => (header ? name.trim() : `column_${i + 1}`)),
  };
}
