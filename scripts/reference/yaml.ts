import { Document } from 'yaml';

/** Whether people or older parsers would misread a text without quotes: `;`, a tab, `yes`. */
const mustQuote = (text: string): boolean => /^[^\p{L}\p{N}'"]$/u.test(text) || /^(yes|no|on|off)$/i.test(text);

/** A text or number in YAML flow style: quoted if necessary. */
function scalar(value: unknown): string {
  if (typeof value === 'string' && mustQuote(value))
    return JSON.stringify(value).includes('\\') ? JSON.stringify(value) : `'${value}'`;
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

const longestLine = 80;

/**
 * A value on several lines: a mapping that is too long for one line has one line per key, a list of mappings one per item.
 *
 * @param longest in characters
 */
export function block(key: string, value: unknown, indent: string, longest = longestLine): string[] {
  const line = `${indent}${key}: ${flow(value)}`;
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMapping || line.length <= longest) return [line];
  return [
    `${indent}${key}:`,
    ...Object.entries(value).flatMap(([k, own]) => block(scalar(k), own, `${indent}  `, longest)),
  ];
}

/** YAML that sets a path to a value, with alternative values as comments below it. */
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
