import { nearestName } from 'located-yaml/nearest-name';
import { sourceName, sourceOf } from '#domain/data/column-source';
import { expectedColumns } from '#domain/data/columns';
import { csvSigns } from '#domain/data/csv-fields';
import { type FirstRecord, firstRecord, likelyDelimiter, likelyTitles, readPreamble } from '#domain/data/csv-header';
import type { DataSettings } from '#domain/data/settings';
import { bounded, shownList } from '#domain/data/shown';
import { SchemaMismatchError } from '#domain/errors';
import { counted } from '#domain/text/numbers';

/** A header must fit in this many bytes. */
export const headerBytes = 1 << 20;

/** A longer name with line breaks means that a quote before it is not closed. */
const longestName = 300;

/** A longer `from` is cut in a message. */
const longestSource = 100;

/** A missing column, with where it was looked for if not under its name. */
function sought({ dataset }: Pick<DataSettings, 'dataset'>, name: string): string {
  const source = sourceOf(dataset, name);
  if (source === name) return `"${name}"`;
  const place = typeof source === 'string' ? `"${bounded(source, longestSource)}"` : `position ${source.position}`;
  return `"${name}" (from ${place})`;
}

/** A longer text is not compared with the names of the pipeline. */
const longestComparable = 128;

/** A column that the pipeline does not name, and its position in the file, from 1. Its name is a text of the file: it is never shown. */
interface Stranger {
  readonly name: string;
  readonly position: number;
}

/** The unknown column that is probably a misspelled missing one. Names of one or two letters are similar to anything. */
function meantBy(missing: string, strangers: readonly Stranger[]): Stranger | undefined {
  const candidates = strangers.filter(({ name }) => name.length > 2 && name.length <= longestComparable).slice(0, 1000);
  const near = nearestName(
    missing,
    candidates.map(({ name }) => name),
  );
  return candidates.find(({ name }) => name === near);
}

/** The columns of a file in its order: the pipeline's name of each, undefined for one that it does not name. */
export type LocatedColumns = readonly (string | undefined)[];

/** Where columns of the pipeline stand in a file, from 0; -1 where they do not. */
function claim({ dataset }: Pick<DataSettings, 'dataset'>, expected: readonly string[], found: readonly string[]) {
  const indexes = new Map<string, number>();
  found.forEach((name, i) => {
    if (!indexes.has(name)) indexes.set(name, i);
  });
  return expected.map((name) => {
    const source = sourceOf(dataset, name);
    // the names of a CSV header have no blanks around them
    const at = (text: string) => [text, text.trim()].map((own) => indexes.get(own)).find((i) => i !== undefined) ?? -1;
    if (typeof source === 'string') return { name, source, index: at(source), byName: true };
    const index = source.position <= found.length ? source.position - 1 : -1;
    return { name, source: undefined, index, byName: false };
  });
}

/**
 * Finds the pipeline's columns among those of a file. Its messages quote names of the pipeline alone, and give the position
 * of any other.
 *
 * @param file how messages name the file
 * @param canLack whether a column may be absent, as a key of JSON objects may: not all of them, though
 * @throws SchemaMismatchError naming every missing column, the positions of extra and duplicate ones, and the closest matches
 */
