import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { partRanges, planParts } from '#domain/data/parts';

describe('planning parts', () => {
  test('gives every training host an object and leaves none empty', () => {
    const rows = fc.array(fc.nat(50), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 20 }), (perShard, hosts) => {
        fc.pre(perShard.reduce((a, b) => a + b, 0) >= hosts);
        const parts = planParts(perShard, hosts);
        const filled = perShard.filter((n) => n > 0).length;
        expect(parts.reduce((a, b) => a + b, 0)).toBe(Math.max(hosts, filled));
        // with one part less, a shard's parts would be at least as large as any other's
        const size = (i: number, n: number) => (perShard[i] ?? 0) / n;
        const largest = Math.max(...parts.map((n, i) => (n === 0 ? 0 : size(i, n))));
        parts.forEach((n, i) => {
          if (n > 1) expect(size(i, n - 1)).toBeGreaterThanOrEqual(largest);
        });
        parts.forEach((n, i) => {
          expect(n).toBeLessThanOrEqual(perShard[i] ?? 0);
          if ((perShard[i] ?? 0) > 0) expect(n).toBeGreaterThan(0);
        });
      }),
    );
  });
  test('splits the largest shard first', () => {
    expect(planParts([10, 100, 0], 4)).toEqual([1, 3, 0]);
    expect(planParts([0, 5, 5], 3)).toEqual([0, 2, 1]);
    expect(planParts([2, 1], 3)).toEqual([2, 1]);
    expect(planParts([], 0)).toEqual([]);
  });
  test('refuses more objects than rows', () => {
    expect(() => planParts([1, 1], 3)).toThrow('2 rows cannot fill 3 objects');
  });
  test('cuts a shard into even ranges that follow on each other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 30 }), (rows, parts) => {
        fc.pre(parts <= rows);
        const ranges = partRanges(rows, parts);
        let offset = 0;
        for (const range of ranges) {
          expect(range.offset).toBe(offset);
          expect(Math.abs(range.rows - rows / parts)).toBeLessThan(1);
          offset += range.rows;
        }
        expect(offset).toBe(rows);
      }),
    );
  });
});
