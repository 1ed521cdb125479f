import { double } from '#domain/sql/literals';
import type { StratifiedRule } from '#schemas/records/sides';
import { bucketSql, buckets } from './keys.ts';
import type { Shares, Side } from './side.ts';
import { sides } from './side.ts';
import type { Query, SplitStrategy } from './split-strategy.ts';

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

/** SQL of the side of all groups of a bucket; NULL where a side ends within it. */
const sideOfBucket = (t1: string, t2: string): string =>
  `CASE WHEN before + rows <= ${t1} THEN 'train' WHEN before >= ${t1} AND before + rows <= ${t2} THEN 'validation' WHEN before >= ${t2} THEN 'test' END`;

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
 * Decides the sides of strata: `split_whole_<name>` has the side of each bucket, NULL where a side ends within it, `split_cut_<name>` the
 * groups of those buckets with their sides, and the view `split_sides_<name>` all groups. Only the groups of a cut bucket are put in order.
 *
 * @param ends SQL of the numbers of rows, in order, at which the first two sides end
 */
async function placeStratum(
  query: Query,
  task: string,
  name: 'mixed' | 'pure',
  strata: string,
  ends: readonly [string, string],
): Promise<void> {
  await query(
    task,
    `CREATE TEMP TABLE split_whole_${name} AS SELECT *, ${sideOfBucket(...ends)} AS side FROM split_buckets WHERE ${strata}`,
  );
  const inOrder =
    'SELECT _group, key, stratum, bucket, before + sum(own.rows) OVER (PARTITION BY stratum, bucket ORDER BY key RANGE UNBOUNDED PRECEDING) AS upto, ' +
    'sum(own.rows) OVER (PARTITION BY stratum, key) AS unit ' +
    `FROM (SELECT *, ${bucketSql('key')} AS bucket FROM split_groups WHERE ${strata}) AS own ` +
    `JOIN (SELECT stratum, bucket, before FROM split_whole_${name} WHERE side IS NULL) AS cut USING (stratum, bucket)`;
  await query(
    task,
    `CREATE TEMP TABLE split_cut_${name} AS SELECT _group, key, stratum, bucket, ${sideByCount(...ends)} AS side FROM (${inOrder})`,
  );
  await query(
    task,
    `CREATE TEMP VIEW split_sides_${name} AS SELECT _group, key, stratum, side FROM split_cut_${name} UNION ALL ` +
      `SELECT _group, key, stratum, side FROM (SELECT *, ${bucketSql('key')} AS bucket FROM split_groups WHERE ${strata}) ` +
      `JOIN (SELECT stratum, bucket, side FROM split_whole_${name} WHERE side IS NOT NULL) USING (stratum, bucket)`,
  );
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
    // the only table with all groups: a drop may have as many as rows
    await query(
      task,
      'CREATE TEMP TABLE split_groups AS SELECT _group, min(_key) AS key, CAST(sum(rows) AS BIGINT) AS rows, ' +
        `CAST(CASE WHEN min(class) = max(class) THEN min(class) ELSE -1 END AS INTEGER) AS stratum FROM ${groups} GROUP BY 1`,
    );
    await query(
      task,
      'CREATE TEMP TABLE split_buckets AS SELECT *, CAST(sum(rows) OVER (PARTITION BY stratum ORDER BY bucket) - rows AS BIGINT) AS before FROM (' +
        `SELECT stratum, ${bucketSql('key')} AS bucket, CAST(sum(rows) AS BIGINT) AS rows, count(*) AS groups FROM split_groups GROUP BY 1, 2)`,
    );
    await query(
      task,
      `CREATE TEMP TABLE split_mixed_rows AS SELECT _group, class, CAST(sum(rows) AS BIGINT) AS rows FROM ${groups} ` +
        'WHERE _group IN (SELECT _group FROM split_groups WHERE stratum = -1) GROUP BY 1, 2',
    );
    const mixedRows = '(SELECT coalesce(sum(rows), 0) FROM split_buckets WHERE stratum = -1)';
    await placeStratum(query, task, 'mixed', 'stratum = -1', [
      `${double(train)} * ${mixedRows}`,
      `${double(train + validation)} * ${mixedRows}`,
    ]);
    const pure = await query(
      task,
      'SELECT stratum AS class, sum(rows)::BIGINT AS rows FROM split_buckets WHERE stratum >= 0 GROUP BY 1',
    );
    const taken = await query(
      task,
      'SELECT class, side, sum(rows)::BIGINT AS rows FROM split_mixed_rows JOIN split_sides_mixed USING (_group) GROUP BY 1, 2',
    );
    const rowsOf = (found: typeof pure, wanted: Readonly<Record<string, unknown>>) =>
      found.reduce((sum, r) => sum + (Object.entries(wanted).every(([k, v]) => r[k] === v) ? Number(r['rows']) : 0), 0);
    const ends = Array.from({ length: classes }, (_, c) => {
      const targets = sideTargets(rowsOf(pure, { class: c }) + rowsOf(taken, { class: c }), shares);
      const left = (side: Side) => Math.max(0, targets[side] - rowsOf(taken, { class: c, side }));
      return [left('train'), left('train') + left('validation')] as const;
    });
    const endOf = (i: 0 | 1) => `([${ends.map((e) => e[i]).join(', ')}])[stratum + 1]`;
    await placeStratum(query, task, 'pure', 'stratum >= 0', [endOf(0), endOf(1)]);
    const found = await query(
      task,
      "SELECT stratum, min(bucket) FILTER (WHERE side <> 'train') AS validation, min(bucket) FILTER (WHERE side = 'test') AS test, sum(groups)::BIGINT AS groups FROM (" +
        ['mixed', 'pure']
          .map(
            (name) =>
              `SELECT stratum, bucket, side, groups FROM split_whole_${name} WHERE side IS NOT NULL UNION ALL ` +
              `SELECT stratum, bucket, side, 1 AS groups FROM split_cut_${name}`,
          )
          .join(' UNION ALL ') +
        ') GROUP BY 1',
    );
    const cuts = Array.from({ length: classes }, (_, c) => {
      const own = found.find((r) => r['stratum'] === c);
      if (!own) return { validation: Math.round(train * buckets), test: Math.round((train + validation) * buckets) };
      return { validation: Number(own['validation'] ?? buckets), test: Number(own['test'] ?? buckets) };
    });
    const rule: StratifiedRule = { strategy: 'stratified', cuts };
    // a bucket lies wholly on one side of its class, or the class is cut within it
    await query(
      task,
      `CREATE TEMP TABLE split_placed AS SELECT _group, side FROM split_cut_pure WHERE side <> ${ruleSql(rule, 'stratum', 'key')} UNION ALL ` +
        `SELECT DISTINCT _group, side FROM split_sides_mixed JOIN split_mixed_rows USING (_group) WHERE side <> ${ruleSql(rule, 'class', 'key')}`,
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
