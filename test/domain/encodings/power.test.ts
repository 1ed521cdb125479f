import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitYeoJohnson, type Power, powerOf, powerSql, yeoJohnsonLikelihood } from '#domain/encodings/power';
import { double } from '#domain/sql/literals';
import { testEngine } from '../../fakes/data-run.ts';

const values = [-5, -1.5, -0.2, 0, 0.3, 1, 2.5, 4, 9, 40];
const skewed = [0.1, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256];
const negative = [-100, -50, -20, -10, -5, -2, -1, 0, 1, 2];

// scipy 1.17.1: stats.yeojohnson(values, lmbda)
const turned = [
  [
    -1,
    [
      -71.66666666666669, -4.875, -0.24266666666666667, 0, 0.23076923076923078, 0.5, 0.7142857142857143, 0.8, 0.9,
      0.975609756097561,
    ],
  ],
  [
    0,
    [
      -17.5,
      -2.625,
      -0.22,
      0,
      0.26236426446749106,
      Math.LN2,
      1.252762968495368,
      1.6094379124341003,
      Math.LN10,
      3.713572066704308,
    ],
  ],
  [
    0.5,
    [
      -9.131292304466047, -1.968564716806983, -0.20968942534159915, 0, 0.280350850198276, 0.8284271247461901,
      1.7416573867739416, 2.472135954999579, 4.324555320336759, 10.806248474865699,
    ],
  ],
  [1, values],
  [2, [-1.791759469228055, -0.9162907318741551, -0.18232155679395465, 0, 0.345, 1.5, 5.625, 12, 49.5, 840]],
  [
    3,
    [
      -0.8333333333333334, -0.6, -0.16666666666666669, 0, 0.399, 2.3333333333333326, 13.958333333333336,
      41.33333333333333, 333, 22973.333333333325,
    ],
  ],
] as const;

describe('the Yeo-Johnson transform', () => {
  it.each(turned)('with lambda %d is that of scipy', (lambda, expected) => {
    for (const [i, x] of values.entries()) {
      expect(powerOf({ kind: 'yeo-johnson', lambda }, x)).toBeCloseTo(expected[i] as number, 8);
    }
  });

  // scipy 1.17.1: stats.yeojohnson_llf(lmbda, values)
  it.each([
    [values, [-24.364171784233427, -19.02430855155866, -24.98818591738598, -48.28017773502462]],
    [skewed, [-33.383613439027116, -38.03435014200335, -47.64249787759392, -73.70517697306792]],
    [negative, [-57.517546656283415, -45.301547330382824, -34.34117260409927, -24.76899952565681]],
  ])('has the likelihood of scipy', (own, expected) => {
    for (const [i, lambda] of [0, 0.5, 1, 2].entries()) {
      expect(yeoJohnsonLikelihood(lambda, own)).toBeCloseTo(expected[i] as number, 8);
    }
  });

  // scipy 1.17.1: stats.yeojohnson(values)[1]
  it.each([
    [values, 0.4945440767035711],
    [skewed, -0.12088671631318094],
    [negative, 1.8243296361352552],
  ])('is fitted as scipy fits it', (own, expected) => {
    expect(fitYeoJohnson(own)).toBeCloseTo(expected, 5);
  });

  it('changes nothing where the values say nothing', () => {
    expect(fitYeoJohnson([])).toBe(1);
    expect(fitYeoJohnson([3, 3, 3])).toBe(1);
  });

  it('is fitted on values that overflow for some exponents', () => {
    const lambda = fitYeoJohnson([0, 1, 1e100, 1e200, 1e300]);
    expect(lambda).toBeGreaterThan(-1);
    expect(lambda).toBeLessThan(1);
  });
});

const powers: fc.Arbitrary<Power> = fc.oneof(
  fc.constant({ kind: 'log' } as const),
  fc.record({
    kind: fc.constant('yeo-johnson' as const),
    lambda: fc.oneof(fc.double({ min: -5, max: 5, noNaN: true }), fc.constantFrom(0, 2, 1)),
  }),
);
const numbers = fc.double({ min: -1e6, max: 1e6, noNaN: true });

it('the logarithm is of one and the size, with the sign of the number', () => {
  expect(powerOf({ kind: 'log' }, Math.E - 1)).toBeCloseTo(1, 12);
  expect(powerOf({ kind: 'log' }, 1 - Math.E)).toBeCloseTo(-1, 12);
  expect(powerOf({ kind: 'log' }, 0)).toBe(0);
});

it('a power never turns the order of two numbers', () => {
  fc.assert(
    fc.property(powers, numbers, numbers, (power, a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      expect(powerOf(power, low)).toBeLessThanOrEqual(powerOf(power, high));
    }),
  );
});

it('a power is the same in SQL', async () => {
  using engine = await testEngine();
  await fc.assert(
    fc.asyncProperty(powers, fc.array(numbers, { minLength: 1, maxLength: 5 }), async (power, own) => {
      const list = own.map((x) => double(x)).join(', ');
      const rows = await engine.query(
        'turn',
        `SELECT ${powerSql(power, 'v')} AS y FROM (SELECT unnest([${list}]) AS v)`,
      );
      for (const [i, x] of own.entries()) {
        const expected = powerOf(power, x);
        expect(Math.abs(Number(rows[i]?.['y']) - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
      }
    }),
    { numRuns: 60 },
  );
});

it('the exponent of Yeo-Johnson is from -5 to 5, however skewed the values are', () => {
  const even = Array.from({ length: 200 }, (_, i) => 1 + i);
  expect(fitYeoJohnson(even.map((x) => x ** (1 / 12)))).toBeCloseTo(5, 5);
  expect(fitYeoJohnson(even.map((x) => (201 / x) ** (1 / 12) - 0.9))).toBeCloseTo(-5, 5);
});
