import { isAscii } from 'node:buffer';
import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { ColumnSource } from '#domain/data/column-spec';
import type { CsvSettings } from '#domain/data/csv-settings';
import type { SqlEngine } from '#domain/data/engine';
import { isReservedName } from '#domain/data/name-rules';
import { type Dialect, guessDialect } from '#domain/profiling/dialect';
import { dataEndings, formatOfName } from '#domain/runs/drop';
import { text } from '#domain/sql/literals';
import { type Archive, compressionOf, readArchive } from '#functions/shards/archive';
import { refuseUnlessParquet } from '#functions/shards/parquet-file';
import { exitCodes } from '../exit-codes.ts';
import { CliError } from '../output.ts';

/** A file before its columns are read: how it is written and what they are called. */
export interface FileLayout {
  readonly archive: Archive;
  readonly format: 'csv' | 'jsonl' | 'parquet';
  readonly dialect?: Dialect;
  readonly encoding?: CsvSettings['encoding'];
  /** Whether it has ASCII alone, which is the same in every encoding but UTF-16. */
  readonly isAscii?: boolean;
  readonly names: readonly string[];
  /** Where columns are found that cannot have their own name: their name in the file, or where they stand, from 1. */
  readonly sources: ReadonlyMap<string, ColumnSource>;
}

/** As much of a file is looked at to guess how it is written. */
const startBytes = 1 << 20;
/** A longer name is replaced by one by position. */
const longestName = 200;

/** The start of a text file, and whether all of its bytes are UTF-8. */
async function readStart(archive: Archive) {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const parts: Uint8Array[] = [];
  let size = 0;
  let isUtf8 = true;
  let onlyAscii = true;
  for await (const chunk of readArchive(archive)) {
    if (size < startBytes) parts.push(chunk);
    size += chunk.length;
    onlyAscii &&= isAscii(chunk);
    if (!isUtf8) continue;
    try {
      decoder.decode(chunk, { stream: true });
    } catch {
      isUtf8 = false;
    }
  }
  return { start: Buffer.concat(parts).subarray(0, startBytes), isUtf8, isAscii: onlyAscii, whole: size <= startBytes };
}

/** The encoding of a text, by its first bytes and whether all of it is UTF-8. */
function encodingOf(
  start: Buffer,
  isUtf8: boolean,
): { readonly setting: CsvSettings['encoding']; readonly label: string } {
  const [first, second] = start;
  if (first === 0xff && second === 0xfe) return { setting: 'utf-8', label: 'utf-16le' };
  if (first === 0xfe && second === 0xff) return { setting: 'utf-8', label: 'utf-16be' };
  const zeros = start.subarray(0, 1000).filter((byte) => byte === 0).length;
  if (zeros * 4 > Math.min(1000, start.length))
    return { setting: 'utf-16', label: first === 0 ? 'utf-16be' : 'utf-16le' };
  return isUtf8 ? { setting: 'utf-8', label: 'utf-8' } : { setting: 'windows-1252', label: 'windows-1252' };
}

/** Names that a pipeline can use, and where those are found that it cannot have: by their name, or else by their position. */
function nameColumns(found: readonly string[]) {
  const sources = new Map<string, ColumnSource>();
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  for (const name of found) counts.set(name.toLowerCase(), (counts.get(name.toLowerCase()) ?? 0) + 1);
  const names = found.map((name, i) => {
    const isUsable =
      name !== '' &&
      name !== '__proto__' &&
      name.length <= longestName &&
      !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name) &&
      name.isWellFormed();
    const isAlone = isUsable && counts.get(name.toLowerCase()) === 1;
    if (isAlone && !isReservedName(name)) {
      taken.add(name.toLowerCase());
      return name;
    }
    // such as the "_id" of an export of documents
    const plain = name.replace(/^_+/, '') || 'column';
    let own = isAlone ? plain : isUsable ? `${name}_${i + 1}` : `column_${i + 1}`;
    while (taken.has(own.toLowerCase()) || counts.has(own.toLowerCase())) own += '_';
    taken.add(own.toLowerCase());
    sources.set(own, isAlone ? name : { position: i + 1 });
    return own;
  });
  return { names, sources };
}

/** Paths of the values in an object: nested objects by dots; lists are one value. */
function pathsOf(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [prefix];
  return Object.entries(value).flatMap(([key, own]) => pathsOf(own, prefix === '' ? key : `${prefix}.${key}`));
}

