import { sourceName } from '#domain/data/column-source';
import { expectedColumns } from '#domain/data/columns';
import { pointer } from '#domain/data/nested';
import type { DatasetSettings } from '#domain/data/settings';
import { ident, text } from '#domain/sql/literals';

/** The way to a value within objects and lists: a key, then keys and positions from 0. */
export type Path = readonly [string, ...(string | number)[]];
/** The paths of columns that are found within an object or a list, by the pipeline's names. */
export type Paths = ReadonlyMap<string, Path>;

/** The path that a name may mean: `address.zip`, `items[0].price`; undefined for a name without one. */
export function parsePath(name: string): Path | undefined {
  if (!/^[^.[\]]+(?:\.[^.[\]]+|\[\d{1,4}\])+$/.test(name)) return undefined;
  const [root = '', ...rest] = [...name.matchAll(/[^.[\]]+/g)].map(([part]) => part);
  const positions = [...name.matchAll(/[.[]/g)].map(([sign]) => sign === '[');
  return [root, ...rest.map((part, i) => (positions[i] ? Number(part) : part))];
}

/** A path as `parsePath` reads it. */
export const pathText = ([root, ...rest]: Path): string =>
  rest.reduce<string>((name, part) => (typeof part === 'number' ? `${name}[${part}]` : `${name}.${part}`), root);

/**
 * The paths of a pipeline's columns over the keys of some rows. A key with the very name of a column is that column; a dot or a
 * bracket is a path only where there is none.
 */
export function pathsIn(dataset: DatasetSettings, keys: readonly string[]): Paths {
  const there = new Set(keys);
  const found = expectedColumns({ dataset }).flatMap((name): [string, Path][] => {
    const source = sourceName(dataset, name);
    const path = there.has(source) ? undefined : parsePath(source);
    return path !== undefined && there.has(path[0]) ? [[name, path]] : [];
  });
  return new Map(found);
}

const startsWith = (path: Path, prefix: Path): boolean => prefix.every((part, i) => part === path[i]);

/** A column of a file: its name or path, and its type where the file has one. */
export interface FoundColumn {
  readonly name: string;
  readonly type?: string;
}

/** What a path leads to. */
export interface NestedReader {
  /** The keys of the objects at a path; none where there are no objects. */
  keysOf(path: Path, type: string | undefined): Promise<readonly FoundColumn[]>;
  /** The type of the value at a path, where the file has types. */
  typeOf(path: Path): Promise<string | undefined>;
}

/**
 * The columns of a file, with what is within an object or a list in place of it where the pipeline has a column there: the columns
 * that it has and the keys that it does not name. Other elements of a list are no columns.
 */
export async function expandColumns(
  columns: readonly FoundColumn[],
  paths: Paths,
  reader: NestedReader,
): Promise<readonly FoundColumn[]> {
  const declared = [...paths.values()];
  const within = async (prefix: Path, type: string | undefined): Promise<FoundColumn[]> => {
    const inside = declared.filter((path) => path.length >= prefix.length && startsWith(path, prefix));
    if (inside.length === 0 || inside.some(({ length }) => length === prefix.length))
      return [{ name: pathText(prefix), ...(type === undefined ? {} : { type }) }];
    const positions = new Set(inside.map((path) => path[prefix.length]).filter((part) => typeof part === 'number'));
    const found: FoundColumn[] = [];
    for (const position of positions) {
      const path: Path = [...prefix, position];
      found.push(...(await within(path, await reader.typeOf(path))));
    }
    if (inside.every((path) => typeof path[prefix.length] === 'number')) return found;
    for (const key of await reader.keysOf(prefix, type)) found.push(...(await within([...prefix, key.name], key.type)));
    return found;
  };
  const all: FoundColumn[] = [];
  for (const column of columns) {
    const isRoot = declared.some(([root]) => root === column.name);
    all.push(...(isRoot ? await within([column.name], column.type) : [column]));
  }
  return all;
}

/** The path as a JSON pointer (RFC 6901). */
export const pathPointer = (path: Path): string => path.map((part) => pointer(String(part))).join('');

/** SQL of the value at a path of structs and lists. */
export const pathSql = ([root, ...rest]: Path): string =>
  rest.reduce<string>(
    (sql, part) =>
      typeof part === 'number' ? `list_extract(${sql}, ${part + 1})` : `struct_extract(${sql}, ${text(part)})`,
    ident(root),
  );

/** The beginnings of a path, each with what it has to lead to. */
export const parentsOf = (path: Path): readonly { readonly path: Path; readonly type: 'OBJECT' | 'ARRAY' }[] =>
  path.slice(1).map((part, i) => ({
    path: path.slice(0, i + 1) as unknown as Path,
    type: typeof part === 'number' ? 'ARRAY' : 'OBJECT',
  }));

type Row = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is at a path that leads through something other than an object or a list: no value of a column. */
const misplaced = Symbol('a single value where an object or a list belongs');

/** The value at a path of a row: null where there is none, and no scalar where the path leads through one. */
export function valueAt(row: Row, path: Path): unknown {
  let value: unknown = row;
  for (const part of path) {
    if (value === null || value === undefined) return null;
    if (typeof part === 'number' ? !Array.isArray(value) : !isObject(value)) return misplaced;
    value = Object.hasOwn(value as object, part) ? (value as never)[part] : null;
  }
  return value;
}

/** Whether all that a value holds is among the paths of columns, or leads to none of them: no key is unknown. */
export function isCovered(value: unknown, prefix: Path, declared: readonly Path[]): boolean {
  const inside = declared.filter((path) => path.length >= prefix.length && startsWith(path, prefix));
  if (inside.length === 0) return false;
  if (inside.some(({ length }) => length === prefix.length)) return true;
  if (Array.isArray(value)) {
    return value.every((own, i) => {
      const path: Path = [...prefix, i];
      return !inside.some((other) => startsWith(other, path)) || isCovered(own, path, declared);
    });
  }
  return !isObject(value) || Object.entries(value).every(([key, own]) => isCovered(own, [...prefix, key], declared));
}
