import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { permuteFields, planPermutations, splitLines } from '#domain/data/importance';
import type { FittedTransform } from '#schemas/records/fitted-transform';

const fittedTo = (sources: readonly string[]): FittedTransform =>
  ({ features: sources.map((source) => ({ source })) }) as unknown as FittedTransform;
const columns = (n: number) => Array.from({ length: n }, (_, i) => `c${i}`);

describe('the plan of permutation importance', () => {
  test('measures every column on the whole sample when the columns are few', () => {
    expect(planPermutations(fittedTo(['a', 'b', 'b']), 2000, new Map())).toEqual({ rows: 2000, columns: ['a', 'b'] });
  });

  test('takes fewer rows first, and every column', () => {
    const plan = planPermutations(fittedTo(columns(300)), 2000, new Map());
    expect(plan.columns).toHaveLength(300);
    expect(plan.rows).toBeLessThan(2000);
    expect(plan.rows * 301 * 300).toBeLessThanOrEqual(40_000_000);
  });

  test('then measures the columns that say most alone, in the order of the model inputs', () => {
    const skills = new Map([
      ['c700', 0.9],
      ['c3', 0.8],
    ]);
    const plan = planPermutations(fittedTo(columns(5000)), 2000, skills);
    expect(plan.rows).toBe(200);
    expect(plan.columns).toHaveLength(39);
    expect(plan.columns.slice(0, 4)).toEqual(['c0', 'c1', 'c2', 'c3']);
    expect(plan.columns.at(-1)).toBe('c700');
  });

  test('never takes more cells than allowed, but one column on few rows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 3000 }), (n, sampled) => {
        const plan = planPermutations(fittedTo(columns(n)), sampled, new Map(), 100_000);
        expect(plan.columns.length).toBeGreaterThan(0);
        expect(plan.rows).toBeLessThanOrEqual(sampled);
        if (plan.columns.length > 1) expect(plan.rows * (plan.columns.length + 1) * n).toBeLessThanOrEqual(100_000);
      }),
    );
  });
});

describe('a block of permuted rows', () => {
  test('takes the fields of one column from the dealt line and leaves all others', () => {
    const row = fc.array(fc.constantFrom('', '0', '1', '-2.5', '1e300'), { minLength: 5, maxLength: 5 });
    const rows = fc.array(row, { minLength: 1, maxLength: 8 });
    const chosen = fc.uniqueArray(fc.integer({ min: 0, max: 4 }));
    fc.assert(
      fc.property(rows, chosen, fc.infiniteStream(fc.nat()), (cells, fields, random) => {
        const dealt = cells.map(() => (random.next().value as number) % cells.length);
        const split = splitLines(
          cells.map((own) => own.join(',')),
          ',',
        );
        const expected = cells.map((own, i) =>
          own.map((cell, at) => (fields.includes(at) ? cells[dealt[i] ?? 0]?.[at] : cell)).join(','),
        );
        expect(
          permuteFields(
            split,
            fields.toSorted((a, b) => a - b),
            dealt,
          ),
        ).toEqual(expected);
      }),
    );
  });
});
