import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holm } from '#domain/statistics/holm';
import { normalQuantile, normalTail, studentQuantile, studentScore } from '#domain/statistics/normal';
import { scaleOf } from '#domain/statistics/scale';

describe('the normal distribution', () => {
  // scipy.stats.norm.sf
  it.each([
    [0, 0.5],
    [1.959963984540054, 0.025],
    [-1, 0.8413447460685429],
    [5, 2.866515718791933e-7],
    [10, 7.61985302416e-24],
  ])('has above %d the probability %d', (z, p) => {
    expect(normalTail(z) / p).toBeCloseTo(1, 6);
  });

  it('has quantiles', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959964, 5);
    expect(normalQuantile(0.5)).toBeCloseTo(0, 6);
    expect(normalQuantile(0.05)).toBeCloseTo(-1.644854, 5);
  });
});

describe('Student’s distribution', () => {
  // scipy.stats.t.ppf(0.975, n)
  it.each([
    [5, 2.570582, 2],
    [10, 2.228139, 3],
    [49, 2.009575, 4],
    [1000, 1.962339, 5],
  ])('has with %d degrees of freedom the 97.5 % quantile %d', (degrees, quantile, digits) => {
    expect(studentQuantile(0.975, degrees)).toBeCloseTo(quantile, digits);
  });

  it('has tails as likely as those of the normal score', () => {
    // scipy.stats.t.sf
    for (const [t, degrees, p] of [
      [1, 10, 0.170447],
      [4, 20, 0.000351762],
      [3.5, 49, 0.000500664],
      [5, 49, 0.00000386806],
    ] as const) {
      expect(Math.abs(normalTail(studentScore(t, degrees)) / p - 1)).toBeLessThan(0.01);
    }
    expect(studentScore(-2, 30)).toBe(-studentScore(2, 30));
  });
});

describe('a scale', () => {
  const infinite = Number.POSITIVE_INFINITY;
  it.each([
    ['a share', [0, 1], 0.3],
    ['an error', [0, infinite], 2.5],
    ['a share explained', [-infinite, 1], 0.4],
    ['any number', [-1, 1], -0.2],
  ] as const)('of %s can be reversed, and has the slope of its curve', (_, range, value) => {
    const { to, from, slope } = scaleOf(range, 1000);
    expect(from(to(value))).toBeCloseTo(value, 9);
    expect((to(value + 1e-6) - to(value - 1e-6)) / 2e-6).toBeCloseTo(slope(value), 4);
  });

  it('has an end for shares of 0 and 1: half a row', () => {
    const { to, from } = scaleOf([0, 1], 50);
    expect(from(to(0))).toBeCloseTo(0.01, 12);
    expect(from(to(1))).toBeCloseTo(0.99, 12);
    expect(Number.isFinite(scaleOf([0, infinite], 5).to(0) + scaleOf([0, infinite], 5).slope(0))).toBe(true);
    expect(Number.isFinite(scaleOf([-infinite, 1], 5).to(1) + scaleOf([-infinite, 1], 5).slope(1))).toBe(true);
  });
});

describe('Holm’s procedure', () => {
  it('rejects as R does: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") is 0.03, 0.06, 0.06, 0.02', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005], 0.05)).toEqual([true, false, false, true]);
    expect(holm([0.01, 0.04, 0.03, 0.005], 0.06)).toEqual([true, true, true, true]);
    expect(holm([], 0.05)).toEqual([]);
  });

  it('rejects no more than each alone, and all that Bonferroni rejects', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }), (ps) => {
        holm(ps, 0.05).forEach((rejected, i) => {
          const p = ps[i] as number;
          if (rejected) expect(p).toBeLessThanOrEqual(0.05);
          else expect(p).toBeGreaterThan(0.05 / ps.length);
        });
      }),
    );
  });
});
