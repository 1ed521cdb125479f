import { nearestName } from 'located-yaml/nearest-name';
import { expectedColumns } from '#domain/data/columns';
import { type FirstRecord, firstRecord, likelyDelimiter } from '#domain/data/csv-header';
import type { DataSettings } from '#domain/data/settings';
import { shownList } from '#domain/data/shown';
import { SchemaMismatchError } from '#domain/errors';
import { counted } from '#domain/text/numbers';

/** A header must fit in this many bytes. */
export const headerBytes = 1 << 20;

/** A longer name means that a quote before it is not closed. */
const longestName = 300;

const quoted = (names: readonly string[]): string =>
  shownList(
    names.map((n) => `"${n}"`),
    20,
  );

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

/**
 * Checks the names of a file's columns against the pipeline. Its messages quote names of the pipeline alone, and give the position
 * of any other.
 *
 * @param file how messages name the file
 * @throws SchemaMismatchError naming every missing column, the positions of extra and duplicate ones, and the closest matches
 */
export function checkColumns(pipeline: Pick<DataSettings, 'dataset'>, file: string, found: readonly string[]): void {
  const expected = expectedColumns(pipeline);
  const known = new Set(expected);
  const there = new Set(found);
  const missing = expected.filter((name) => !there.has(name));
  const extra = found.flatMap((name, i): Stranger[] => (known.has(name) ? [] : [{ name, position: i + 1 }]));
  if (missing.length * 2 >= expected.length && missing.length > 0) {
    // the line may be a row of values: it must not be quoted
    throw new SchemaMismatchError(
      `${file}: only ${expected.length - missing.length} of the ${expected.length} expected columns are there; missing ${quoted(missing)}. ` +
        'Write the file with the columns the pipeline names; if it has no header line, set dataset.csv.header: false and list dataset.csv.names.',
    );
  }
  const meant = new Map(
    missing.flatMap((name) => {
      const near = meantBy(name, extra);
      return near === undefined ? [] : [[name, near] as const];
    }),
  );
  const shown = (strangers: readonly Stranger[]): string => shownList(strangers.map((s) => `column ${s.position}`));

  const first = new Map<string, Stranger>();
  const doubled = new Map<string, Stranger>();
  found.forEach((name, i) => {
    const lower = name.toLowerCase();
    const same = first.get(lower);
    if (same === undefined) first.set(lower, { name, position: i + 1 });
    else doubled.set(lower, same);
  });
  const rejects = pipeline.dataset.extraColumns === 'reject';
  const relevant = [...doubled.values()].filter(({ name }) => rejects || known.has(name));
  const problems: string[] = [];
  if (relevant.length > 0) {
    const list = relevant.map((s) => (known.has(s.name) ? `"${s.name}" (column ${s.position})` : shown([s])));
    problems.push(`these columns occur twice (upper and lower case are the same): ${shownList(list)}`);
  }
  if (missing.length > 0) {
    const near = [...meant].map(([name, stranger]) => `column ${stranger.position} looks like "${name}"`);
    problems.push(`missing ${quoted(missing)}${near.length > 0 ? ` (${shownList(near)})` : ''}`);
  }
  if (extra.length > 0 && rejects) problems.push(`not expected ${shown(extra)}`);
  if (problems.length === 0) return;
  const fix = [
    missing.length > 0 ? 'Write the file with the columns the pipeline names, or adapt dataset.columns' : undefined,
    extra.length > 0 && rejects
      ? 'list the extra columns under dataset.columns (role: ignore leaves one unread) or set dataset.extraColumns: ignore'
      : undefined,
    relevant.length > 0 ? 'give every column a name of its own' : undefined,
  ].filter((f) => f !== undefined);
  const advice = fix.join('; ');
  throw new SchemaMismatchError(
    `${file}: ${problems.join('; ')}. ${advice.charAt(0).toUpperCase()}${advice.slice(1)}.`,
  );
}

/** Position (from 1) of the first name that contains rows of the file because a quote in the header is not closed. */
function unfinishedName({ fields, brokenQuote }: FirstRecord, delimiter: string): number | undefined {
  if (brokenQuote !== undefined) return brokenQuote;
  const at = fields.findIndex((name) => {
    const lineBreak = name.search(/[\r\n]/);
    return name.length > longestName || (lineBreak >= 0 && name.indexOf(delimiter, lineBreak) >= 0);
  });
  return at < 0 ? undefined : at + 1;
}

/** The result of reading a CSV header. */
export interface CsvHeader {
  /** The columns in file order. */
  readonly columns: readonly string[];
  /** Number of header lines; 0 without a header. */
  readonly lines: number;
  /** Number of blank lines before the header; 0 without a header. */
  readonly blankLines: number;
}

/**
 * Reads and checks the header of a CSV file.
 *
 * @param file how messages name the file
 * @param start the first bytes of the (decompressed) file; a header must fit in them
 * @throws SchemaMismatchError for an empty file, one without rows, an unfinished header, a wrong delimiter or encoding, and
 *   mismatched columns. A message quotes no text of the file
 */
export function readCsvHeader(pipeline: Pick<DataSettings, 'dataset'>, file: string, start: Uint8Array): CsvHeader {
  const { csv } = pipeline.dataset;
  if (start.length === 0)
    throw new SchemaMismatchError(`${file} is empty. Write it again, or leave it out of the drop.`);
  if ((start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff)) {
    throw new SchemaMismatchError(`${file} is UTF-16. Write it as UTF-8.`);
  }
  const text = new TextDecoder('utf-8').decode(start);
  const record = firstRecord(text, csv);
  const found = record.fields.map((f) => f.trim());
  if (found.length === 0)
    throw new SchemaMismatchError(`${file} holds blank lines only. Write it again, or leave it out of the drop.`);
  if (record.brokenQuote === undefined && !record.complete && start.length >= headerBytes) {
    throw new SchemaMismatchError(
      `${file}: the first line does not end within ${headerBytes >> 20} MB. Write one row a line, the header first.`,
    );
  }
  const names = csv.header ? found : (csv.names ?? []);
  const width = csv.header ? expectedColumns(pipeline).length : names.length;
  const fits = csv.header
    ? (fields: readonly string[]) => expectedColumns(pipeline).filter((n) => fields.includes(n)).length * 2 > width
    : (fields: readonly string[]) => fields.length === width;
  if (!fits(found)) {
    const other = likelyDelimiter(text, csv, fits);
    if (other !== undefined) {
      throw new SchemaMismatchError(
        `${file}: found ${counted(found.length, 'column')} where ${width} were expected. ` +
          `Is the delimiter ${JSON.stringify(other)}? Set dataset.csv.delimiter: ${JSON.stringify(other)}.`,
      );
    }
  }
  const unfinished = unfinishedName(record, csv.delimiter);
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
    return { columns: names, lines: 0, blankLines: 0 };
  }
  checkColumns(pipeline, file, found);
  if (!record.more) {
    throw new SchemaMismatchError(
      `${file} holds a header and no rows. Leave the file out of the drop, or write its rows.`,
    );
  }
  return { columns: found, lines: record.lines, blankLines: record.blankLines };
}
