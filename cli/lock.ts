import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { explainStateFailure } from 'embedded-cloud/process';

const POLL_MS = 100;

const open = (file: string): DatabaseSync => {
  try {
    return new DatabaseSync(file, { timeout: 0 });
  } catch (error) {
    throw explainStateFailure(error, file) ?? error;
  }
};

const take = (database: DatabaseSync, file: string): boolean => {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && /database is locked/.test(error.message)) return false;
    throw explainStateFailure(error, file) ?? error;
  }
};

/**
 * Runs `work` under an exclusive lock file, shared by this process and others. Waits until the lock is free.
 * `onWait` is called once if another holds it.
 * The lock is SQLite's file lock, which the operating system releases when the holder exits.
 * @throws whatever `work` throws, after releasing the lock.
 */
export const withLock = async <T>(file: string, work: () => Promise<T>, onWait: () => void = () => {}): Promise<T> => {
  const database = open(file);
  try {
    let waiting = false;
    while (!take(database, file)) {
      if (!waiting) onWait();
      waiting = true;
      await sleep(POLL_MS);
    }
    return await work();
  } finally {
    database.close();
  }
};
