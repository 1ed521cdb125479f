import type { DatabaseSync } from 'node:sqlite';

/** A metric: a namespace, a name and the exact set of its dimensions. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Values of a metric at a time (milliseconds since the epoch): a value seen `count` times, or a whole statistic set. */
export interface Datum {
  readonly timestamp: number;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
}

/** Metrics and their values, stored in SQLite for 15 days. */
export interface MetricStore {
  put(metric: Metric, data: readonly Datum[]): void;
  /** Values with `from <= timestamp < to`, oldest first. */
  read(metric: Metric, from: number, to: number): Datum[];
  list(namespace?: string): Metric[];
}

const retention = 15 * 86_400_000;

const schema = `CREATE TABLE IF NOT EXISTS data (
  namespace TEXT NOT NULL, name TEXT NOT NULL, dimensions TEXT NOT NULL, timestamp INTEGER NOT NULL,
  count REAL NOT NULL, sum REAL NOT NULL, min REAL NOT NULL, max REAL NOT NULL, unit TEXT NOT NULL
) STRICT; CREATE INDEX IF NOT EXISTS data_metric ON data (namespace, name, dimensions, timestamp);`;

const canonical = (dimensions: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Opens the store in a database, making its table when it is missing. */
export function metricStore(db: DatabaseSync, now: () => number): MetricStore {
  db.exec(schema);
  db.prepare('DELETE FROM data WHERE timestamp < ?').run(now() - retention);
  const insert = db.prepare('INSERT INTO data VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const select = db.prepare(
    'SELECT * FROM data WHERE namespace = ? AND name = ? AND dimensions = ? AND timestamp >= ? AND timestamp < ? ORDER BY timestamp',
  );
  return {
    put: ({ namespace, name, dimensions }, data) => {
      for (const { timestamp, count, sum, min, max, unit } of data) {
        insert.run(namespace, name, canonical(dimensions), Math.round(timestamp), count, sum, min, max, unit);
      }
    },
    read: ({ namespace, name, dimensions }, from, to) =>
      select.all(namespace, name, canonical(dimensions), from, to).map((row) => ({
        timestamp: Number(row['timestamp']),
        count: Number(row['count']),
        sum: Number(row['sum']),
        min: Number(row['min']),
        max: Number(row['max']),
        unit: String(row['unit']),
      })),
    list: (namespace) =>
      db
        .prepare('SELECT DISTINCT namespace, name, dimensions FROM data ORDER BY namespace, name, dimensions')
        .all()
        .map((row) => ({
          namespace: String(row['namespace']),
          name: String(row['name']),
          dimensions: Object.fromEntries(JSON.parse(String(row['dimensions'])) as [string, string][]),
        }))
        .filter((metric) => namespace === undefined || metric.namespace === namespace),
  };
}
