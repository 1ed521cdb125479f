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
 * Runs `work` under an exclusive lock file, shared by this process and others. Waits until the lock is free.
 * The lock is SQLite's file lock, which the operating system releases when the holder exits.
 * @throws whatever `work` throws, after releasing the lock.
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
