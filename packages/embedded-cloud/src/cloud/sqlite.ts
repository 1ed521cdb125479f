import { statSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { damaged, explainStateFailure } from './state-error.ts';

/** One row as `node:sqlite` gives it. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** Files up to this size are checked whole when they are opened: it takes a fraction of a second. */
const MAX_CHECKED_BYTES = 64 * 2 ** 20;

/**
 * Opens a database, and looks whether it is whole.
 * @param file created when missing; its folder must exist
 * @param setup SQL: pragmas and tables
 * @throws StateError naming the file when it is damaged, or cannot be opened or written
 */
export function openDatabase(file: string, setup: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file);
    db.exec(setup);
    const isSmall = statSync(file).size <= MAX_CHECKED_BYTES;
    // The schema alone shows a file that is shorter than its header says.
    const found = isSmall ? db.prepare('PRAGMA quick_check(1)').get() : { quick_check: 'ok' };
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    if (found?.['quick_check'] !== 'ok') throw damaged(file);
    return db;
  } catch (cause) {
    db?.close();
    throw explainStateFailure(cause, file) ?? cause;
  }
}

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

/** The statements of a connection: each is compiled once. */
export interface Statements {
  run(sql: string, ...values: SQLInputValue[]): void;
  get(sql: string, ...values: SQLInputValue[]): Row | undefined;
  all(sql: string, ...values: SQLInputValue[]): Row[];
}

export function statementsOf(db: DatabaseSync): Statements {
  const compiled = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const known = compiled.get(sql);
    if (known) return known;
    const statement = db.prepare(sql);
    compiled.set(sql, statement);
    return statement;
  };
  return {
    run: (sql, ...values) => void prepare(sql).run(...values),
    get: (sql, ...values) => prepare(sql).get(...values),
    all: (sql, ...values) => prepare(sql).all(...values),
  };
}
