import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { explainStateFailure, StateError } from '../cloud/state-error.ts';
import { makePrivateFolder } from './private-folder.ts';
import { identifyProcess, type ProcessIdentity, stillRuns } from './process-identity.ts';

/** Reads who holds a lock; undefined when the text names no process. A lock of an earlier version holds a process id alone. */
function readHolder(text: string): ProcessIdentity | undefined {
  try {
    const holder: unknown = JSON.parse(text);
    if (typeof holder === 'number') return { pid: holder };
    if (typeof holder !== 'object' || holder === null || !('pid' in holder) || typeof holder.pid !== 'number')
      return undefined;
    const { startedAt, bootId } = holder as { startedAt?: unknown; bootId?: unknown };
    return {
      pid: holder.pid,
      startedAt: typeof startedAt === 'string' ? startedAt : undefined,
      bootId: typeof bootId === 'string' ? bootId : undefined,
    };
  } catch {
    return undefined;
  }
}

/** The live process that holds a state folder; undefined when none does, or the lock is damaged. */
export function lockHolder(stateDir: string): ProcessIdentity | undefined {
  try {
    const holder = readHolder(readFileSync(join(stateDir, 'lock'), 'utf8'));
    // An id alone may be another process's by now.
    return holder?.startedAt !== undefined && stillRuns(holder) ? holder : undefined;
  } catch {
    return undefined;
  }
}

const held = new Set<string>();

/**
 * Takes a state folder for this process alone, and closes it to other users. A lock that a dead process left behind is taken
 * over, even when another process has its id by now.
 * @returns a function that gives the folder back
 * @throws when another live process, or another cloud of this process, holds it
 */
export function lockStateDir(stateDir: string): () => void {
  makePrivateFolder(stateDir);
  const path = join(stateDir, 'lock');
  for (let attempt = 0; attempt < 3; attempt++) {
    const mine = `${path}.${process.pid}`;
    writeFileSync(mine, JSON.stringify(identifyProcess(process.pid) ?? { pid: process.pid }), { mode: 0o600 });
    try {
      // A link appears with its content, so no process ever reads a lock that is still empty.
      linkSync(mine, path);
      held.add(path);
      return () => {
        if (held.delete(path)) rmSync(path, { force: true });
      };
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
    } finally {
      rmSync(mine, { force: true });
    }
    let holder: ProcessIdentity | undefined;
    try {
      holder = readHolder(readFileSync(path, 'utf8'));
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') continue;
      throw explainStateFailure(cause, path) ?? cause;
    }
    // our own identity in a file we do not hold was written by a process that had our id in another life of the machine
    const taken = holder !== undefined && (holder.pid === process.pid ? held.has(path) : stillRuns(holder));
    if (taken) {
      throw new StateError(
        `Another embedded cloud (process ${holder?.pid}) runs on ${stateDir}. Stop it first, or choose another state folder; if no such process is yours, delete ${path}.`,
      );
    }
    rmSync(path, { force: true });
  }
  throw new Error(`The lock ${path} changes hands faster than it can be read. Try again.`);
}
