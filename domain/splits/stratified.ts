import { double } from '#domain/sql/literals';
import type { StratifiedRule } from '#schemas/records/sides';
import { bucketSql, buckets } from './keys.ts';
import type { Shares, Side } from './side.ts';
import { sides } from './side.ts';
import type { SplitStrategy } from './split-strategy.ts';

/** How many of `total` rows each side has: rounded, and at least one on every side from three rows on. */
export function sideTargets(total: number, { train, validation }: Shares): Record<Side, number> {
  const first = Math.round(train * total);
  const second = Math.round((train + validation) * total);
  const least = total >= sides.length ? 1 : 0;
  const test = Math.max(total - second, least);
  const middle = Math.max(Math.min(second, total - test) - Math.min(first, total - test), least);
  return { train: total - test - middle, validation: middle, test };
}

/** SQL of a side by how many rows of a stratum come before a group's middle; t1 and t2 end the first two sides. */
const sideByCount = (t1: string, t2: string): string =>
  `CASE WHEN upto - unit / 2.0 <= ${t1} THEN 'train' WHEN upto - unit / 2.0 <= ${t2} THEN 'validation' ELSE 'test' END`;

const cutsSql = (by: string, cuts: StratifiedRule['cuts'], which: keyof StratifiedRule['cuts'][number]): string =>
  `([${cuts.map((cut) => cut[which]).join(', ')}])[${by} + 1]`;

/** SQL of the side that the cuts alone give, over the SQL of a class and a key. */
function ruleSql({ cuts }: StratifiedRule, classSql: string, key: string): string {
  const [first] = cuts;
  if (cuts.length === 1 && first) {
    const bucket = bucketSql(key);
    return `CASE WHEN ${bucket} < ${first.validation} THEN 'train' WHEN ${bucket} < ${first.test} THEN 'validation' ELSE 'test' END`;
  }
  const by = `CAST(${classSql} AS INTEGER)`;
  return `CASE WHEN ${bucketSql(key)} < ${cutsSql(by, cuts, 'validation')} THEN 'train' WHEN ${bucketSql(key)} < ${cutsSql(by, cuts, 'test')} THEN 'validation' ELSE 'test' END`;
}

/**
 * Groups in the order of their keys, each class cut where its shares end. Groups with rows of several classes are cut as a stratum
 * of their own, and the groups of one class make up for what those add to a side. A cut falls between two groups, so within a
 * class each side has its share within one row or group.
 */
export const stratified = {
  name: 'stratified',
  summary:
    'By a hash of the seed and the group. Each class is divided exactly, within one row or group, and a row that a champion was trained on never judges it.',
  example: { strategy: 'stratified', train: 0.8, validation: 0.1, test: 0.1 },
  needsTime: false,
  async divide(query, { groups, shares, classes }) {
    const task = 'divide the rows';
    const { train, validation } = shares;
    await query(
      task,
      `CREATE TEMP TABLE split_parts AS SELECT _group, class, min(_key) AS key, CAST(sum(rows) AS BIGINT) AS rows FROM ${groups} GROUP BY 1, 2`,
    );
    await query(
      task,
      'CREATE TEMP TABLE split_order AS SELECT *, sum(rows) OVER (PARTITION BY stratum ORDER BY key RANGE UNBOUNDED PRECEDING) AS upto, sum(rows) OVER (PARTITION BY stratum, key) AS unit FROM (' +
        'SELECT _group, min(key) AS key, sum(rows) AS rows, CASE WHEN count(*) = 1 THEN min(class) ELSE -1 END AS stratum FROM split_parts GROUP BY 1)',
    );
    const mixedRows = '(SELECT sum(rows) FROM split_order WHERE stratum = -1)';
    await query(
      task,
      `CREATE TEMP TABLE split_mixed AS SELECT _group, ${sideByCount(`${double(train)} * ${mixedRows}`, `${double(train + validation)} * ${mixedRows}`)} AS side FROM split_order WHERE stratum = -1`,
    );
    const totals = await query(task, 'SELECT class, sum(rows)::BIGINT AS rows FROM split_parts GROUP BY 1');
    const taken = await query(
      task,
      'SELECT class, side, sum(rows)::BIGINT AS rows FROM split_parts JOIN split_mixed USING (_group) GROUP BY 1, 2',
    );
    const rowsOf = (found: typeof totals, wanted: Readonly<Record<string, unknown>>) =>
      Number(found.find((r) => Object.entries(wanted).every(([k, v]) => r[k] === v))?.['rows'] ?? 0);
    const ends = Array.from({ length: classes }, (_, c) => {
      const targets = sideTargets(rowsOf(totals, { class: c }), shares);
      const left = (side: Side) => Math.max(0, targets[side] - rowsOf(taken, { class: c, side }));
      return [left('train'), left('train') + left('validation')] as const;
    });
    const endOf = (i: 0 | 1) => `([${ends.map((e) => e[i]).join(', ')}])[stratum + 1]`;
    await query(
      task,
      `CREATE TEMP TABLE split_sides AS SELECT _group, key, stratum, ${sideByCount(endOf(0), endOf(1))} AS side FROM split_order WHERE stratum >= 0 UNION ALL SELECT _group, key, stratum, side FROM split_mixed JOIN split_order USING (_group)`,
    );
    const found = await query(
      task,
      `SELECT stratum, min(bucket) FILTER (WHERE side <> 'train') AS validation, min(bucket) FILTER (WHERE side = 'test') AS test, count(*) AS groups FROM (SELECT stratum, side, ${bucketSql('key')} AS bucket FROM split_sides) GROUP BY 1`,
    );
    const cuts = Array.from({ length: classes }, (_, c) => {
      const own = found.find((r) => r['stratum'] === c);
      if (!own) return { validation: Math.round(train * buckets), test: Math.round((train + validation) * buckets) };
      return { validation: Number(own['validation'] ?? buckets), test: Number(own['test'] ?? buckets) };
    });
    const rule: StratifiedRule = { strategy: 'stratified', cuts };
    await query(
      task,
      `CREATE TEMP TABLE split_placed AS SELECT DISTINCT _group, side FROM split_sides JOIN (SELECT _group, class FROM split_parts) USING (_group) WHERE side <> ${ruleSql(rule, 'class', 'key')}`,
    );
    return {
      rule,
      placed: 'split_placed',
      groups: found.reduce((sum, r) => sum + Number(r['groups']), 0),
      mixed: Number(found.find((r) => r['stratum'] === -1)?.['groups'] ?? 0),
    };
  },
  sideSql: (rule) => ruleSql(rule, '_label', '_key'),
} as const satisfies SplitStrategy<StratifiedRule>;
