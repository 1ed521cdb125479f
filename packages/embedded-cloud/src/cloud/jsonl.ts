import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { explainStateFailure } from './state-error.ts';

/** How much a log keeps. */
export interface Rotation {
  /** Bytes after which a new file is begun. */
  readonly maxBytes: number;
  /** Files kept beside the current one. */
  readonly keep: number;
}

/** Appends JSON lines to a file; what was written is on its way to disk when `write` returns. */
export interface JsonLinesFile {
  write(line: unknown): void;
  close(): void;
}

const rotatedName = (path: string, index: number): string => path.replace(/\.jsonl$/, `.${index}.jsonl`);

const NEWLINE = 0x0a;
const CHUNK_BYTES = 64 * 1024;

/** Cuts off what follows the last line's end: a line that a killed process could not finish. Gives the bytes left. */
function dropTornLine(fd: number): number {
  const size = fstatSync(fd).size;
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - CHUNK_BYTES);
    readSync(fd, chunk, 0, end - start, start);
    const newline = chunk.subarray(0, end - start).lastIndexOf(NEWLINE);
    if (newline >= 0) {
      const whole = start + newline + 1;
      if (whole < size) ftruncateSync(fd, whole);
      return whole;
    }
    end = start;
  }
  if (size > 0) ftruncateSync(fd, 0);
  return 0;
}

/**
 * Opens a JSON-lines log that rotates by size: `audit.jsonl` is current, `audit.1.jsonl` the one before, and so on.
 * Lines are written synchronously, so their order is the order of events and a killed process loses none; the line it was
 * writing may be incomplete and is cut off here: its request was not answered yet.
 * @throws when the folder cannot be made or written
 */
export function openJsonLines(path: string, { maxBytes, keep }: Rotation): JsonLinesFile {
  mkdirSync(dirname(path), { recursive: true });
  let fd: number | undefined = openSync(path, 'a+', 0o600);
  let size = dropTornLine(fd);

  const rotate = () => {
    if (fd !== undefined) closeSync(fd);
    rmSync(rotatedName(path, keep), { force: true });
    for (let index = keep - 1; index >= 1; index--) {
      if (existsSync(rotatedName(path, index))) renameSync(rotatedName(path, index), rotatedName(path, index + 1));
    }
    renameSync(path, keep > 0 ? rotatedName(path, 1) : `${path}.old`);
    if (keep === 0) rmSync(`${path}.old`, { force: true });
    fd = openSync(path, 'a', 0o600);
    size = 0;
  };

  return {
    write(line) {
      if (fd === undefined) return;
      const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
      if (size > 0 && size + bytes.length > maxBytes) rotate();
      try {
        writeFileSync(fd, bytes);
      } catch (cause) {
        // A part of the line, on a disk that is full, would spoil the next one.
        if (fstatSync(fd).size > size) ftruncateSync(fd, size);
        throw explainStateFailure(cause, path) ?? cause;
      }
      size += bytes.length;
    },
    close() {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
}

/** The files of a rotated log that exist, oldest first. */
export function rotatedFiles(path: string): string[] {
  const folder = dirname(path);
  if (!existsSync(folder)) return [];
  const base = path.slice(folder.length + 1).replace(/\.jsonl$/, '');
  const numbered = readdirSync(folder)
    .map((name) => ({
      name,
      index: name.startsWith(`${base}.`) ? Number(/^\.(\d+)\.jsonl$/.exec(name.slice(base.length))?.[1]) : Number.NaN,
    }))
    .filter(({ index }) => Number.isInteger(index))
    .sort((a, b) => b.index - a.index)
    .map(({ name }) => join(folder, name));
  return existsSync(path) ? [...numbered, path] : numbered;
}
