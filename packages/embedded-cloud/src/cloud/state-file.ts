import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { explainStateFailure, StateError } from './state-error.ts';

/**
 * Reads a small JSON state file; `fallback` when there is none yet.
 * @throws when the file is not JSON, naming it and what to do
 */
export function readState<T>(path: string, fallback: T): T {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return fallback;
    throw explainStateFailure(cause, path) ?? cause;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the file.
  }
  if (typeof value === 'object' && value !== null) return value as T;
  throw new StateError(
    `${path} is not valid JSON. Restore it from a copy, or delete it to start this service without state.`,
  );
}

/** Replaces a JSON state file in one step, readable by its owner alone: a crash leaves the old or the new one whole. */
export function writeState(path: string, state: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  const fd = openSync(temporary, 'w', 0o600);
  try {
    try {
      // All of it or an error: a disk that fills up takes a part of a single write.
      writeFileSync(fd, JSON.stringify(state, undefined, 2));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw explainStateFailure(cause, path) ?? cause;
  }
}
