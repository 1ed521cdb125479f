import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type EventOutbox, eventOutbox, eventOutboxSchema } from '#src/cloud/event-outbox';
import type { CloudContext } from '#src/cloud/service';
import { TurnDatabase } from '#src/cloud/turn-database';
import type { Kind } from '#src/sagemaker/names';

/** Members of every stored record. Times are milliseconds since the epoch. */
export interface Kept {
  readonly name: string;
  readonly created: number;
  readonly modified: number;
  /** As the API shows it; empty for kinds without one. */
  readonly status: string;
}

const schema = `
  CREATE TABLE IF NOT EXISTS thing (
    kind TEXT NOT NULL, name TEXT NOT NULL COLLATE NOCASE, document TEXT NOT NULL, PRIMARY KEY (kind, name)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS tag (
    arn TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (arn, key)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS token (token TEXT PRIMARY KEY, request TEXT NOT NULL, answer TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY COLLATE NOCASE, value INTEGER NOT NULL) STRICT;
  ${eventOutboxSchema}
`;

/**
 * Everything the service remembers, one JSON document a thing, in one SQLite file written turn by turn (see
 * `TurnDatabase`). Names are compared without case.
 */
export class Store {
  /** Events of changes, stored with them and sent after them. */
  readonly outbox: EventOutbox;
  readonly #database: TurnDatabase;

  /** @param context its `stateDir` holds the file `sagemaker/state.db` */
  constructor(context: Pick<CloudContext, 'stateDir' | 'clock' | 'emit' | 'log'>) {
    const directory = join(context.stateDir, 'sagemaker');
    mkdirSync(directory, { recursive: true });
    this.#database = new TurnDatabase(join(directory, 'state.db'), schema, () => this.outbox.send());
    this.outbox = eventOutbox(this.#database, context);
  }

  /** Resolves once everything done so far is stored. */
  committed(): Promise<void> {
    return this.#database.committed();
  }

  get<T extends Kept>(kind: Kind, name: string): T | undefined {
    const row = this.#database.get('SELECT document FROM thing WHERE kind = ? AND name = ?', kind, name);
    return row === undefined ? undefined : (JSON.parse(String(row['document'])) as T);
  }

  put<T extends Kept>(kind: Kind, thing: T): void {
    this.#database.run(
      'INSERT OR REPLACE INTO thing (kind, name, document) VALUES (?, ?, ?)',
      kind,
      thing.name,
      JSON.stringify(thing),
    );
  }

  remove(kind: Kind, name: string): void {
    this.#database.run('DELETE FROM thing WHERE kind = ? AND name = ?', kind, name);
  }

  all<T extends Kept>(kind: Kind): T[] {
    const rows = this.#database.all('SELECT document FROM thing WHERE kind = ? ORDER BY name', kind);
    return rows.map((row) => JSON.parse(String(row['document'])) as T);
  }

  tagsOf(arn: string): Record<string, string> {
    const rows = this.#database.all('SELECT key, value FROM tag WHERE arn = ? ORDER BY key', arn);
    return Object.fromEntries(rows.map((row) => [String(row['key']), String(row['value'])]));
  }

  putTags(arn: string, tags: Readonly<Record<string, string>>): void {
    for (const [key, value] of Object.entries(tags)) {
      this.#database.run('INSERT OR REPLACE INTO tag (arn, key, value) VALUES (?, ?, ?)', arn, key, value);
    }
  }

  removeTags(arn: string, keys: readonly string[]): void {
    for (const key of keys) this.#database.run('DELETE FROM tag WHERE arn = ? AND key = ?', arn, key);
  }

  /** An earlier request with the same client token, and its answer. */
  answered(token: string): { readonly request: string; readonly answer: string } | undefined {
    const row = this.#database.get('SELECT request, answer FROM token WHERE token = ?', token);
    return row && { request: String(row['request']), answer: String(row['answer']) };
  }

  rememberAnswer(token: string, request: string, answer: string): void {
    this.#database.run('INSERT INTO token (token, request, answer) VALUES (?, ?, ?)', token, request, answer);
  }

  /** The last number given out under a name, 0 before the first. */
  counter(name: string): number {
    const row = this.#database.get('SELECT value FROM counter WHERE name = ?', name);
    return row === undefined ? 0 : Number(row['value']);
  }

  /** Gives out the next number under a name, never twice the same. */
  next(name: string): number {
    const value = this.counter(name) + 1;
    this.#database.run('INSERT OR REPLACE INTO counter (name, value) VALUES (?, ?)', name, value);
    return value;
  }

  close(): void {
    this.#database.close();
  }
}
