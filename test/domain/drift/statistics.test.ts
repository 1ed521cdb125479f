import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chiSquareQuantile, normalQuantile } from '#domain/drift/distributions';
import { buildHistogram, quantileEdges } from '#domain/drift/histogram';
import { binnedKs, exactKs, ksThreshold } from '#domain/drift/ks';
import { populationStability, psiThreshold } from '#domain/drift/psi';
import { reference } from '../evaluation/reference.ts';

const histogram = (counts: number[], missing = 0) => ({
  kind: 'category' as const,
  column: 'x',
  categories: counts.slice(1).map(String),
  counts,
  missing,
});
const values = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 60 });

describe('quantiles of distributions', () => {
  it.each(reference.normalQuantiles)('equal SciPy: normal at $p', ({ p, expected }) => {
    expect(normalQuantile(p)).toBeCloseTo(expected, 5);
  });

  it.each(reference.chiSquareQuantiles)(
    'come near SciPy: chi-square, $degrees degrees, at $p',
    ({ p, degrees, expected }) => {
      expect(Math.abs(chiSquareQuantile(p, degrees) / expected - 1)).toBeLessThan(degrees === 1 ? 0.05 : 0.03);
    },
  );
});

describe('populationStability', () => {
  it('is Σ (w - b) ln(w / b) over smoothed shares', () => {
    // shares 50.5 / 101 and 50.5 / 101 against 25.5 / 101 and 75.5 / 101
    const expected = (25.5 / 101 - 0.5) * Math.log(25.5 / 101 / 0.5) + (75.5 / 101 - 0.5) * Math.log(75.5 / 101 / 0.5);
    const { psi, bins } = populationStability(histogram([50, 50, 0]), histogram([25, 75, 0]));
    expect(psi).toBeCloseTo(expected, 12);
    expect(bins).toBe(2);
  });

  it('is finite and large when a bin fills that was empty, missing values included', () => {
    const { psi } = populationStability(histogram([1000, 0]), histogram([500, 500]));
    expect(psi).toBeGreaterThan(1);
    expect(psi).toBeLessThan(10);
    expect(populationStability(histogram([1000, 0]), histogram([500, 0], 500)).psi).toBeCloseTo(psi, 12);
  });

  it('is zero for equal shares, never negative, and the same from either side', () => {
    const counts = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(counts, fc.infiniteStream(fc.integer({ min: 0, max: 500 })), (before, stream) => {
        const now = before.map(() => stream.next().value as number);
        const [b, w] = [histogram([1, ...before]), histogram([1, ...now])];
        expect(populationStability(b, b).psi).toBe(0);
        expect(populationStability(b, w).psi).toBeGreaterThanOrEqual(0);
        expect(populationStability(b, w).psi).toBeCloseTo(populationStability(w, b).psi, 12);
      }),
    );
  });
});

describe('psiThreshold', () => {
  it('adds what chance adds on average', () => {
    expect(psiThreshold(0.2, 11, 10_000, 2000, 0.05)).toBeCloseTo(0.2 + 10 * (1 / 10_000 + 1 / 2000), 12);
  });

  it('never falls below what chance alone exceeds with probability alpha', () => {
    // the 99 % quantile of chi-square with 9 degrees is 21.666
    expect(psiThreshold(0.01, 10, 1e9, 100, 0.01)).toBeCloseTo(0.21666, 2);
  });

  it('tends to the configured threshold as samples grow, and takes a single bin', () => {
    expect(psiThreshold(0.2, 10, 1e9, 1e9, 0.01)).toBeCloseTo(0.2, 6);
    expect(psiThreshold(0.2, 1, 1e9, 1e9, 0.01)).toBeCloseTo(0.2, 6);
  });
});

describe('Kolmogorov-Smirnov', () => {
  it.each(reference.ks)('equals SciPy on raw values', ({ a, b, expected }) => {
    expect(exactKs(Float64Array.from(a), Float64Array.from(b))).toBeCloseTo(expected, 12);
  });

  it('from bins is never more than from raw values, and equal when each value has a bin', () => {
    fc.assert(
      fc.property(values, values, (before, now) => {
        const [a, b] = [Float64Array.from(before), Float64Array.from(now)];
        const exact = exactKs(a, b);
        const binned = (edges: number[]) => binnedKs(buildHistogram('x', a, edges), buildHistogram('x', b, edges))?.ks;
        expect(binned(quantileEdges(a))).toBeLessThanOrEqual(exact + 1e-12);
        expect(binned(Array.from({ length: 22 }, (_, i) => i - 0.5))).toBeCloseTo(exact, 12);
      }),
    );
  });

  it('is undefined where a side has no value', () => {
    const some = buildHistogram('x', Float64Array.of(1, 2), [1, 2]);
    const none = buildHistogram('x', Float64Array.of(Number.NaN), [1, 2]);
    expect(binnedKs(some, none)).toBeUndefined();
    expect(binnedKs(none, some)).toBeUndefined();
  });

  it('is compared with the configured distance or the critical value, whichever is larger', () => {
    // c(0.05) = 1.3581 (Smirnov's table)
    expect(ksThreshold(0.01, 100, 100, 0.05)).toBeCloseTo(1.3581 * Math.sqrt(2 / 100), 4);
    expect(ksThreshold(0.1, 1e6, 1e6, 0.05)).toBe(0.1);
  });
});
