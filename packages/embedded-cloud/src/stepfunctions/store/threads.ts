import type { Row } from '../../cloud/sqlite.ts';
import type { TurnDatabase } from '../../cloud/turn-database.ts';
import type { StateType } from '../asl.ts';
import type { Checkpoint, Journal, KeptThread, ThreadEnd } from '../interpreter/journal.ts';

// The table has its name from before threads were called threads: states of older versions are resumed.
export const threadSchema = `
  CREATE TABLE IF NOT EXISTS lines (
    execution_arn TEXT NOT NULL, path TEXT NOT NULL, cursor INTEGER NOT NULL, entry INTEGER, open TEXT,
    position TEXT, ended TEXT, PRIMARY KEY (execution_arn, path)) STRICT;
`;

const text = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

const toThread = (row: Row): KeptThread => ({
  after: Number(row['cursor']),
  ...(row['entry'] !== null && { entry: Number(row['entry']) }),
  ...(row['open'] !== null && { open: String(row['open']) as StateType }),
  ...(row['position'] !== null && { position: JSON.parse(String(row['position'])) as Checkpoint }),
  ...(row['ended'] !== null && { end: JSON.parse(String(row['ended'])) as ThreadEnd }),
});

/** A thread to be written, in its state at that time. */
interface Change {
  readonly read: () => KeptThread;
  /** False when only its events went on. */
  readonly whole: boolean;
}

/** The threads of all executions in progress; of an execution that failed, its outermost thread, for a redrive. */
export class ThreadStore {
  readonly #db: TurnDatabase;
  /** Threads that changed in this turn, by execution and path. */
  readonly #changes = new Map<string, Map<string, Change>>();

  constructor(db: TurnDatabase) {
    this.#db = db;
  }

  /** The threads of an execution by path. */
  of(executionArn: string): Map<string, KeptThread> {
    const rows = this.#db.all('SELECT * FROM lines WHERE execution_arn = ?', executionArn);
    return new Map(rows.map((row) => [String(row['path']), toThread(row)]));
  }

  /** Forgets all threads of an execution. */
  forget(executionArn: string): void {
    this.#changes.delete(executionArn);
    this.#db.run('DELETE FROM lines WHERE execution_arn = ?', executionArn);
  }

  #write(executionArn: string, path: string, { after, entry, open, position, end }: KeptThread, whole: boolean): void {
    if (whole) {
      this.#db.run(
        'INSERT OR REPLACE INTO lines (execution_arn, path, cursor, entry, open, position, ended) VALUES (?, ?, ?, ?, ?, ?, ?)',
        executionArn,
        path,
        after,
        entry ?? null,
        open ?? null,
        text(position),
        text(end),
      );
      return;
    }
    this.#db.run(
      'UPDATE lines SET cursor = ?, entry = ?, open = ? WHERE execution_arn = ? AND path = ?',
      after,
      entry ?? null,
      open ?? null,
      executionArn,
      path,
    );
  }

  #changesOf(executionArn: string): Map<string, Change> {
    const known = this.#changes.get(executionArn);
    if (known) return known;
    const changes = new Map<string, Change>();
    this.#changes.set(executionArn, changes);
    return changes;
  }

  #writeChanges(executionArn: string): void {
    const changes = this.#changes.get(executionArn) ?? [];
    this.#changes.delete(executionArn);
    for (const [path, { read, whole }] of changes) this.#write(executionArn, path, read(), whole);
  }

  /** The journal of one execution: each thread that changed in a turn is written once, at its end. */
  journal(executionArn: string): Journal {
    return {
      changed: (path, read, whole) => {
        const changes = this.#changesOf(executionArn);
        changes.set(path, { read, whole: whole || (changes.get(path)?.whole ?? false) });
        this.#db.atEndOfTurn(`threads of ${executionArn}`, () => this.#writeChanges(executionArn));
      },
      forgetBelow: (path) => {
        const changes = this.#changes.get(executionArn);
        for (const other of changes?.keys() ?? []) if (other.startsWith(`${path}/`)) changes?.delete(other);
        // '0' is the character after '/': the range holds every path that begins with `${path}/`.
        this.#db.run(
          'DELETE FROM lines WHERE execution_arn = ? AND path > ? AND path < ?',
          executionArn,
          `${path}/`,
          `${path}0`,
        );
      },
    };
  }
}
