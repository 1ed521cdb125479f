import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type * as z from 'zod';
import { explainIssues, type Suggest } from './config-problems.ts';

/** One thing that is wrong with a file, and where: lines and columns count from 1. */
export interface LocatedProblem {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

export type ReadYaml<T> =
  | { readonly data: T; readonly at: (path: readonly PropertyKey[]) => Omit<LocatedProblem, 'text'> }
  | { readonly problems: readonly LocatedProblem[] };

/** All problems of a file, in its order, one a line: `<file>:<line>:<column> <text>`. */
export function problemsText(file: string, problems: readonly LocatedProblem[]): string {
  const lines = problems
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .map((p) => `  ${file}:${p.line}:${p.column} ${p.text}`);
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  return `${file} has ${count}:\n${lines.join('\n')}`;
}

/** A path as people write it: `gates[1].metric`. */
export const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );

/** The offset of the key in the source, or of the nearest existing node above it. */
function offsetOf(document: Document, path: readonly PropertyKey[], atKey: boolean): number {
  const parent = path.length > 0 ? document.getIn(path.slice(0, -1), true) : undefined;
  const last = path.at(-1);
  const pair = isMap(parent)
    ? parent.items.find((p) => (isScalar(p.key) ? String(p.key.value) : String(p.key)) === String(last))
    : undefined;
  const node = document.getIn(path, true);
  const value = isNode(node) && node.range ? node : undefined;
  // an entry of a list has no key
  const target = atKey ? (pair?.key ?? value) : (value ?? pair?.key);
  if (isNode(target) && target.range) return target.range[0];
  if (path.length > 0) return offsetOf(document, path.slice(0, -1), true);
  return isNode(document.contents) ? (document.contents.range?.[0] ?? 0) : 0;
}

/** Reading a value of a file with a schema. */
export interface CheckOptions {
  /** What a key that is not known was meant to be, where spelling does not tell. */
  readonly suggest?: Suggest;
}

/** A YAML file that was read and not yet checked. */
export interface YamlFile {
  /** What the file says. */
  readonly value: unknown;
  /** The line and column of a path: of its value, or of its key. Of a path that is not in the file, the nearest place above it. */
  readonly at: (path: readonly PropertyKey[], atKey?: boolean) => Omit<LocatedProblem, 'text'>;
}

/**
 * Reads YAML without checking it, for a file that has several readings.
 *
 * @param whenEmpty the problem of a file without content
 */
export function openYaml(text: string, whenEmpty: string): YamlFile | { readonly problems: readonly LocatedProblem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, merge: true });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (document.errors.length > 0) {
    return { problems: document.errors.map((e) => ({ ...place(e.pos[0]), text: `not valid YAML: ${e.message}` })) };
  }
  const value: unknown = document.toJS();
  if (value === null || value === undefined) return { problems: [{ line: 1, column: 1, text: whenEmpty }] };
  return { value, at: (path, atKey = false) => place(offsetOf(document, path, atKey)) };
}

/**
 * Reads YAML and checks it with a schema; all problems are found at once, with its place, what was found and what is allowed.
 *
 * @param whenEmpty what to say of a file without content
 */
export function readYaml<T extends z.ZodType>(
  text: string,
  schema: T,
  whenEmpty: string,
  { suggest }: CheckOptions = {},
): ReadYaml<z.output<T>> {
  const file = openYaml(text, whenEmpty);
  if ('problems' in file) return file;
  const parsed = schema.safeParse(file.value);
  if (parsed.success) return { data: parsed.data, at: (path) => file.at(path) };
  return {
    problems: explainIssues(parsed.error, schema, file.value, suggest).map(({ path, message, atKey }) => ({
      ...file.at(path, atKey),
      text: path.length === 0 ? message : `${pathText(path)}: ${message}`,
    })),
  };
}
