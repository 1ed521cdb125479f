import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { openDatabase, type Row, type Statements, statementsOf } from './sqlite.ts';
import { explainStateFailure } from './state-error.ts';

/**
 * A SQLite file that is written turn by turn: whatever one turn of the event loop writes, with all that follows from it
 * by promises alone, becomes one transaction. Code waits for the outside only between turns, so a process killed at any
 * moment leaves the state of one such wait, never half of a step. Reads see what is not committed yet; an answer that
 * must not be taken back waits for `committed`.
 *
 * `synchronous = NORMAL` in WAL mode: a commit is handed to the operating system, which a killed process does not take
 * with it; only a power cut may lose the last commits, and never tears one.
 *
 * A failed commit throws where nothing catches it: a cloud that cannot store its state must stop.
 */
export class TurnDatabase {
  readonly #connection: DatabaseSync;
  readonly #statements: Statements;
  readonly #atEnd = new Map<string, () => void>();
  readonly #afterCommit: () => void;
  readonly #file: string;
  #open = false;

  /**
   * @param file created when missing
   * @param afterCommit called after every commit, outside of any transaction
   */
  constructor(file: string, schema: string, afterCommit: () => void) {
    this.#file = file;
    this.#connection = openDatabase(
      file,
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000; ${schema}`,
    );
    this.#statements = statementsOf(this.#connection);
    this.#afterCommit = afterCommit;
  }

  #begin(): void {
    if (this.#open) return;
    this.#connection.exec('BEGIN IMMEDIATE');
    this.#open = true;
    setImmediate(() => this.commit());
  }

  /** Writes, as part of this turn. */
  run(sql: string, ...values: SQLInputValue[]): void {
    this.#begin();
    this.#statements.run(sql, ...values);
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#statements.get(sql, ...values);
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#statements.all(sql, ...values);
  }

  /** Has something written once, at the end of this turn; what was registered under the same key before is not. */
  atEndOfTurn(key: string, write: () => void): void {
    this.#begin();
    this.#atEnd.set(key, write);
  }

  /** Ends the turn. Only for moments when nothing but this database waits to run. */
  commit(): void {
    try {
      this.#commit();
    } catch (cause) {
      throw explainStateFailure(cause, this.#file) ?? cause;
    }
  }

  #commit(): void {
    if (!this.#open) return;
    const writes = [...this.#atEnd.values()];
    this.#atEnd.clear();
    for (const write of writes) write();
    this.#connection.exec('COMMIT');
    this.#open = false;
    this.#afterCommit();
  }

  /** Resolves once everything done so far, and what follows from it by promises alone, is stored. */
  committed(): Promise<void> {
    return new Promise((resolve, reject) => {
      setImmediate(() => {
        try {
          this.commit();
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  close(): void {
    this.commit();
    // What follows from the last commit: the removal of events it sent.
    this.commit();
    this.#connection.close();
  }
}
