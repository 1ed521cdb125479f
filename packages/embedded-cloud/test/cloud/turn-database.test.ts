import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TurnDatabase } from '#src/cloud/turn-database';

let folder: string;
let db: TurnDatabase;
let commits: number;
/** What another process would find: what is committed. */
let other: DatabaseSync;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'turns-'));
  commits = 0;
  db = new TurnDatabase(join(folder, 'db.sqlite'), 'CREATE TABLE t (n INTEGER)', () => {
    commits += 1;
  });
  other = new DatabaseSync(join(folder, 'db.sqlite'));
});
afterEach(() => {
  db.close();
  other.close();
  rmSync(folder, { recursive: true, force: true });
});

const insert = (n: number) => db.run('INSERT INTO t VALUES (?)', n);
const kept = () =>
  other
    .prepare('SELECT n FROM t ORDER BY n')
    .all()
    .map(({ n }) => n);

describe('a database written turn by turn', () => {
  it('keeps what a turn wrote, and what followed by promises, in one commit', async () => {
    const step = (async () => {
      insert(1);
      await Promise.resolve();
      insert(2);
      await Promise.resolve();
      expect(kept()).toEqual([]);
    })();
    await step;
    await turn();
    expect(kept()).toEqual([1, 2]);
    expect(commits).toBe(1);
  });

  it('reads its own uncommitted writes', () => {
    insert(1);
    expect(db.all('SELECT n FROM t')).toEqual([{ n: 1 }]);
    expect(db.get('SELECT n FROM t')).toEqual({ n: 1 });
  });

  it('has committed what promises led to when it resolves', async () => {
    const answered = Promise.resolve()
      .then(() => undefined)
      .then(() => insert(1));
    await db.committed();
    expect(kept()).toEqual([1]);
    await answered;
  });

  it('writes what is due at the end of a turn once, with the rest of the turn', async () => {
    let state = 'first';
    insert(1);
    db.atEndOfTurn('state', () => insert(100));
    db.atEndOfTurn('state', () => insert(state === 'last' ? 2 : 101));
    state = 'last';
    await turn();
    expect(kept()).toEqual([1, 2]);
    expect(commits).toBe(1);
  });

  it('keeps what was written when it closes', () => {
    insert(1);
    db.close();
    expect(kept()).toEqual([1]);
    db = new TurnDatabase(join(folder, 'other.sqlite'), 'CREATE TABLE t (n INTEGER)', () => {});
  });
});
