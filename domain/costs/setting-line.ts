/** The spaces before a line's text; undefined for a line without any, or a comment. */
const indentOf = (line: string): number | undefined => (/^\s*(#|$)/.test(line) ? undefined : line.search(/\S/));

const startsWithKey = (text: string, key: string): boolean =>
  [`${key}:`, `"${key}":`, `'${key}':`].some((start) => text.startsWith(start));

/** The line of a key among the keys of a mapping that begins after a line; -1 where there is none. */
function findKey(lines: readonly string[], key: string, from: number, above: number): number {
  let own: number | undefined;
  for (const [at, line] of lines.entries()) {
    const indent = indentOf(line);
    if (at < from || indent === undefined) continue;
    if (indent <= above) return -1;
    own ??= indent;
    if (indent === own && startsWithKey(line.slice(indent), key)) return at;
  }
  return -1;
}

/** The line of a path; with a mapping in braces, the line that it begins on. Undefined where the file does not have it. */
function lineOf(lines: readonly string[], path: readonly string[]): number | undefined {
  let [at, above] = [-1, -1];
  for (const key of path) {
    const found = findKey(lines, key, at + 1, above);
    if (found < 0) {
      const inBraces = new RegExp(`[{,\\s]["']?${key}["']?:`).test(String(lines[at]));
      if (!inBraces) return undefined;
      continue;
    }
    at = found;
    above = String(lines[found]).search(/\S/);
  }
  return at;
}

/**
 * The line, from 1, on which a file sets something for a stage: below `stages` where it does, in the file's own settings otherwise.
 * It reads YAML by its indentation alone, so that a function needs no parser. Undefined where it finds nothing.
 *
 * @param path keys, as `['budget', 'run']`
 */
export function settingLine(text: string, path: readonly string[], stage: string): number | undefined {
  const lines = text.split('\n');
  const found = lineOf(lines, ['stages', stage, ...path]) ?? lineOf(lines, path);
  return found === undefined ? undefined : found + 1;
}
