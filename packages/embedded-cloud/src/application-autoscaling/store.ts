import type { DatabaseSync } from 'node:sqlite';
import type { JsonObject } from '#src/cloud/json-protocol';

/** What identifies a scalable target. */
export interface TargetKey {
  readonly namespace: string;
  readonly resourceId: string;
  readonly dimension: string;
}

export interface ScalableTarget extends TargetKey {
  /** The end of its ARN. */
  readonly id: string;
  readonly min: number;
  readonly max: number;
  readonly suspended: Readonly<Record<string, boolean>>;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export interface ScalingPolicy extends TargetKey {
  readonly name: string;
  readonly id: string;
  readonly type: string;
  readonly configuration: JsonObject;
  /** The ids at the end of its alarms' names: high and low. */
  readonly alarms: readonly [string, string];
  readonly createdAt: number;
  /** When a step-scaling policy last changed a number of instances. */
  readonly actedAt?: number;
}

/** The one text that a target's key is stored under. */
export const keyText = ({ namespace, resourceId, dimension }: TargetKey): string =>
  `${namespace}|${resourceId}|${dimension}`;

const schema = `CREATE TABLE IF NOT EXISTS targets (key TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS policies (
  key TEXT NOT NULL, name TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (key, name)
) STRICT;
CREATE TABLE IF NOT EXISTS linked_roles (namespace TEXT PRIMARY KEY) STRICT;`;

const parsed = <T>(row: Readonly<Record<string, unknown>>): T => JSON.parse(String(row['record'])) as T;

/** Opens the store in a database, making its tables when they are missing. */
export function autoScalingStore(db: DatabaseSync) {
  db.exec(schema);
  return {
    /** Whether the service has made its role: the first registration does, and it stays. */
    hasLinkedRole: (): boolean => db.prepare('SELECT 1 FROM linked_roles').get() !== undefined,
    targets: (): ScalableTarget[] =>
      db
        .prepare('SELECT record FROM targets ORDER BY key')
        .all()
        .map(parsed<ScalableTarget>),
    target(key: TargetKey): ScalableTarget | undefined {
      const row = db.prepare('SELECT record FROM targets WHERE key = ?').get(keyText(key));
      return row && parsed<ScalableTarget>(row);
    },
    putTarget(target: ScalableTarget): void {
      db.prepare('INSERT OR IGNORE INTO linked_roles VALUES (?)').run(target.namespace);
      db.prepare('INSERT OR REPLACE INTO targets VALUES (?, ?)').run(keyText(target), JSON.stringify(target));
    },
    /** Removes a target with its policies. */
    removeTarget(key: TargetKey): void {
      db.prepare('DELETE FROM policies WHERE key = ?').run(keyText(key));
      db.prepare('DELETE FROM targets WHERE key = ?').run(keyText(key));
    },
    policies: (): ScalingPolicy[] =>
      db
        .prepare('SELECT record FROM policies ORDER BY key, name')
        .all()
        .map(parsed<ScalingPolicy>),
    policy(key: TargetKey, name: string): ScalingPolicy | undefined {
      const row = db.prepare('SELECT record FROM policies WHERE key = ? AND name = ?').get(keyText(key), name);
      return row && parsed<ScalingPolicy>(row);
    },
    putPolicy(policy: ScalingPolicy): void {
      db.prepare('INSERT OR REPLACE INTO policies VALUES (?, ?, ?)').run(
        keyText(policy),
        policy.name,
        JSON.stringify(policy),
      );
    },
    removePolicy(key: TargetKey, name: string): void {
      db.prepare('DELETE FROM policies WHERE key = ? AND name = ?').run(keyText(key), name);
    },
  };
}
export type AutoScalingStore = ReturnType<typeof autoScalingStore>;
