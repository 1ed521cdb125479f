import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;

const take = (database: DatabaseSync): boolean => {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && /database is locked/.test(error.message)) return false;
    throw error;
  }
};

/**
 * Runs `work` while no one else does so under the same lock file, in this process or another; waits for its turn.
 * The lock is SQLite's own file lock, which the operating system gives back when its holder dies.
 * @throws whatever `work` throws, after giving the lock back.
 */
export const withLock = async <T>(file: string, work: () => Promise<T>): Promise<T> => {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    while (!take(database)) await sleep(POLL_MS);
    return await work();
  } finally {
    database.close();
  }
};
