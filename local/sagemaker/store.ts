import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Kind } from '#local/sagemaker/names';

/** What every kept thing has. Times are milliseconds since the epoch. */
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
`;

/** Everything the service remembers, one JSON document a thing, in one SQLite file. Names are compared without case. */
export class Store {
  readonly #database: DatabaseSync;

  /** @param directory is made when it is missing. */
  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.#database = new DatabaseSync(join(directory, 'state.db'));
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    this.#database.exec(schema);
  }

  get<T extends Kept>(kind: Kind, name: string): T | undefined {
    const row = this.#database.prepare('SELECT document FROM thing WHERE kind = ? AND name = ?').get(kind, name);
    return row === undefined ? undefined : (JSON.parse(String(row['document'])) as T);
  }

  put<T extends Kept>(kind: Kind, thing: T): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO thing (kind, name, document) VALUES (?, ?, ?)')
      .run(kind, thing.name, JSON.stringify(thing));
  }

  remove(kind: Kind, name: string): void {
    this.#database.prepare('DELETE FROM thing WHERE kind = ? AND name = ?').run(kind, name);
  }

  all<T extends Kept>(kind: Kind): T[] {
    const rows = this.#database.prepare('SELECT document FROM thing WHERE kind = ? ORDER BY name').all(kind);
    return rows.map((row) => JSON.parse(String(row['document'])) as T);
  }

  tagsOf(arn: string): Record<string, string> {
    const rows = this.#database.prepare('SELECT key, value FROM tag WHERE arn = ? ORDER BY key').all(arn);
    return Object.fromEntries(rows.map((row) => [String(row['key']), String(row['value'])]));
  }

  putTags(arn: string, tags: Readonly<Record<string, string>>): void {
    const statement = this.#database.prepare('INSERT OR REPLACE INTO tag (arn, key, value) VALUES (?, ?, ?)');
    for (const [key, value] of Object.entries(tags)) statement.run(arn, key, value);
  }

  removeTags(arn: string, keys: readonly string[]): void {
    const statement = this.#database.prepare('DELETE FROM tag WHERE arn = ? AND key = ?');
    for (const key of keys) statement.run(arn, key);
  }

  /** What an earlier request with the same client token asked for and got. */
  answered(token: string): { readonly request: string; readonly answer: string } | undefined {
    const row = this.#database.prepare('SELECT request, answer FROM token WHERE token = ?').get(token);
    return row && { request: String(row['request']), answer: String(row['answer']) };
  }

  rememberAnswer(token: string, request: string, answer: string): void {
    this.#database.prepare('INSERT INTO token (token, request, answer) VALUES (?, ?, ?)').run(token, request, answer);
  }

  /** The last number given out under a name, 0 before the first. */
  counter(name: string): number {
    const row = this.#database.prepare('SELECT value FROM counter WHERE name = ?').get(name);
    return row === undefined ? 0 : Number(row['value']);
  }

  /** Gives out the next number under a name, never twice the same. */
  next(name: string): number {
    const value = this.counter(name) + 1;
    this.#database.prepare('INSERT OR REPLACE INTO counter (name, value) VALUES (?, ?)').run(name, value);
    return value;
  }

  close(): void {
    this.#database.close();
  }
}
