import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applies, DRIFT_TESTS } from '#domain/drift/registry';
import { wasserstein } from '#domain/drift/wasserstein';
import { createRandom } from '#domain/random';
import type { CategoryHistogram, Histogram, NumberHistogram } from '#schemas/records/baseline';
import { resample } from './support/simulation.ts';

const numbers = (
  counts: readonly number[],
  missing: number,
  edges = counts.slice(1).map((_, i) => i),
): NumberHistogram => ({
  kind: 'number',
  column: 'x',
  edges,
  counts: [...counts],
  missing,
});
const categories = (counts: readonly number[], missing: number): CategoryHistogram => ({
  kind: 'category',
  column: 'x',
  categories: counts.slice(1).map(String),
  counts: [...counts],
  missing,
});
const bins = 6;
const count = fc.oneof(fc.nat(3), fc.nat(400));
const sample = fc.tuple(fc.array(count, { minLength: bins, maxLength: bins }), count);
const made = fc.constantFrom<(counts: readonly number[], missing: number) => Histogram>(numbers, categories);

const population = {
  version: 1 as const,
  rows: 1000,
  columns: [numbers([2, 200, 250, 300, 150, 8], 90), categories([2, 200, 250, 300, 150, 8], 90)] as const,
};
const random = createRandom(31);
/** Two samples of one distribution, many times. */
const alike = Array.from({ length: 1000 }, () => {
  const all = { ...population, columns: [...population.columns] };
  return [resample(all, 800, random), resample(all, 300, random)] as const;
});

describe.each(DRIFT_TESTS)('the drift test $name', (test) => {
  it('has an effect of at least 0 and a probability from 0 to 1', () => {
    fc.assert(
      fc.property(made, sample, sample, (make, before, now) => {
        const [b, w] = [make(...before), make(...now)];
        const found = applies(test, b) ? test.measure(b, w) : undefined;
        if (found === undefined) return;
        expect(found.statistic).toBeGreaterThanOrEqual(0);
        expect(found.statistic).toBeLessThan(Number.POSITIVE_INFINITY);
        expect(found.p).toBeGreaterThanOrEqual(0);
        expect(found.p).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('finds nothing between a sample and itself', () => {
    fc.assert(
      fc.property(made, sample, (make, own) => {
        const found = applies(test, make(...own)) ? test.measure(make(...own), make(...own)) : undefined;
        if (found === undefined) return;
        expect(found.statistic).toBeCloseTo(0, 9);
        expect(found.p).toBeGreaterThan(0.5);
      }),
    );
  });

  it('is wrong as often as it says, or less', () => {
    for (const at of [0, 1] as const) {
      if (!applies(test, population.columns[at])) continue;
      const wrong = alike.filter(([before, now]) => {
        const found = test.measure(before.columns[at] as Histogram, now.columns[at] as Histogram);
        return (found?.p ?? 1) <= 0.05;
      }).length;
      const deviation = Math.sqrt((0.05 * 0.95) / alike.length);
      expect(wrong / alike.length).toBeLessThan(0.05 + 3 * deviation);
      // those with a limit of their own distribution are not far below either
      if (['psi', 'chiSquare', 'jensenShannon'].includes(test.name)) {
        expect(wrong / alike.length).toBeGreaterThan(0.05 - 3 * deviation);
      }
    }
  });
});

describe('the Wasserstein distance in standard deviations', () => {
  it('does not depend on the unit of the column', () => {
    const factor = fc.double({ min: 0.001, max: 1000, noNaN: true });
    const added = fc.double({ min: -1000, max: 1000, noNaN: true });
    fc.assert(
      fc.property(sample, sample, factor, added, ([before], [now], times, more) => {
        const edges = [0, 1, 3, 4, 9].map((edge) => edge * times + more);
        const one = wasserstein.measure(numbers(before, 0, [0, 1, 3, 4, 9]), numbers(now, 0, [0, 1, 3, 4, 9]));
        const other = wasserstein.measure(numbers(before, 0, edges), numbers(now, 0, edges));
        // a column whose rows are all in one bin has no spread, or that of rounding
        if (one === undefined || other === undefined || one.statistic > 1e6) return;
        expect(other.statistic / Math.max(one.statistic, 1e-9)).toBeCloseTo(one.statistic < 1e-9 ? 0 : 1, 4);
        expect(other.p).toBeCloseTo(one.p, 4);
      }),
    );
  });
});
