import { basename } from 'node:path';

/** A file's name, as short as tells it from the others. */
export function shownName(file: string, files: readonly string[]): string {
  const name = basename(file);
  return files.some((other) => other !== file && basename(other) === name) ? file : name;
}
