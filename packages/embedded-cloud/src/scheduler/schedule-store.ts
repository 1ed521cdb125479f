import type { DatabaseSync } from 'node:sqlite';
import { parseSchedule } from '../schedules/schedule.ts';

/** What a schedule calls, as CreateSchedule takes it. */
export interface ScheduleTarget {
  readonly Arn: string;
  readonly RoleArn: string;
  readonly Input?: string;
  readonly RetryPolicy?: { readonly MaximumRetryAttempts?: number; readonly MaximumEventAgeInSeconds?: number };
  readonly DeadLetterConfig?: { readonly Arn?: string };
}

/** A schedule of EventBridge Scheduler. Times are milliseconds since the epoch. */
export interface ScheduleRecord {
  readonly group: string;
  readonly name: string;
  readonly expression: string;
  readonly timeZone: string;
  readonly enabled: boolean;
  readonly description?: string;
  readonly startDate?: number;
  readonly endDate?: number;
  readonly flexibleTimeWindow: { readonly Mode: string; readonly MaximumWindowInMinutes?: number };
  readonly deleteAfterCompletion: boolean;
  readonly target: ScheduleTarget;
  /** Whether it is in the template; such a schedule is removed when it leaves the template. */
  readonly fromTemplate: boolean;
  /** Of the request that created it. */
  readonly clientToken?: string;
}

export interface StoredSchedule extends ScheduleRecord {
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** When it is due next; absent when it is disabled or over. */
  readonly nextAt?: number;
}

/** Schedules, stored in SQLite. */
export interface ScheduleStore {
  get(group: string, name: string): StoredSchedule | undefined;
  list(): StoredSchedule[];
  /** Creates or replaces a schedule. While its timing stays the same, so does its next time. */
  put(schedule: ScheduleRecord, now: number): void;
  remove(group: string, name: string): boolean;
  nextDue(): number | undefined;
  due(now: number): StoredSchedule[];
  /** Moves a schedule on to its next time after `now`; one that is over stays, or is removed if it says so. */
  advance(schedule: StoredSchedule, now: number): void;
}

const schema = `CREATE TABLE IF NOT EXISTS schedules (
  schedule_group TEXT NOT NULL, name TEXT NOT NULL, record TEXT NOT NULL, created_at INTEGER NOT NULL,
  modified_at INTEGER NOT NULL, next_at INTEGER, PRIMARY KEY (schedule_group, name)
) STRICT;`;

/** First time of a schedule after `after`, within its start and end. */
function nextTime(schedule: ScheduleRecord, after: number, createdAt: number): number | undefined {
  if (!schedule.enabled) return undefined;
  const { expression, timeZone, startDate, endDate } = schedule;
  const from = startDate === undefined ? after : Math.max(after, startDate - 1);
  // A rate with a start date begins at it, not one period later.
  if (startDate !== undefined && after < startDate && expression.startsWith('rate')) return startDate;
  const next = parseSchedule(expression, { timeZone, once: true }).next(from, startDate ?? createdAt);
  return next !== undefined && (endDate === undefined || next <= endDate) ? next : undefined;
}

const timing = ({ expression, timeZone, enabled, startDate, endDate }: ScheduleRecord): string =>
  JSON.stringify([expression, timeZone, enabled, startDate, endDate]);

/** Opens the store in a database, making its table when it is missing. */
export function scheduleStore(db: DatabaseSync): ScheduleStore {
  db.exec(schema);
  const toSchedule = (row: Record<string, unknown>): StoredSchedule => ({
    ...(JSON.parse(String(row['record'])) as ScheduleRecord),
    createdAt: Number(row['created_at']),
    modifiedAt: Number(row['modified_at']),
    ...(row['next_at'] === null ? {} : { nextAt: Number(row['next_at']) }),
  });
  const get = (group: string, name: string): StoredSchedule | undefined => {
    const row = db.prepare('SELECT * FROM schedules WHERE schedule_group = ? AND name = ?').get(group, name);
    return row && toSchedule(row);
  };
  const remove = (group: string, name: string): boolean =>
    db.prepare('DELETE FROM schedules WHERE schedule_group = ? AND name = ?').run(group, name).changes > 0;

  return {
    get,
    list: () => db.prepare('SELECT * FROM schedules ORDER BY schedule_group, name').all().map(toSchedule),
    put: (schedule, now) => {
      const before = get(schedule.group, schedule.name);
      const same = before !== undefined && timing(before) === timing(schedule);
      const createdAt = before?.createdAt ?? now;
      const next = same ? before.nextAt : nextTime(schedule, now, now);
      db.prepare('INSERT OR REPLACE INTO schedules VALUES (?, ?, ?, ?, ?, ?)').run(
        schedule.group,
        schedule.name,
        JSON.stringify(schedule),
        createdAt,
        now,
        next ?? null,
      );
    },
    remove,
    nextDue: () => {
      const at = db.prepare('SELECT min(next_at) AS at FROM schedules').get()?.['at'];
      return typeof at === 'number' ? at : undefined;
    },
    due: (now) => db.prepare('SELECT * FROM schedules WHERE next_at <= ? ORDER BY next_at').all(now).map(toSchedule),
    advance: (schedule, now) => {
      const next = nextTime(schedule, now, schedule.nextAt ?? schedule.createdAt);
      if (next === undefined && schedule.deleteAfterCompletion) {
        remove(schedule.group, schedule.name);
        return;
      }
      db.prepare('UPDATE schedules SET next_at = ? WHERE schedule_group = ? AND name = ?').run(
        next ?? null,
        schedule.group,
        schedule.name,
      );
    },
  };
}
