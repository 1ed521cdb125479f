import { flow, scalar } from '../../cli/flow-yaml.ts';

export { flow } from '../../cli/flow-yaml.ts';

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
