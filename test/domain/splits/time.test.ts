import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sidedRowsSql } from '#domain/splits/rows';
import { readGap, time } from '#domain/splits/time';
import { testEngine } from '../../fakes/data-run.ts';

const day = 24 * 3600;
const shares = { train: 0.7, validation: 0.15 };

/** Divides rows of these times (seconds from 2024 on). Returns the times by side, and how many rows are in no side. */
async function divide(seconds: readonly number[], gap?: string) {
  using engine = await testEngine();
  const groups = `(SELECT i AS _group, 0 AS _key, 0 AS class, TIMESTAMP '2024-01-01' + to_seconds(s) AS _time, 1 AS rows, s FROM (VALUES ${seconds.map((s, i) => `(${i}, ${s})`).join(', ')}) t(i, s))`;
  const { rule } = await time.divide(engine.query, { groups, shares, classes: 1, gap });
  const rows = await engine.query(
    'read',
    `SELECT _side, s FROM ${sidedRowsSql(`(SELECT _group AS _row, '' AS _side, * FROM ${groups})`, rule)}`,
  );
  const of = (side: string) => rows.filter((r) => r['_side'] === side).map((r) => Number(r['s']));
  const bySide = { train: of('train'), validation: of('validation'), test: of('test') };
  return { ...bySide, leftOut: seconds.length - rows.length };
}

describe('the split by time', () => {
  test('puts each later side strictly after the one before, and equal times together', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(60), { minLength: 40, maxLength: 200 }), async (seconds) => {
        fc.pre(new Set(seconds).size > 20);
        const { train, validation, test: last, leftOut } = await divide(seconds);
        expect(Math.max(...train)).toBeLessThan(Math.min(...validation));
        expect(Math.max(...validation)).toBeLessThan(Math.min(...last));
        expect(leftOut).toBe(0);
        // within the rows of one time
        const largest = Math.max(...[...Map.groupBy(seconds, (s) => s).values()].map((s) => s.length));
        expect(Math.abs(train.length - 0.7 * seconds.length)).toBeLessThanOrEqual(largest);
      }),
      { numRuns: 20 },
    );
  });

  test('gives every side its share where all times differ', async () => {
    const { train, validation, test: last } = await divide(Array.from({ length: 200 }, (_, i) => 199 - i));
    expect([train.length, validation.length, last.length]).toEqual([140, 30, 30]);
  });

  test('leaves out the rows of a gap of time', async () => {
    const {
      train,
      validation,
      test: last,
      leftOut,
    } = await divide(
      Array.from({ length: 100 }, (_, i) => i * day),
      '5d',
    );
    expect(Math.min(...validation) - Math.max(...train)).toBe(6 * day);
    expect(Math.min(...last) - Math.max(...validation)).toBe(6 * day);
    expect(leftOut).toBe(10);
  });

  test('leaves out a gap of rows, and all rows of a time at its end', async () => {
    const seconds = Array.from({ length: 200 }, (_, i) => Math.floor(i / 2));
    const { leftOut } = await divide(seconds, '3 rows');
    expect(leftOut).toBe(8);
  });

  test('gives each side a time of its own where there are few', async () => {
    const years = (counts: readonly number[]) => counts.flatMap((n, i) => Array<number>(n).fill(i * 366 * day));
    for (const [counts, expected] of [
      [
        [33, 33, 33],
        [33, 33, 33],
      ],
      [
        [10, 10, 10, 70],
        [20, 10, 70],
      ],
      [
        [80, 5, 15],
        [80, 5, 15],
      ],
    ] as const) {
      const { train, validation, test: last } = await divide(years(counts));
      expect([train.length, validation.length, last.length]).toEqual(expected);
    }
  });

  test('refuses times that leave a side empty', async () => {
    await expect(divide(Array(100).fill(1))).rejects.toThrow('too many rows have the same time');
    await expect(divide([1, 2, 3, 4, 5, 6, 7, 8, 9], '9d')).rejects.toThrow('shorten split.gap');
  });

  test('reads gaps in hours, days and rows', () => {
    expect([undefined, '24h', '7d', '100 rows'].map(readGap)).toEqual([
      { rows: 0 },
      { hours: 24 },
      { hours: 168 },
      { rows: 100 },
    ]);
  });
});