export function locateColumns(
  pipeline: Pick<DataSettings, 'dataset'>,
  file: string,
  found: readonly string[],
  canLack = false,
): LocatedColumns {
  const expected = expectedColumns(pipeline);
  const claims = claim(pipeline, expected, found);
  const at = new Map(claims.filter(({ index }) => index >= 0).map((c) => [c.index, c]));
  const missing = claims.filter(({ index }) => index < 0);
  const isMissing = canLack ? missing.length === expected.length : missing.length > 0;
  const extra = found.flatMap((name, i): Stranger[] => (at.has(i) ? [] : [{ name, position: i + 1 }]));
  const listed = shownList(
    missing.map(({ name }) => sought(pipeline, name)),
    20,
  );
  if (isMissing && missing.length * 2 >= expected.length) {
    // the line may be a row of values: it must not be quoted
    throw new SchemaMismatchError(
      `${file}: only ${expected.length - missing.length} of the ${expected.length} expected columns are there; missing ${listed}. ` +
        `Write the file with the columns the pipeline names${pipeline.dataset.format === 'csv' ? '; if it has no header line, set dataset.csv.header: false and list dataset.csv.names' : ''}.`,
    );
  }
  const meant = new Map(
    missing.flatMap(({ name, source }) => {
      const near = source === undefined ? undefined : meantBy(source, extra);
      return near === undefined ? [] : [[name, near] as const];
    }),
  );
  // keys of JSON have no positions in a file: they are listed by the alphabet
  const placeOf = ({ position }: Stranger): string => `${canLack ? 'key' : 'column'} ${position}`;
  const shown = (strangers: readonly Stranger[]): string =>
    shownList(strangers.map(placeOf)) + (canLack ? ` of the ${found.length} keys in alphabetical order` : '');

  const rejects = pipeline.dataset.extraColumns === 'reject';
  const doubled = doubledColumns(found, (i) => at.get(i), rejects);
  const problems: string[] = [];
  if (doubled.length > 0) {
    const list = doubled.map(({ position, name }) => {
      const own = at.get(position - 1)?.name;
      return own === undefined ? shown([{ name, position }]) : `"${own}" (${placeOf({ name, position })})`;
    });
    problems.push(`these columns occur twice (upper and lower case are the same): ${shownList(list)}`);
  }
  const near = [...meant].map(([name, stranger]) => `${placeOf(stranger)} looks like "${name}"`);
  const hint = near.length > 0 ? ` (${shownList(near)})` : '';
  if (isMissing) problems.push(`missing ${listed}${hint}`);
  if (extra.length > 0 && rejects) problems.push(`not expected ${shown(extra)}${isMissing ? '' : hint}`);
  if (problems.length === 0) return found.map((_, i) => at.get(i)?.name);
  const unnamed = extra.find(({ name }) => name === '');
  const fix = [
    isMissing ? 'Write the file with the columns the pipeline names, or adapt dataset.columns' : undefined,
    !isMissing && near.length > 0 && rejects ? 'Adapt dataset.columns' : undefined,
    extra.length > 0 && rejects
      ? 'list the extra columns under dataset.columns (role: ignore leaves one unread) or set dataset.extraColumns: ignore'
      : undefined,
    unnamed !== undefined && rejects && !canLack
      ? `a column without a name is named by its position (from: { position: ${unnamed.position} })`
      : undefined,
    doubled.length > 0
      ? `give every ${canLack ? 'key' : 'column'} a name of its own${canLack ? '' : ', or name it by its position (from: { position: 2 })'}`
      : undefined,
  ].filter((f) => f !== undefined);
  const advice = fix.join('; ');
  throw new SchemaMismatchError(
    `${file}: ${problems.join('; ')}. ${advice.charAt(0).toUpperCase()}${advice.slice(1)}.`,
  );
}

/** Columns whose name occurs again, and that are meant by their name, or not meant at all where that is refused. */
function doubledColumns(
  found: readonly string[],
  claimAt: (index: number) => { readonly byName: boolean } | undefined,
  rejects: boolean,
): Stranger[] {
  const same = Map.groupBy(
    found.map((name, i): Stranger => ({ name, position: i + 1 })),
    ({ name }) => name.toLowerCase(),
  );
  return [...same.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length === 1) return [];
    const claims = group.map(({ position }) => claimAt(position - 1));
    const meant = group.find((_, i) => claims[i]?.byName);
    return meant !== undefined || (rejects && claims.includes(undefined)) ? [meant ?? first] : [];
  });
}

/** Position (from 1) of the first name that contains rows of the file because a quote in the header is not closed. */
function unfinishedName(
  { fields, brokenQuote }: FirstRecord,
  delimiter: string,
  known: ReadonlySet<string>,
): number | undefined {
  if (brokenQuote !== undefined) return brokenQuote;
  const at = fields.findIndex((name) => {
    if (known.has(name.trim())) return false;
    const lineBreak = name.search(/[\r\n]/);
    return lineBreak >= 0 && (name.length > longestName || name.indexOf(delimiter, lineBreak) >= 0);
  });
  return at < 0 ? undefined : at + 1;
}

/** The result of reading the start of a CSV file. */
export interface CsvHeader {
  /** The columns in file order; empty where the file has not even a header. */
  readonly columns: LocatedColumns;
  /** Number of bytes before the first row. */
  readonly length: number;
  /** Number of lines before the first row. */
  readonly lines: number;
}

/** What to do about bytes that are not UTF-8. */
export const encodingAdvice =
  'Write it as UTF-8, or set dataset.csv.encoding (windows-1252 for files of older Windows programs, latin-1, utf-16)';

const utf8 = (latin1: string): string => Buffer.from(latin1, 'latin1').toString('utf8');

