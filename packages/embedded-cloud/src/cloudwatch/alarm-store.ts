import type { DatabaseSync } from 'node:sqlite';
import type { AlarmState } from './alarm-evaluation.ts';

/** An alarm with its settings as PutMetricAlarm takes them, and its state. Times are milliseconds since the epoch. */
export interface Alarm {
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly state: AlarmState;
  readonly reason: string;
  readonly stateUpdatedAt: number;
  readonly updatedAt: number;
  /** Until then a state set by hand holds. */
  readonly heldUntil: number;
}

/** Alarms and dashboards, stored in SQLite. */
export interface AlarmStore {
  get(name: string): Alarm | undefined;
  list(): readonly Alarm[];
  /** Creates an alarm or replaces its settings; its state stays. */
  put(name: string, settings: Alarm['settings'], fromTemplate: boolean, now: number): void;
  setState(name: string, state: AlarmState, reason: string, now: number, heldUntil: number): void;
  remove(name: string): void;
  /** Names of alarms that stood in the template. */
  templateNames(): string[];
  putDashboard(name: string, body: string): void;
  dashboard(name: string): string | undefined;
  removeDashboard(name: string): void;
}

const schema = `
  CREATE TABLE IF NOT EXISTS alarms (
    name TEXT PRIMARY KEY, settings TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, state_updated_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL, held_until INTEGER NOT NULL, from_template INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS dashboards (name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;`;

const toAlarm = (row: Record<string, unknown>): Alarm => ({
  name: String(row['name']),
  settings: JSON.parse(String(row['settings'])) as Alarm['settings'],
  state: String(row['state']) as AlarmState,
  reason: String(row['reason']),
  stateUpdatedAt: Number(row['state_updated_at']),
  updatedAt: Number(row['updated_at']),
  heldUntil: Number(row['held_until']),
});

/** Opens the store in a database, making its tables when they are missing. */
export function alarmStore(db: DatabaseSync): AlarmStore {
  db.exec(schema);
  /** What the table holds, until it changes: every metric that arrives is compared with every alarm. */
  let listed: readonly Alarm[] | undefined;
  return {
    get: (name) => {
      const row = db.prepare('SELECT * FROM alarms WHERE name = ?').get(name);
      return row && toAlarm(row);
    },
    list: () => {
      listed ??= db.prepare('SELECT * FROM alarms ORDER BY name').all().map(toAlarm);
      return listed;
    },
    put: (name, settings, fromTemplate, now) => {
      listed = undefined;
      db.prepare(
        `INSERT INTO alarms VALUES (?, ?, 'INSUFFICIENT_DATA', 'Unchecked: Initial alarm creation', ?, ?, 0, ?)
         ON CONFLICT (name) DO UPDATE SET settings = excluded.settings, updated_at = excluded.updated_at,
           from_template = excluded.from_template`,
      ).run(name, JSON.stringify(settings), now, now, fromTemplate ? 1 : 0);
    },
    setState: (name, state, reason, now, heldUntil) => {
      listed = undefined;
      db.prepare('UPDATE alarms SET state = ?, reason = ?, state_updated_at = ?, held_until = ? WHERE name = ?').run(
        state,
        reason,
        now,
        heldUntil,
        name,
      );
    },
    remove: (name) => {
      listed = undefined;
      db.prepare('DELETE FROM alarms WHERE name = ?').run(name);
    },
    templateNames: () =>
      db
        .prepare('SELECT name FROM alarms WHERE from_template = 1')
        .all()
        .map((row) => String(row['name'])),
    putDashboard: (name, body) => {
      db.prepare('INSERT OR REPLACE INTO dashboards VALUES (?, ?)').run(name, body);
    },
    removeDashboard: (name) => {
      db.prepare('DELETE FROM dashboards WHERE name = ?').run(name);
    },
    dashboard: (name) => {
      const row = db.prepare('SELECT body FROM dashboards WHERE name = ?').get(name);
      return row && String(row['body']);
    },
  };
}
