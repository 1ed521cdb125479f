import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
};

const held = new Set<string>();

/**
 * Takes a state folder for this process alone. A lock left behind by a process that is gone is taken over.
 * @returns a function that gives the folder back
 * @throws when another live process, or another cloud of this process, holds it
 */
export function lockStateDir(stateDir: string): () => void {
  mkdirSync(stateDir, { recursive: true });
  const path = join(stateDir, 'lock');
  for (let attempt = 0; attempt < 3; attempt++) {
    const mine = `${path}.${process.pid}`;
    writeFileSync(mine, String(process.pid), { mode: 0o600 });
    try {
      // A link appears with its content, so nobody ever reads a lock that is still empty.
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
    let pid = Number.NaN;
    try {
      pid = Number(readFileSync(path, 'utf8'));
    } catch {
      continue;
    }
    // A process id is used again after a reboot: our own id in a file we do not hold is such a leftover.
    const taken = pid === process.pid ? held.has(path) : Number.isInteger(pid) && pid > 0 && isAlive(pid);
    if (taken) {
      throw new Error(
        `Another embedded cloud (process ${pid}) runs on ${stateDir}. Stop it first, or choose another state folder; if no such process is yours, delete ${path}.`,
      );
    }
    rmSync(path, { force: true });
  }
  throw new Error(`The lock ${path} changes hands faster than it can be read. Try again.`);
}
