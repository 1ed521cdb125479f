import { DataQualityError } from '#domain/errors';
import { double, text } from '#domain/sql/literals';
import type { TimeRule } from '#schemas/records/sides';
import type { Query, SplitStrategy } from './split-strategy.ts';

const instant = (value: string): string => `CAST(${text(value)} AS TIMESTAMP)`;

/** A gap between two sides: `24h`, `7d` or `100 rows`. */
export type Gap = { readonly rows: number } | { readonly hours: number };
export function readGap(gap: string | undefined): Gap {
  const [, size, unit] = /^(\d+)(h|d| rows)$/.exec(gap ?? '0 rows') ?? [];
  const n = Number(size ?? 0);
  return unit === 'h' ? { hours: n } : unit === 'd' ? { hours: 24 * n } : { rows: n };
}

/** The first time of the next side: after `last`, and after the gap. */
async function startAfter(query: Query, last: string, gap: Gap): Promise<string | undefined> {
  const beyond =
    'rows' in gap
      ? `upto - unit - (SELECT upto FROM split_times WHERE _time = ${instant(last)}) >= ${gap.rows}`
      : `_time > ${instant(last)} + INTERVAL ${gap.hours} HOUR`;
  return readTime(query, `min(_time)`, `_time > ${instant(last)} AND ${beyond}`);
}

async function readTime(query: Query, aggregate: string, where: string): Promise<string | undefined> {
  const [row] = await query(
    'divide the rows',
    `SELECT strftime(${aggregate}, '%Y-%m-%dT%H:%M:%S.%f') AS at FROM split_times WHERE ${where}`,
  );
  return typeof row?.['at'] === 'string' ? row['at'] : undefined;
}

/**
 * Rows in the order of their times: training first, then validation, then test. Rows of one time are on one side, so each later
 * side is strictly later than the one before.
 */
export const time = {
  name: 'time',
  summary:
    'By `dataset.time`: validation and test rows are later than all training rows. Rows of one time stay together, and `gap` leaves out the rows between two sides.',
  example: { strategy: 'time', train: 0.7, validation: 0.15, test: 0.15, gap: '7d' },
  needsTime: true,
  async divide(query, { groups, shares: { train, validation }, gap: written }) {
    const gap = readGap(written);
    await query(
      'divide the rows',
      `CREATE TEMP TABLE split_times AS SELECT _time, unit, sum(unit) OVER (ORDER BY _time) AS upto, sum(unit) OVER () AS total, count(*) OVER (ORDER BY _time DESC) - 1 AS later FROM (SELECT _time, sum(rows) AS unit FROM ${groups} GROUP BY 1)`,
    );
    const middle = 'upto - unit / 2.0';
    // each later side keeps a time of its own, however few there are
    const ends = (share: number, sides: number) => `${middle} <= round(${double(share)} * total) AND later >= ${sides}`;
    const trainUntil = await readTime(query, 'max(_time)', ends(train, 2));
    const validationFrom = trainUntil && (await startAfter(query, trainUntil, gap));
    const validationUntil =
      validationFrom &&
      ((await readTime(
        query,
        'max(_time)',
        `${ends(train + validation, 1)} AND _time >= ${instant(validationFrom)}`,
      )) ??
        validationFrom);
    const testFrom = validationUntil && (await startAfter(query, validationUntil, gap));
    if (!trainUntil || !validationFrom || !validationUntil || !testFrom) {
      throw new DataQualityError(
        'The times of the rows leave a side of the split empty: too many rows have the same time, or the gap is too long. ' +
          'Give dataset.time a column of finer times, shorten split.gap, or drop data of a longer time.',
      );
    }
    const [found] = await query('divide the rows', `SELECT count(DISTINCT _group) AS groups FROM ${groups}`);
    return {
      rule: { strategy: 'time', trainUntil, validationFrom, validationUntil, testFrom },
      groups: Number(found?.['groups'] ?? 0),
      mixed: 0,
    };
  },
  sideSql: ({ trainUntil, validationFrom, validationUntil, testFrom }) =>
    `CASE WHEN _time <= ${instant(trainUntil)} THEN 'train' WHEN _time >= ${instant(testFrom)} THEN 'test' ` +
    `WHEN _time >= ${instant(validationFrom)} AND _time <= ${instant(validationUntil)} THEN 'validation' END`,
} as const satisfies SplitStrategy<TimeRule>;