/** The names of all columns of JSON lines, in the order in which they first occur. */
async function jsonNames(archive: Archive): Promise<string[]> {
  const names = new Set<string>();
  let rest = '';
  const decoder = new TextDecoder();
  const read = (line: string): void => {
    try {
      const value: unknown = JSON.parse(line.replace(/^\uFEFF/, ''));
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
      for (const name of pathsOf(value)) if (name !== '') names.add(name);
    } catch {
      // a line that is no JSON is a malformed row, and counted as one later
    }
  };
  for await (const chunk of readArchive(archive)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) read(line);
  }
  read(rest + decoder.decode());
  // a name that is an object in some rows is named by its keys
  return [...names].filter((name) => ![...names].some((other) => other.startsWith(`${name}.`)));
}

/** The columns of a Parquet file; those of a struct by dots. */
async function parquetNames(engine: SqlEngine, path: string): Promise<string[]> {
  const describe = async (select: string, prefix: string): Promise<string[]> => {
    const columns = await engine.query(
      'read the columns',
      `DESCRIBE SELECT ${select} FROM read_parquet(${text(path)})`,
    );
    const names: string[] = [];
    for (const column of columns) {
      const name = String(column['column_name']);
      const own = prefix === '' ? `"${name.replaceAll('"', '""')}"` : `${prefix}."${name.replaceAll('"', '""')}"`;
      const isStruct = /^STRUCT\b(?!.*\]$)/s.test(String(column['column_type']));
      if (!isStruct) names.push(name);
      else names.push(...(await describe(`unnest(${own})`, own)).map((inner) => `${name}.${inner}`));
    }
    return names;
  };
  return describe('*', '');
}

/** The format of a file by its name. @throws CliError when a drop would not read it */
function formatOf(file: string): FileLayout['format'] {
  const format = formatOfName(basename(file));
  if (format !== undefined) return format;
  const name = basename(file);
  if (/\.json(\.gz|\.zst)?$/i.test(name)) {
    throw new CliError(
      `${file}: JSON must be lines, one object a line, in a file whose name ends in .jsonl. Of one list of objects: jq -c '.[]' ${name} > ${name.replace(/\.json.*$/i, '.jsonl')}`,
      exitCodes.usage,
    );
  }
  throw new CliError(
    `${file}: its name does not say what it is. A drop reads files whose names end in ${dataEndings.join(', ')}, also with .gz or .zst: rename it.`,
    exitCodes.usage,
  );
}

/**
 * Finds out how a file is written and what its columns are called.
 *
 * @throws CliError for a file that is not there, is empty or is of no known format; DataEngineError for a damaged one
 */
export async function openFile(engine: SqlEngine, file: string): Promise<FileLayout> {
  if (!existsSync(file)) throw new CliError(`${file} does not exist.`, exitCodes.usage);
  if (!statSync(file).isFile()) throw new CliError(`${file} is not a file.`, exitCodes.usage);
  const format = formatOf(file);
  const archive: Archive = {
    name: file,
    path: file,
    compression: compressionOf(file),
    mostBytes: Number.MAX_SAFE_INTEGER,
  };
  const none = () => new CliError(`${file} has no rows.`, exitCodes.usage);
  if (format === 'parquet') {
    if (statSync(file).size === 0) throw none();
    await refuseUnlessParquet(file, file);
    return { archive, format, ...nameColumns(await parquetNames(engine, file)) };
  }
  if (format === 'jsonl') {
    const names = await jsonNames(archive);
    if (names.length === 0) throw new CliError(`${file} has no line with a JSON object.`, exitCodes.usage);
    return { archive, format, ...nameColumns(names) };
  }
  const { start, whole, ...bytes } = await readStart(archive);
  const { setting, label } = encodingOf(start, bytes.isUtf8);
  const content = new TextDecoder(label).decode(start);
  if (content.trim() === '') throw none();
  const dialect = guessDialect(content, whole);
  const { names, sources } = nameColumns(dialect.fields);
  return {
    archive,
    format,
    dialect: { ...dialect, fields: dialect.header ? dialect.fields : names },
    encoding: setting,
    isAscii: bytes.isAscii && setting === 'utf-8',
    names,
    sources,
  };
}
