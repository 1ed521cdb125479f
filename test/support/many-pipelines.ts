import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';

const example = readFileSync(fileURLToPath(new URL('../../pipelines/loan-default.yml', import.meta.url)), 'utf8');

/** A pipeline name of 22 characters, the longest allowed. */
export const longName = (start: string): string => `${start}-abcdefghijklmnopqrstuvw`.slice(0, 22);

/** Writes the loan pipeline under another name, with other settings. @returns the file */
export function writePipeline(folder: string, name: string, settings: object = {}): string {
  const file = join(folder, `${name}.yml`);
  writeFileSync(file, stringify({ ...(parse(example) as object), name, ...settings }));
  return file;
}

/**
 * Writes pipelines with the longest names, each with a drift schedule. Every other one starts with each object, which takes most of the
 * rule's pattern; the others have markers of their own.
 *
 * @returns the files
 */
export function writeManyPipelines(folder: string, count: number): string[] {
  const { dataset } = parse(example) as { dataset: object };
  return Array.from({ length: count }, (_, i) => {
    const name = longName(`p${String(i + 1).padStart(2, '0')}`);
    const trigger = i % 2 === 0 ? { eachObject: true } : { marker: `_COMPLETE_${i}` };
    return writePipeline(folder, name, { dataset: { ...dataset, trigger }, drift: { schedule: 'rate(1 day)' } });
  });
}
