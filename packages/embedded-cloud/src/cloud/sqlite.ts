import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';

/** One row as `node:sqlite` gives it. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

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
