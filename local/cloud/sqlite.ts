import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

/** Makes the writes of `work` all or nothing; inside a transaction they become part of it. `work` must not wait. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  if (db.isTransaction) return work();
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

/** A connection by its two kinds of statement: those that write and those that read. */
export const statementsOf = (db: DatabaseSync) => ({
  run: (sql: string, ...values: SQLInputValue[]): void => {
    db.prepare(sql).run(...values);
  },
  all: (sql: string, ...values: SQLInputValue[]): Record<string, unknown>[] => db.prepare(sql).all(...values),
});
