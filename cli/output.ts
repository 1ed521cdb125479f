import { stripVTControlCharacters, styleText } from 'node:util';
import { type ExitCode, exitCodes } from './exit-codes.ts';

/** A failure that the user can fix: printed without a stack trace. The default exit code is that of a failure. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;
  constructor(message: string, exitCode: ExitCode = exitCodes.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}

type Style = Parameters<typeof styleText>[0];
const styled =
  (style: Style) =>
  (text: string): string =>
    styleText(style, text, { stream: process.stdout });

export const bold = styled('bold');
export const dim = styled('dim');
export const green = styled('green');
export const red = styled('red');
export const yellow = styled('yellow');
export const cyan = styled('cyan');

let silent = false;
/** Drops further messages and remarks for people: with --json, each stream has at most one JSON document. */
export const silenceNarration = (): void => {
  silent = true;
};
export const print = (line = ''): void => {
  if (!silent) process.stdout.write(`${line}\n`);
};
/** A remark on standard error, beside the result. */
export const note = (text: string): void => {
  if (!silent) process.stderr.write(`${yellow('note')} ${text}\n`);
};
/** Machine-readable output: one JSON document. */
export const printJson = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
};

/** A table with aligned columns; numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const visible = (text: string) => stripVTControlCharacters(text).length;
  const widths = head.map((title, i) => Math.max(visible(title), ...rows.map((row) => visible(row[i] ?? ''))));
  const numeric = head.map((_, i) => rows.length > 0 && rows.every((row) => /^[-+]?[\d.,]+( ?%)?$/.test(row[i] ?? '')));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => {
        const gap = ' '.repeat((widths[i] ?? 0) - visible(cell));
        return numeric[i] ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd();
  return [dim(line(head)), ...rows.map(line)].join('\n');
}

export const seconds = (ms: number): string =>
  ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
export const bytes = (n: number): string =>
  n < 1000
    ? `${n} B`
    : n < 1e6
      ? `${(n / 1e3).toFixed(0)} kB`
      : n < 1e9
        ? `${(n / 1e6).toFixed(1)} MB`
        : `${(n / 1e9).toFixed(2)} GB`;
