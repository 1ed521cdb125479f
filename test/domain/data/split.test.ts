import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { duplicateKeySql, sideOf, sideSql, splitUniform, splitUniformSql } from '#domain/data/split';
import { testEngine } from '../../fakes/data-run.ts';

const split = { train: 0.7, validation: 0.15 };
const group = fc.string({ unit: 'grapheme', maxLength: 80 }).filter((s) => s.isWellFormed() && !s.includes('\0'));

describe('the split', () => {
  test('is the same float64 and the same side in SQL and in TypeScript', async () => {
    using engine = await testEngine();
    await fc.assert(
      fc.asyncProperty(group, fc.array(group, { minLength: 1, maxLength: 50 }), async (seed, groups) => {
        const rows = await engine.query(
          'split',
          `SELECT u, ${sideSql('u', split)} AS side FROM (SELECT ${splitUniformSql(seed, 'g')} AS u FROM (SELECT unnest(from_json($1::JSON, '["VARCHAR"]')) AS g))`,
          [JSON.stringify(groups)],
        );
        rows.forEach((row, i) => {
          const u = splitUniform(seed, groups[i] ?? '');
          expect(row['u']).toBe(u);
          expect(row['side']).toBe(sideOf(u, split));
          expect(u).toBeGreaterThanOrEqual(0);
          expect(u).toBeLessThan(1);
        });
      }),
      { numRuns: 30 },
    );
  });

  test('gives every side its share', () => {
    const counts = { train: 0, validation: 0, test: 0 };
    const n = 20_000;
    for (let i = 0; i < n; i++) counts[sideOf(splitUniform('seed', `id-${i}`), split)]++;
    // four standard deviations of a binomial share
    expect(Math.abs(counts.train / n - 0.7)).toBeLessThan(0.013);
    expect(Math.abs(counts.validation / n - 0.15)).toBeLessThan(0.011);
    expect(Math.abs(counts.test / n - 0.15)).toBeLessThan(0.011);
  });

  test('begins each side at the sum of the shares before it', () => {
    const shares = { train: 0.5, validation: 0.25 };

    expect([0, 0.499, 0.5, 0.749, 0.75, 0.999].map((uniform) => sideOf(uniform, shares))).toEqual([
      'train',
      'train',
      'validation',
      'validation',
      'test',
      'test',
    ]);
    expect(sideSql('u', shares)).toMatch(
      /WHEN u < [^<]*0\.5.* THEN 'train' WHEN u < [^<]*0\.75.* THEN 'validation' ELSE 'test'/,
    );
  });

  test('with another seed is another split', () => {
    const moved = Array.from({ length: 1000 }, (_, i) => `id-${i}`).filter(
      (id) => sideOf(splitUniform('a', id), split) !== sideOf(splitUniform('b', id), split),
    );
    // independent splits differ on 1 - (0.7² + 0.15² + 0.15²) = 46.5 % of the ids
    expect(moved.length).toBeGreaterThan(380);
    expect(moved.length).toBeLessThan(550);
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
          `SELECT ${duplicateKeySql(['r[1]', 'r[2]'])} AS key FROM (SELECT unnest(from_json($1::JSON, '[["VARCHAR"]]')) AS r)`,
          [JSON.stringify([a, b])],
        );
        expect(rows[0]?.['key'] === rows[1]?.['key']).toBe(a[0] === b[0] && a[1] === b[1]);
      }),
      { numRuns: 200 },
    );
  });
});
