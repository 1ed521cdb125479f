import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { nearestName } from 'located-yaml/nearest-name';
import { shownList } from '#domain/data/shown';
import { lookBack } from '#domain/drift/recorded-check';
import { exitCodes } from './exit-codes.ts';
import { CliError } from './output.ts';
import { pipelineNames } from './project.ts';

/** Parser of an option that takes a whole number within bounds. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    }
    return value;
  };

/** @throws CliError naming the existing pipelines and the closest match */
export function requirePipeline(name: string): void {
  const known = pipelineNames();
  if (known.includes(name)) return;
  const meant = nearestName(name, known);
  throw new CliError(
    `No pipeline is named "${name}".${meant === undefined ? '' : ` Did you mean "${meant}"?`} There are: ${shownList(known, 10)}.`,
    exitCodes.usage,
  );
}

/** The instant that `--since` means, ISO 8601. @throws CliError when it is neither a length of time nor a day */
export function startOfLookBack(since: string, now = new Date().toISOString()): string {
  const start = lookBack(since, now);
  if (start !== undefined) return start;
  throw new CliError(
    `--since ${since}: write a length of time, as 30d or 12h, or a day, as 2026-01-31.`,
    exitCodes.usage,
  );
}

/** Reads a text file, `-` being standard input. @throws CliError when it cannot be read */
export const readText = (file: string): string => readBytes(file).toString('utf8');

/** The bytes of a file, or of standard input for `-`. @throws CliError when it cannot be read */
export function readBytes(file: string): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') throw new CliError(`${file} does not exist.`, exitCodes.usage);
    if (code === 'EISDIR') throw new CliError(`${file} is not a file.`, exitCodes.usage);
    throw new CliError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      exitCodes.usage,
    );
  }
}
