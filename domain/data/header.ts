import { nearestName } from 'located-yaml/nearest-name';
import { expectedColumns } from '#domain/data/columns';
import { firstRecord, likelyDelimiter } from '#domain/data/csv-header';
import type { DataSettings } from '#domain/data/settings';
import { SchemaMismatchError } from '#domain/errors';

const quoted = (names: readonly string[]): string => names.map((n) => `"${n}"`).join(', ');
const plural = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/**
 * Checks the names of a file's columns against what the pipeline expects.
 *
 * @param file the object's key, for messages
 * @throws SchemaMismatchError naming every missing, extra and doubled column, and what was probably meant
 */
export function checkColumns(pipeline: Pick<DataSettings, 'dataset'>, file: string, found: readonly string[]): void {
  const expected = expectedColumns(pipeline);
  const seen = new Map<string, string>();
  const doubled = new Set<string>();
  for (const name of found) {
    const same = seen.get(name.toLowerCase());
    if (same !== undefined) doubled.add(same);
    seen.set(name.toLowerCase(), same ?? name);
  }
  const missing = expected.filter((name) => !found.includes(name));
  const extra = found.filter((name) => !expected.includes(name));
  if (missing.length * 2 >= expected.length && missing.length > 0) {
    // what was found may be a row of values: it must not be quoted
    throw new SchemaMismatchError(
      `${file}: only ${expected.length - missing.length} of the ${expected.length} expected columns are there; missing ${quoted(missing)}. ` +
        'Write the file with the columns the pipeline names; if it has no header line, set dataset.csv.header: false and list dataset.csv.names.',
    );
  }
  const problems: string[] = [];
  const relevant =
    pipeline.dataset.extraColumns === 'reject' ? [...doubled] : [...doubled].filter((n) => expected.includes(n));
  if (relevant.length > 0)
    problems.push(`these columns occur twice (upper and lower case are the same): ${quoted(relevant)}`);
  if (missing.length > 0) {
    const meant = missing.flatMap((name) => {
      const near = nearestName(name, extra);
      return near === undefined ? [] : [`"${near}" looks like "${name}"`];
    });
    problems.push(`missing ${quoted(missing)}${meant.length > 0 ? ` (${meant.join(', ')})` : ''}`);
  }
  if (extra.length > 0 && pipeline.dataset.extraColumns === 'reject') problems.push(`not expected ${quoted(extra)}`);
  if (problems.length === 0) return;
  const fix = [
    missing.length > 0 ? 'Write the file with the columns the pipeline names, or adapt dataset.columns' : undefined,
    extra.length > 0 && pipeline.dataset.extraColumns === 'reject'
      ? 'list the extra columns under dataset.columns (role: ignore leaves one unread) or set dataset.extraColumns: ignore'
      : undefined,
    relevant.length > 0 ? 'give every column a name of its own' : undefined,
  ].filter((f) => f !== undefined);
  const advice = fix.join('; ');
  throw new SchemaMismatchError(
    `${file}: ${problems.join('; ')}. ${advice.charAt(0).toUpperCase()}${advice.slice(1)}.`,
  );
}

/**
 * The columns of a CSV file in file order, checked.
 *
 * @param file the object's key, for messages
 * @param start the first bytes of the (decompressed) file; a header must fit in them
 * @throws SchemaMismatchError for an empty file, one without rows, a wrong delimiter or encoding, and columns that do not fit
 */
export function readCsvColumns(pipeline: Pick<DataSettings, 'dataset'>, file: string, start: Uint8Array): string[] {
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
  const names = csv.header ? found : (csv.names ?? []);
  const width = csv.header ? expectedColumns(pipeline).length : names.length;
  const fits = csv.header
    ? (fields: readonly string[]) => expectedColumns(pipeline).filter((n) => fields.includes(n)).length * 2 > width
    : (fields: readonly string[]) => fields.length === width;
  if (!fits(found)) {
    const other = likelyDelimiter(text, csv, fits);
    if (other !== undefined) {
      const first = csv.header && found.length === 1 ? ` "${found[0]?.slice(0, 120)}"` : '';
      throw new SchemaMismatchError(
        `${file}: found ${plural(found.length, 'column')}${first} where ${width} were expected. ` +
          `Is the delimiter ${JSON.stringify(other)}? Set dataset.csv.delimiter: ${JSON.stringify(other)}.`,
      );
    }
  }
  if (!csv.header) {
    if (found.length !== width) {
      throw new SchemaMismatchError(
        `${file}: the first line has ${plural(found.length, 'field')} where dataset.csv.names lists ${width}. Adapt csv.names or csv.delimiter.`,
      );
    }
    return [...names];
  }
  checkColumns(pipeline, file, found);
  if (!record.more) {
    throw new SchemaMismatchError(
      `${file} holds a header and no rows. Leave the file out of the drop, or write its rows.`,
    );
  }
  return found;
}
