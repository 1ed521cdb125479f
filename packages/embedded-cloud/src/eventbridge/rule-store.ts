import type { DatabaseSync } from 'node:sqlite';
import { parseSchedule } from '#src/schedules/schedule';
import { type CompiledPattern, compilePattern } from './pattern.ts';
import type { InputShape } from './target-input.ts';

/** How often and how long a failed delivery is tried again (EventBridge's defaults: 185 times, 24 hours). */
export interface RetryPolicy {
  readonly MaximumRetryAttempts?: number;
  readonly MaximumEventAgeInSeconds?: number;
}

/** Where a rule sends an event, as PutTargets takes it. */
export interface Target extends InputShape {
  readonly Id: string;
  readonly Arn: string;
  readonly RoleArn?: string;
  readonly RetryPolicy?: RetryPolicy;
  readonly DeadLetterConfig?: { readonly Arn?: string };
}

export interface Rule {
  readonly name: string;
  readonly enabled: boolean;
  readonly pattern?: string;
  readonly schedule?: string;
  readonly description?: string;
  readonly roleArn?: string;
  /** Whether the rule is in the template; such a rule is removed when it leaves the template. */
  readonly fromTemplate: boolean;
}

/** Rules and their targets, stored in SQLite. */
export interface RuleStore {
  get(name: string): Rule | undefined;
  list(prefix?: string): Rule[];
  /** Creates or replaces a rule; its targets stay. A schedule that did not change keeps its next time. */
  put(rule: Rule, now: number): void;
  setEnabled(name: string, enabled: boolean, now: number): void;
  remove(name: string): void;
  targets(rule: string): Target[];
  putTarget(rule: string, target: Target): void;
  removeTarget(rule: string, id: string): boolean;
  /** Enabled rules whose pattern matches. */
  matching(event: unknown): Rule[];
  /** When the next scheduled rule falls due, or undefined. */
  nextDue(): number | undefined;
  /** Rules due at `now`, longest due first. */
  due(now: number): Rule[];
  /** Moves a scheduled rule on to its next time after `now`. */
  advance(name: string, now: number): void;
}

const schema = `
  CREATE TABLE IF NOT EXISTS rules (
    name TEXT PRIMARY KEY, enabled INTEGER NOT NULL, pattern TEXT, schedule TEXT, description TEXT, role_arn TEXT,
    from_template INTEGER NOT NULL, anchor INTEGER NOT NULL, next_at INTEGER
  ) STRICT;
  CREATE TABLE IF NOT EXISTS targets (
    rule TEXT NOT NULL REFERENCES rules(name) ON DELETE CASCADE, id TEXT NOT NULL, target TEXT NOT NULL,
    PRIMARY KEY (rule, id)
  ) STRICT;`;

interface Row {
  readonly name: string;
  readonly enabled: number;
  readonly pattern: string | null;
  readonly schedule: string | null;
  readonly description: string | null;
  readonly role_arn: string | null;
  readonly from_template: number;
  readonly anchor: number;
  readonly next_at: number | null;
}

const toRule = (row: Row): Rule => ({
  name: row.name,
  enabled: row.enabled === 1,
  ...(row.pattern === null ? {} : { pattern: row.pattern }),
  ...(row.schedule === null ? {} : { schedule: row.schedule }),
  ...(row.description === null ? {} : { description: row.description }),
  ...(row.role_arn === null ? {} : { roleArn: row.role_arn }),
  fromTemplate: row.from_template === 1,
});

/** Opens the store in a database, making its tables when they are missing. */
export function ruleStore(db: DatabaseSync): RuleStore {
  db.exec(schema);
  const patterns = new Map<string, CompiledPattern>();
  const rowOf = db.prepare('SELECT * FROM rules WHERE name = ?');
  const allRows = db.prepare('SELECT * FROM rules ORDER BY name');
  const patternRows = db.prepare('SELECT * FROM rules WHERE enabled = 1 AND pattern IS NOT NULL ORDER BY name');
  const dueRows = db.prepare('SELECT * FROM rules WHERE enabled = 1 AND next_at <= ? ORDER BY next_at');
  const setNext = db.prepare('UPDATE rules SET next_at = ? WHERE name = ?');

  const get = (name: string): Row | undefined => rowOf.get(name) as Row | undefined;
  const compiled = (pattern: string): CompiledPattern => {
    const known = patterns.get(pattern) ?? compilePattern(pattern);
    patterns.set(pattern, known);
    return known;
  };
  const put = (rule: Rule, now: number): void => {
    const before = get(rule.name);
    const unchanged = before?.enabled === 1 && before.schedule === (rule.schedule ?? null);
    const anchor = unchanged ? before.anchor : now;
    const next = rule.schedule && rule.enabled ? parseSchedule(rule.schedule).next(now, anchor) : undefined;
    db.prepare(
      `INSERT INTO rules VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET
         enabled = excluded.enabled, pattern = excluded.pattern, schedule = excluded.schedule,
         description = excluded.description, role_arn = excluded.role_arn, from_template = excluded.from_template,
         anchor = excluded.anchor, next_at = excluded.next_at`,
    ).run(
      rule.name,
      rule.enabled ? 1 : 0,
      rule.pattern ?? null,
      rule.schedule ?? null,
      rule.description ?? null,
      rule.roleArn ?? null,
      rule.fromTemplate ? 1 : 0,
      anchor,
      unchanged ? before.next_at : (next ?? null),
    );
  };

  return {
    get: (name) => {
      const row = get(name);
      return row && toRule(row);
    },
    list: (prefix = '') =>
      (allRows.all() as unknown as Row[]).map(toRule).filter(({ name }) => name.startsWith(prefix)),
    put,
    setEnabled: (name, enabled, now) => {
      const row = get(name);
      if (row) put({ ...toRule(row), enabled }, now);
    },
    remove: (name) => {
      db.prepare('DELETE FROM rules WHERE name = ?').run(name);
    },
    targets: (rule) =>
      db
        .prepare('SELECT target FROM targets WHERE rule = ? ORDER BY id')
        .all(rule)
        .map((row) => JSON.parse(String(row['target'])) as Target),
    putTarget: (rule, target) => {
      db.prepare('INSERT OR REPLACE INTO targets VALUES (?, ?, ?)').run(rule, target.Id, JSON.stringify(target));
    },
    removeTarget: (rule, id) => db.prepare('DELETE FROM targets WHERE rule = ? AND id = ?').run(rule, id).changes > 0,
    matching: (event) =>
      (patternRows.all() as unknown as Row[])
        .filter((row) => row.pattern !== null && compiled(row.pattern).matches(event))
        .map(toRule),
    nextDue: () => {
      const at = db.prepare('SELECT min(next_at) AS at FROM rules WHERE enabled = 1').get()?.['at'];
      return typeof at === 'number' ? at : undefined;
    },
    due: (now) => (dueRows.all(now) as unknown as Row[]).map(toRule),
    advance: (name, now) => {
      const row = get(name);
      const next = row?.schedule ? parseSchedule(row.schedule).next(now, row.anchor) : undefined;
      setNext.run(next ?? null, name);
    },
  };
}
