import { Document } from 'yaml';

/** A text or number as YAML has it within `[ ]` and `{ }`: quoted where it must be. */
function scalar(value: unknown): string {
  const document = new Document([value]);
  const text = document.toString({
    collectionStyle: 'flow',
    singleQuote: true,
    lineWidth: 0,
    flowCollectionPadding: false,
  });
  return text.trim().slice(1, -1);
}

/** A value in one line of YAML: `{ role: feature, parts: [month, year] }`. */
export function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return scalar(value);
  const entries = Object.entries(value).map(([key, own]) => `${scalar(key)}: ${flow(own)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** A value set at a path, as a mapping. */
export const fragment = (path: readonly string[], value: unknown): unknown =>
  path.reduceRight((inner, key) => ({ [key]: inner }), value);

const longestLine = 100;

/** A value in lines: mappings that are too long for one line have a line for each key. */
function block(key: string, value: unknown, indent: string): string[] {
  const line = `${indent}${key}: ${flow(value)}`;
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMapping || line.length <= longestLine) return [line];
  return [`${indent}${key}:`, ...Object.entries(value).flatMap(([k, own]) => block(scalar(k), own, `${indent}  `))];
}

/** YAML that sets a path to a value; the other values it may have are comments below it. */
export function exampleYaml(path: readonly string[], [first, ...others]: readonly unknown[]): string {
  const parents = path.slice(0, -1);
  const key = scalar(path.at(-1));
  const indent = '  '.repeat(parents.length);
  return [
    ...parents.map((parent, depth) => `${'  '.repeat(depth)}${scalar(parent)}:`),
    ...block(key, first, indent),
    ...others.map((other) => `${indent}# or ${key}: ${flow(other)}`),
  ].join('\n');
}
