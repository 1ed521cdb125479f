import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Something in the state folder that cannot be used. The message names it and the fix, and holds nothing of its content. */
export class StateError extends Error {
  override readonly name = 'StateError';
}

/** What to do about a file that is damaged. */
const RESTORE = 'Restore the state folder from a copy, or delete it to start without state.';

export const damaged = (path: string, cause?: unknown): StateError =>
  new StateError(`${path} is damaged. ${RESTORE}`, { cause });

/** Problem and fix by the code of a file system error (errno(3)). */
const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: 'cannot be accessed by this user. Give this user the right to it, or choose another state folder.',
  EPERM: 'cannot be accessed by this user. Give this user the right to it, or choose another state folder.',
  EROFS: 'is on a read-only file system. Choose another state folder.',
  ENOTDIR: 'is below a file, where a folder must be. Move that file away, or choose another state folder.',
  EEXIST: 'is a file, where a folder must be. Move it away, or choose another state folder.',
  EISDIR: 'is a folder, where a file must be. Move it away.',
  ENOSPC: 'cannot be written: the disk is full. Free some space and start again: what was stored is kept.',
  EDQUOT: 'cannot be written: your disk quota is used up. Free some space and start again: what was stored is kept.',
  EFBIG: 'cannot grow: the file size limit is reached (see "ulimit -f"). Raise the limit and start again.',
  EIO: 'cannot be read or written: the disk reports an error. Check the disk.',
  EMFILE: 'cannot be opened: too many files are open. Raise the limit (see "ulimit -n") and start again.',
};

/** The file system's code for SQLite's result codes (sqlite.org/rescode.html), without their extension. */
const SQLITE_CODES: Readonly<Record<number, string>> = {
  3: 'EACCES',
  8: 'EACCES',
  10: 'EIO',
  13: 'ENOSPC',
};
const SQLITE_CORRUPT = 11;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

interface Failure {
  readonly code?: unknown;
  readonly errcode?: unknown;
  readonly path?: unknown;
  readonly cause?: unknown;
}

/**
 * Explains a failure of the file system, SQLite or LevelDB.
 * @param path the file or folder that was being used; the error may name one below it
 * @returns undefined when the error has another reason, or is about another place
 */
export function explainStateFailure(cause: unknown, path: string): StateError | undefined {
  if (cause instanceof StateError) return cause;
  if (!(cause instanceof Error)) return undefined;
  const { code, errcode, path: named, cause: deeper }: Failure = cause;
  if (typeof named === 'string' && !isBelow(named, path)) return undefined;
  // A port that may not be opened is no matter of the state.
  if ('port' in cause) return undefined;
  const place = typeof named === 'string' ? named : path;
  if (typeof errcode === 'number') {
    const result = errcode & 0xff;
    if (result === SQLITE_CORRUPT || result === SQLITE_NOTADB) return damaged(path, cause);
    if (result === SQLITE_CANTOPEN) return explainCannotOpen(path, cause);
    const problem = FILE_PROBLEMS[SQLITE_CODES[result] ?? ''];
    return problem === undefined ? undefined : new StateError(`${path} ${problem}`, { cause });
  }
  if (code === 'LEVEL_CORRUPTION') return damaged(path, cause);
  if (code === 'LEVEL_LOCKED')
    return new StateError(`${path} is used by another process. Stop that process.`, { cause });
  if (typeof code === 'string') {
    const problem = FILE_PROBLEMS[code];
    if (problem !== undefined) return new StateError(`${place} ${problem}`, { cause });
  }
  return deeper === undefined ? undefined : explainStateFailure(deeper, path);
}

/** Whether a path is another one, or below it; temporary files beside it count too. */
const isBelow = (path: string, folder: string): boolean => resolve(path).startsWith(resolve(folder));

/** SQLite does not say why a file cannot be opened. */
function explainCannotOpen(path: string, cause: unknown): StateError {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  return new StateError(`${path} ${isFolder ? FILE_PROBLEMS['EISDIR'] : FILE_PROBLEMS['EACCES']}`, { cause });
}

/**
 * Refuses a state folder in which a database was cut to nothing: it would be taken for a new one, and what belongs to it for
 * leftovers.
 * @throws StateError
 */
export function refuseEmptied(stateDir: string): void {
  // Written at the end of the first start: by then no database is empty.
  if (!existsSync(join(stateDir, 'cloudformation'))) return;
  for (const folder of readdirSync(stateDir, { withFileTypes: true })) {
    if (!folder.isDirectory()) continue;
    for (const file of readdirSync(join(stateDir, folder.name), { withFileTypes: true })) {
      const path = join(stateDir, folder.name, file.name);
      if (file.isFile() && /\.(?:db|sqlite)$/.test(file.name) && statSync(path).size === 0) {
        throw new StateError(`${path} is empty: its content is lost. ${RESTORE}`);
      }
    }
  }
}
