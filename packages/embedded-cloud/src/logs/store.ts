import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type JsonLinesFile, openJsonLines, rotatedFiles } from '../cloud/jsonl.ts';

/** One line a function wrote. */
export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** The process that wrote it, as AWS names log streams: `2026/01/31/[$LATEST]8f3c…`. */
  readonly stream: string;
  readonly requestId?: string;
  readonly message: string;
}

const ROTATION = { maxBytes: 16 * 2 ** 20, keep: 4 };

/** Where a log group is stored: the last part of its name, so `/aws/lambda/desensitize` is `desensitize.jsonl`. */
export const logPath = (stateDir: string, group: string): string => join(stateDir, 'logs', `${basename(group)}.jsonl`);

/** Opens the log of a function for writing. */
export const openLog = (stateDir: string, group: string): JsonLinesFile =>
  openJsonLines(logPath(stateDir, group), ROTATION);

/** Every stored line of a log group, oldest first. */
export function readLog(stateDir: string, group: string): LogLine[] {
  return rotatedFiles(logPath(stateDir, group)).flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LogLine),
  );
}
