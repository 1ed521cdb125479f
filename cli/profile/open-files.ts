import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { SqlEngine } from '#domain/data/engine';
import { shownList } from '#domain/data/shown';
import { formatOfName } from '#domain/runs/drop';
import { exitCodes } from '../exit-codes.ts';
import { CliError } from '../output.ts';
import { type FileLayout, openFile } from './open-file.ts';

/** Files of one table: each as it is written, and what is the same for all. */
export interface TableLayout extends FileLayout {
  /** The layout of each file, in order. All have the same columns; JSON lines may leave some out. */
  readonly files: readonly FileLayout[];
}

const usage = (message: string): CliError => new CliError(message, exitCodes.usage);

/**
 * The files that some paths name: a folder stands for the data files directly in it, by name.
 *
 * @throws CliError for a path that does not exist, and for a folder without data files
 */
export function filesOf(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (!existsSync(path)) throw usage(`${path} does not exist.`);
    if (!statSync(path).isDirectory()) return [path];
    const files = readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !/^[_.]/.test(entry.name) && formatOfName(entry.name) !== undefined)
      .map((entry) => join(path, entry.name))
      .toSorted();
    if (files.length === 0) throw usage(`${path} has no file of CSV, JSON lines or Parquet directly in it.`);
    return files;
  });
}

/** How the text of a file is written, by the setting that reads it. A pipeline has one of each. */
const writing = ({ dialect, encoding, isAscii }: FileLayout): Readonly<Record<string, string>> =>
  dialect
    ? {
        delimiter: JSON.stringify(dialect.delimiter),
        quote: JSON.stringify(dialect.quote),
        escape: JSON.stringify(dialect.escape ?? 'none'),
        'number of lines above the header': String(dialect.skipLines),
        header: dialect.header ? 'one' : 'none',
        ...(isAscii ? {} : { encoding: String(encoding) }),
      }
    : {};

/** @throws CliError when a file is not of the same table as the first: the message names both, and the column or the setting */
function requireAlike(first: FileLayout, other: FileLayout): void {
  const [a, b] = [first.archive.path, other.archive.path];
  const apart = 'All files must be one table: profile the others by themselves, or write them again.';
  if (first.format !== other.format) {
    throw usage(`${b} is of the format ${other.format}, and ${a} of the format ${first.format}. ${apart}`);
  }
  // an object may leave keys out
  if (first.format === 'jsonl') return;
  const missing = first.names.filter((name) => !other.names.includes(name));
  const more = other.names.filter((name) => !first.names.includes(name));
  if (missing.length > 0 || more.length > 0) {
    const lacks = missing.length === 0 ? '' : ` It lacks ${shownList(missing, 10)}.`;
    const adds = more.length === 0 ? '' : ` It has ${shownList(more, 10)} besides.`;
    throw usage(`${b} has other columns than ${a}.${lacks}${adds} ${apart}`);
  }
  const [own, its] = [writing(first), writing(other)];
  const differs = Object.keys(own).find((setting) => its[setting] !== undefined && own[setting] !== its[setting]);
  if (differs !== undefined) {
    throw usage(`${b} is written otherwise than ${a}: ${differs} ${its[differs]} instead of ${own[differs]}. ${apart}`);
  }
}

/**
 * Finds out how the files of one table are written and what their columns are called.
 *
 * @throws CliError for a file that cannot be profiled or is not of the same table as the first; DataEngineError for a damaged one
 */
export async function openFiles(engine: SqlEngine, paths: readonly string[]): Promise<TableLayout> {
  const files: FileLayout[] = [];
  for (const path of filesOf(paths)) {
    const layout = await openFile(engine, path);
    const [first, telling] = [files[0], files.find(({ isAscii }) => !isAscii)];
    if (first) requireAlike(first, layout);
    if (telling) requireAlike(telling, layout);
    files.push(layout);
  }
  const [first] = files;
  if (!first) throw usage('Name a file with data.');
  const { encoding } = files.find(({ isAscii }) => !isAscii) ?? first;
  const all = [...new Set(files.flatMap((file) => file.names))];
  // a name that is an object in another file is named by its keys, as within a file
  const names =
    first.format === 'jsonl' ? all.filter((name) => !all.some((other) => other.startsWith(`${name}.`))) : all;
  return { ...first, ...(encoding === undefined ? {} : { encoding }), names, files };
}

/** How messages and pages name some files. */
export function nameOfFiles(paths: readonly string[]): string {
  const [first = '', ...others] = paths;
  return others.length === 0 ? basename(first) : `${basename(first)} and ${others.length} more`;
}
