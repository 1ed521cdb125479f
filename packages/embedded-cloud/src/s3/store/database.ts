import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { eventOutboxSchema } from '#src/cloud/event-outbox';
import { openDatabase, type Row, type Statements, statementsOf } from '#src/cloud/sqlite';

const schema = `
  CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, created INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS bucket_documents (
    bucket TEXT NOT NULL, kind TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (bucket, kind)
  ) WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS contents (id INTEGER PRIMARY KEY, size INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS extents (
    content INTEGER NOT NULL, position INTEGER NOT NULL, blob TEXT NOT NULL, start INTEGER NOT NULL,
    length INTEGER NOT NULL, PRIMARY KEY (content, position)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS extents_by_blob ON extents (blob);

  CREATE TABLE IF NOT EXISTS sequencer (value INTEGER NOT NULL);
  INSERT INTO sequencer SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM sequencer);
  CREATE TABLE IF NOT EXISTS versions (
    sequence INTEGER PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, version_id TEXT NOT NULL,
    latest INTEGER NOT NULL, delete_marker INTEGER NOT NULL, content INTEGER, size INTEGER NOT NULL,
    etag TEXT NOT NULL, modified INTEGER NOT NULL, record TEXT NOT NULL, tags TEXT NOT NULL
  );
  CREATE UNIQUE INDEX IF NOT EXISTS versions_by_id ON versions (bucket, key, version_id);
  CREATE INDEX IF NOT EXISTS versions_by_age ON versions (bucket, key, sequence DESC);
  CREATE INDEX IF NOT EXISTS versions_listed ON versions (bucket, key) WHERE latest = 1 AND delete_marker = 0;

  CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, initiated INTEGER NOT NULL, draft TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS uploads_by_key ON uploads (bucket, key, id);
  CREATE TABLE IF NOT EXISTS parts (
    upload TEXT NOT NULL, number INTEGER NOT NULL, content INTEGER NOT NULL, size INTEGER NOT NULL,
    etag TEXT NOT NULL, checksum TEXT NOT NULL, modified INTEGER NOT NULL, PRIMARY KEY (upload, number)
  ) WITHOUT ROWID;
  ${eventOutboxSchema}
`;

/**
 * The catalogue of buckets, versions and uploads in one SQLite file. Text compares by its UTF-8 bytes, which is the
 * order S3 lists keys in.
 */
export class Database {
  readonly #connection: DatabaseSync;
  readonly #statements: Statements;
  #inTransaction = false;
  #afterCommit: () => void = () => {};

  /** @param file created when missing. */
  constructor(file: string) {
    this.#connection = openDatabase(
      file,
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; ${schema}`,
    );
    this.#statements = statementsOf(this.#connection);
  }

  /** Has something called after every commit of a transaction. */
  onCommit(call: () => void): void {
    this.#afterCommit = call;
  }

  run(sql: string, ...values: SQLInputValue[]): void {
    this.#statements.run(sql, ...values);
  }

  /** Writes what a power cut may take back, without waiting for the disk; inside a transaction, as part of it. */
  runLazily(sql: string, ...values: SQLInputValue[]): void {
    // SQLite takes no such change within a transaction.
    if (!this.#inTransaction) this.#connection.exec('PRAGMA synchronous = NORMAL');
    try {
      this.run(sql, ...values);
    } finally {
      if (!this.#inTransaction) this.#connection.exec('PRAGMA synchronous = FULL');
    }
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#statements.get(sql, ...values);
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#statements.all(sql, ...values);
  }

  /** Runs `work` and commits it, or rolls everything back when it throws. `work` must not wait for anything. */
  transaction<T>(work: () => T): T {
    if (this.#inTransaction) return work();
    this.#connection.exec('BEGIN IMMEDIATE');
    this.#inTransaction = true;
    let result: T;
    try {
      result = work();
      this.#connection.exec('COMMIT');
    } catch (error) {
      this.#connection.exec('ROLLBACK');
      throw error;
    } finally {
      this.#inTransaction = false;
    }
    this.#afterCommit();
    return result;
  }

  close(): void {
    this.#connection.close();
  }
}

/** A column known to be TEXT NOT NULL. */
export const textOf = (row: Row, column: string): string => {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`the S3 catalogue holds no text in column ${column}`);
  return value;
};

/** A column known to be INTEGER NOT NULL. */
export const integerOf = (row: Row, column: string): number => {
  const value = row[column];
  if (typeof value !== 'number') throw new TypeError(`the S3 catalogue holds no integer in column ${column}`);
  return value;
};