/** @throws SchemaMismatchError when the file has a title line `sep=` with another delimiter than the pipeline's */
function checkSeparator(file: string, separator: string | undefined, delimiter: string): void {
  if (separator === undefined || separator === delimiter) return;
  throw new SchemaMismatchError(
    `${file}: its first line says that the delimiter is ${JSON.stringify(separator)}. Set dataset.csv.delimiter: ${JSON.stringify(separator)}.`,
  );
}

/**
 * Reads and checks the start of a CSV file, up to its first row. A file that is empty, blank or ends with its header has no rows,
 * and that is no error.
 *
 * @param file how messages name the file
 * @param start the first bytes of the file in UTF-8; a header must fit in them
 * @throws SchemaMismatchError for an unfinished header, a wrong delimiter or encoding, and mismatched columns. A message quotes
 *   no text of the file
 */
export function readCsvHeader(pipeline: Pick<DataSettings, 'dataset'>, file: string, start: Uint8Array): CsvHeader {
  const { csv } = pipeline.dataset;
  // one character is one byte
  const source = Buffer.from(start)
    .toString('latin1')
    .replace(/^\xEF\xBB\xBF/, '');
  const mark = start.length - source.length;
  const preamble = readPreamble(source, csv);
  checkSeparator(file, preamble.separator, csv.delimiter);
  const text = source.slice(preamble.length);
  const signs = csvSigns(pipeline.dataset);
  const record = firstRecord(text, signs);
  const found = record.fields.map((f) => utf8(f).trim());
  if (text.trim() === '' && !text.includes(csv.delimiter)) {
    return { columns: [], length: mark + preamble.length, lines: preamble.lines };
  }
  // below the header, a zero byte is a character of a value
  if (text.slice(0, record.length).includes('\0')) {
    throw new SchemaMismatchError(
      `${file} has zero bytes at its start, as UTF-16 without a byte-order mark has. Write it as UTF-8, or set dataset.csv.encoding: utf-16.`,
    );
  }
  if (record.brokenQuote === undefined && !record.complete && start.length >= headerBytes) {
    throw new SchemaMismatchError(
      `${file}: the first line does not end within ${headerBytes >> 20} MB. Write one row a line, the header first.`,
    );
  }
  const names = csv.header ? found : (csv.names ?? []);
  const sources = new Set(expectedColumns(pipeline).map((name) => sourceName(pipeline.dataset, name)));
  const width = csv.header ? sources.size : names.length;
  const fits = csv.header
    ? (fields: readonly string[]) => fields.map(utf8).filter((n) => sources.has(n)).length * 2 > width
    : (fields: readonly string[]) => fields.length === width;
  if (!fits(record.fields.map((f) => f.trim()))) {
    const other = likelyDelimiter(text, signs, fits);
    if (other !== undefined) {
      throw new SchemaMismatchError(
        `${file}: found ${counted(found.length, 'column')} where ${width} were expected. ` +
          `Is the delimiter ${JSON.stringify(other)}? Set dataset.csv.delimiter: ${JSON.stringify(other)}.`,
      );
    }
    const titles = csv.header ? likelyTitles(source, csv, signs, fits) : undefined;
    if (titles !== undefined) {
      throw new SchemaMismatchError(
        `${file}: its header is not line ${preamble.lines + 1} but line ${titles.lines + 1}. Set dataset.csv.skipLines: ${titles.skipLines}.`,
      );
    }
  }
  const unfinished = unfinishedName({ ...record, fields: record.fields.map(utf8) }, csv.delimiter, sources);
  if (unfinished !== undefined && (csv.header || !record.complete)) {
    throw new SchemaMismatchError(
      `${file}: the ${csv.header ? 'header' : 'first line'} is unfinished: the quote of column ${unfinished} does not close where it should. ` +
        'Close or double the quote and write the file again, or set dataset.csv.quote to the quote it uses.',
    );
  }
  if (!csv.header) {
    if (found.length !== width) {
      throw new SchemaMismatchError(
        `${file}: the first line has ${counted(found.length, 'field')} where dataset.csv.names lists ${width}. Adapt csv.names or csv.delimiter.`,
      );
    }
    return { columns: locateColumns(pipeline, file, names), length: mark + preamble.length, lines: preamble.lines };
  }
  if (found.some((name) => name.includes('\uFFFD'))) {
    throw new SchemaMismatchError(`${file}: its header has bytes that are not UTF-8. ${encodingAdvice}.`);
  }
  const columns = locateColumns(pipeline, file, found);
  // a header without a line break at its end is a line all the same
  const lines = preamble.lines + record.lines;
  return { columns, length: mark + preamble.length + record.length, lines };
}
