import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  alikeNumberSql,
  bucketSql,
  buckets,
  duplicateKeySql,
  groupNumberSql,
  identityOf,
  rowKey,
  rowKeySql,
} from '#domain/splits/keys';
import { bucketBitText, packBuckets } from '#domain/splits/used-buckets';
import { testEngine } from '../../fakes/data-run.ts';

const group = fc.string({ unit: 'grapheme', maxLength: 80 }).filter((s) => s.isWellFormed() && !s.includes('\0'));

describe('the key of a row', () => {
  test('is the same whole number in SQL and in TypeScript', async () => {
    using engine = await testEngine();
    await fc.assert(
      fc.asyncProperty(group, fc.array(group, { minLength: 1, maxLength: 50 }), async (seed, groups) => {
        const rows = await engine.query(
          'key',
          `SELECT key, ${bucketSql('key')} AS bucket FROM (SELECT ${rowKeySql(seed, 'g', "g || 'x'")} AS key FROM (SELECT unnest(from_json($1::JSON, '["VARCHAR"]')) AS g))`,
          [JSON.stringify(groups)],
        );
        rows.forEach((row, i) => {
          const key = rowKey(seed, groups[i] ?? '', `${groups[i] ?? ''}x`);
          expect(row['key']).toBe(key);
          expect(row['bucket']).toBe(Math.floor(key / 2 ** 36));
        });
      }),
      { numRuns: 30 },
    );
  });

  test('has a bucket that depends on the seed and the group alone, and is short', () => {
    const bucket = (seed: string, inputs: string) => Math.floor(rowKey(seed, 'id-1', inputs) / 2 ** 36);
    expect(bucket('a', 'x')).toBe(bucket('a', 'y'));
    expect(bucket('a', 'x')).not.toBe(bucket('b', 'x'));
    expect(rowKey('a', 'id-1', 'x')).not.toBe(rowKey('a', 'id-1', 'y'));
    // 16 bits: an id can be one of very many
    expect(bucket('a', 'x')).toBeLessThan(65_536);
  });

  test('spreads groups over the buckets evenly', () => {
    const n = 20_000;
    const below = Array.from({ length: n }, (_, i) => rowKey('seed', `id-${i}`, '')).filter(
      (key) => key < 0.7 * 2 ** 52,
    );
    // four standard deviations of a binomial share
    expect(Math.abs(below.length / n - 0.7)).toBeLessThan(0.013);
  });
});

describe('the duplicate key', () => {
  test('is equal exactly when all values are equal, missing ones included', async () => {
    using engine = await testEngine();
    const cell = fc.option(fc.string({ unit: fc.constantFrom('1', ':', '-', 'a'), maxLength: 4 }), { nil: null });
    const pair = fc.tuple(cell, cell);
    await fc.assert(
      fc.asyncProperty(pair, pair, async (a, b) => {
        const rows = await engine.query(
          'key',
          `SELECT key, CAST(${groupNumberSql('key')} AS VARCHAR) AS number FROM (SELECT ${duplicateKeySql(['r[1]', 'r[2]'])} AS key FROM (SELECT unnest(from_json($1::JSON, '[["VARCHAR"]]')) AS r))`,
          [JSON.stringify([a, b])],
        );
        const same = a[0] === b[0] && a[1] === b[1];
        expect(rows[0]?.['key'] === rows[1]?.['key']).toBe(same);
        expect(rows[0]?.['number'] === rows[1]?.['number']).toBe(same);
      }),
      { numRuns: 200 },
    );
  });
});

test('the number of alike rows is equal exactly when all values are, missing ones included', async () => {
  using engine = await testEngine();
  const cell = fc.option(fc.constantFrom(0, -0, 1, 1.5, -2, 1e300), { nil: null });
  const literal = (value: number | null) => (value === null ? 'NULL::DOUBLE' : `${value}::DOUBLE`);
  await fc.assert(
    fc.asyncProperty(fc.tuple(cell, cell), fc.tuple(cell, cell), async (a, b) => {
      const [row] = await engine.query(
        'number',
        `SELECT ${alikeNumberSql(a.map(literal))} = ${alikeNumberSql(b.map(literal))} AS alike`,
      );
      expect(row?.['alike']).toBe(a.every((value, i) => value === b[i]));
    }),
    { numRuns: 200 },
  );
  const [none] = await engine.query('number', `SELECT ${alikeNumberSql([])} AS n, ${duplicateKeySql([])} AS key`);
  expect(none).toEqual({ n: 0, key: '' });
});

test('used buckets survive packing, and SQL reads their bits', async () => {
  using engine = await testEngine();
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.nat(buckets - 1), { maxLength: 40 }),
      fc.nat(buckets - 1),
      async (used, asked) => {
        const bits = bucketBitText(packBuckets(used));
        expect(bits).toHaveLength(buckets);
        expect([...bits].flatMap((bit, b) => (bit === '1' ? [b] : []))).toEqual(used.toSorted((a, b) => a - b));
        const [row] = await engine.query('bit', `SELECT get_bit(CAST('${bits}' AS BIT), ${asked}) AS bit`);
        expect(row?.['bit']).toBe(used.includes(asked) ? 1 : 0);
      },
    ),
    { numRuns: 20 },
  );
});

test('an identity differs with anything that keys are made from', () => {
  expect(identityOf({ seed: 'a', id: 'x' })).toBe(identityOf({ seed: 'a', id: 'x' }));
  expect(identityOf({ seed: 'a', id: 'x' })).not.toBe(identityOf({ seed: 'b', id: 'x' }));
});
