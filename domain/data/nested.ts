import { isKept } from '#domain/data/columns';
import type { DatasetSettings } from '#domain/data/settings';
import type { Check } from '#domain/data/typing';

/** Whether a column's values are used. A dropped or ignored column may contain anything. */
export function isUsed(name: string, { id, time, label, columns }: DatasetSettings): boolean {
  const spec = Object.hasOwn(columns, name) ? columns[name] : undefined;
  return (spec !== undefined && isKept(name, spec)) || name === id || name === time || name === label.column;
}

const nestedReason = (found: string): string => `${found} where a single value belongs`;

/** Why a value is malformed that has a column within it and is no object or list. */
export const notNested = (type: 'OBJECT' | 'ARRAY'): string =>
  `a single value where ${type === 'OBJECT' ? 'an object' : 'a list'} belongs`;

/** Why a Parquet column of a nested type is malformed; undefined for a scalar type. */
export function nestedParquet(type: string): string | undefined {
  if (type.endsWith(']')) return nestedReason('a list');
  const found = ['struct', 'map', 'union', 'variant'].find((kind) => new RegExp(`^${kind}\\b`, 'i').test(type));
  return found === undefined ? undefined : nestedReason(`a ${found}`);
}

/** Checks that a JSON value is a scalar, over the value as JSON and, if given, a cheap pre-check. */
export const jsonChecks = (column: string, type: string, sign = (_start: string) => 'true'): Check[] =>
  (
    [
      ['an object', 'OBJECT', '{'],
      ['a list', 'ARRAY', '['],
    ] as const
  ).map(([found, name, start]) => ({
    column,
    reason: nestedReason(found),
    condition: `${sign(start)} AND ${type} = '${name}'`,
  }));

/** The key of an object as a JSON pointer (RFC 6901). */
export const pointer = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
