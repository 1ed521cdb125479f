import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSpace } from '#src/sagemaker/tuning/ranges';
import { expectedImprovement, proposeBayesian } from '#src/sagemaker/tuning/search/bayesian';
import { fitGaussianProcess } from '#src/sagemaker/tuning/search/gaussian-process';
import { gridSize, proposeFromGrid } from '#src/sagemaker/tuning/search/grid';
import { proposeRandom } from '#src/sagemaker/tuning/search/random';
import type { Evaluated, Strategy } from '#src/sagemaker/tuning/search/search';
import {
  autoScaling,
  contains,
  encode,
  keyOf,
  type Parameter,
  type Space,
  unitsOf,
  type Values,
  valuesAt,
} from '#src/sagemaker/tuning/search/space';
import { uniformSequence } from '#src/sagemaker/tuning/search/uniform';

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const bounds = (low: number, high: number) =>
  fc.tuple(fc.double({ min: low, max: high, noNaN: true }), fc.double({ min: low, max: high, noNaN: true }));
const ordered = ([a, b]: readonly [number, number]): [number, number] => [Math.min(a, b), Math.max(a, b)];

const continuous = fc.oneof(
  bounds(-1e6, 1e6).map((range) => ({ range: ordered(range), scaling: 'Linear' as const })),
  bounds(1e-6, 1e6).map((range) => ({ range: ordered(range), scaling: 'Logarithmic' as const })),
  bounds(0, 0.999).map((range) => ({ range: ordered(range), scaling: 'ReverseLogarithmic' as const })),
);
const integer = fc
  .tuple(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 5000 }), fc.boolean())
  .map(([a, b, isLog]) => ({
    range: ordered([a, b]),
    scaling: isLog ? ('Logarithmic' as const) : ('Linear' as const),
  }));
const parameter: fc.Arbitrary<Parameter> = fc.oneof(
  fc.tuple(name, continuous).map(([own, { range, scaling }]) => ({
    kind: 'continuous' as const,
    name: own,
    min: range[0],
    max: range[1],
    scaling,
  })),
  fc.tuple(name, integer).map(([own, { range, scaling }]) => ({
    kind: 'integer' as const,
    name: own,
    min: range[0],
    max: range[1],
    scaling,
  })),
  fc
    .tuple(name, fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 6 }))
    .map(([own, values]) => ({ kind: 'categorical' as const, name: own, values })),
);
const space: fc.Arbitrary<Space> = fc.uniqueArray(parameter, { minLength: 1, maxLength: 4, selector: (p) => p.name });

/** Asks a strategy for `count` combinations, one after the other, and evaluates each. */
const search = (
  strategy: Strategy,
  of: Space,
  seed: number,
  count: number,
  cost: (values: Values) => number,
): Evaluated[] => {
  const evaluated: Evaluated[] = [];
  for (let index = 0; index < count; index += 1) {
    const values = strategy({ space: of, seed, index, evaluated, pending: [] });
    if (!values) break;
    evaluated.push({ values, cost: cost(values) });
  }
  return evaluated;
};
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const least = (evaluated: readonly Evaluated[]): number => Math.min(...evaluated.map(({ cost }) => cost));

describe('a search space', () => {
  it('gives values inside every range, whatever the scale', () => {
    fc.assert(
      fc.property(
        space,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
        (of, unit) => {
          const values = valuesAt(of, unit);
          expect(contains(of, values)).toBe(true);
          for (const one of of)
            if (one.kind === 'integer') expect(Number.isInteger(Number(values[one.name]))).toBe(true);
        },
      ),
    );
  });

  it('finds the place of a value on its scale again', () => {
    fc.assert(
      fc.property(
        space,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
        (of, unit) => {
          const values = valuesAt(of, unit);
          const again = valuesAt(of, unitsOf(of, values));
          for (const one of of) {
            if (one.kind !== 'continuous') expect(again[one.name]).toBe(values[one.name]);
            else
              expect(Math.abs(Number(again[one.name]) - Number(values[one.name]))).toBeLessThanOrEqual(
                1e-6 * (one.max - one.min) + 1e-9,
              );
          }
        },
      ),
    );
  });

  it('spreads a logarithmic range over its orders of magnitude', () => {
    const of = readSpace({
      ContinuousParameterRanges: [{ Name: 'eta', MinValue: '0.001', MaxValue: '1', ScalingType: 'Logarithmic' }],
    });
    const decades = [0, 0, 0];
    for (const u of Array.from({ length: 300 }, (_, i) => (i + 0.5) / 300)) {
      const decade = Math.min(2, Math.floor(Math.log10(Number(valuesAt(of, [u])['eta'])) + 3));
      decades[decade] = (decades[decade] ?? 0) + 1;
    }
    expect(decades).toEqual([100, 100, 100]);
  });

  it('takes Auto as logarithmic only for ranges above 0 that span two orders of magnitude', () => {
    expect([autoScaling(1e-4, 1), autoScaling(0.1, 0.5), autoScaling(0, 1000)]).toEqual([
      'Logarithmic',
      'Linear',
      'Linear',
    ]);
  });

  it('places any two categories at distance one', () => {
    const of: Space = [{ kind: 'categorical', name: 'c', values: ['x', 'y', 'z'] }];
    const distance = (a: string, b: string) =>
      Math.hypot(...encode(of, { c: a }).map((value, i) => value - (encode(of, { c: b })[i] ?? 0)));
    expect(distance('x', 'y')).toBeCloseTo(1);
    expect(distance('x', 'z')).toBeCloseTo(1);
    expect(distance('y', 'y')).toBe(0);
  });
});

describe.each([
  ['random search', proposeRandom],
  ['Bayesian search', proposeBayesian],
] as const)('%s', (_, strategy) => {
  it('stays inside the ranges and proposes the same for the same state', { timeout: 20_000 }, () => {
    fc.assert(
      fc.property(space, fc.nat(), (of, seed) => {
        const cost = (values: Values) => mean(encode(of, values));
        const found = search(strategy, of, seed, 7, cost);
        expect(found).toHaveLength(7);
        for (const { values } of found) expect(contains(of, values)).toBe(true);
        expect(search(strategy, of, seed, 7, cost)).toEqual(found);
      }),
      { numRuns: 25 },
    );
  });

  it('repeats nothing while combinations are left', () => {
    const of: Space = [
      { kind: 'integer', name: 'depth', min: 1, max: 4, scaling: 'Linear' },
      { kind: 'categorical', name: 'c', values: ['x', 'y', 'z'] },
    ];
    const found = search(strategy, of, 5, 12, ({ depth = '' }) => Number(depth));
    expect(new Set(found.map(({ values }) => keyOf(of, values))).size).toBe(12);
  });
});

describe('random search', () => {
  it('draws evenly', () => {
    const next = uniformSequence('a seed');
    const draws = Array.from({ length: 20_000 }, next);
    const bins = Array.from({ length: 10 }, (_, bin) => draws.filter((u) => Math.floor(u * 10) === bin).length);
    const chiSquare = bins.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    // 99.9 % quantile of the chi-square distribution with 9 degrees of freedom
    expect(chiSquare).toBeLessThan(27.88);
  });

  it('follows its seed', () => {
    const of: Space = [{ kind: 'continuous', name: 'x', min: 0, max: 1, scaling: 'Linear' }];
    const [a, b] = [1, 2].map((seed) => search(proposeRandom, of, seed, 3, () => 0));
    expect(a).not.toEqual(b);
  });
});

describe('grid search', () => {
  const grid = fc.uniqueArray(
    fc
      .tuple(name, fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 5 }))
      .map(([own, values]) => ({ kind: 'categorical' as const, name: own, values })),
    { minLength: 1, maxLength: 3, selector: (p) => p.name },
  );

  it('proposes every combination exactly once and then ends', () => {
    fc.assert(
      fc.property(grid, (of) => {
        const found = search(proposeFromGrid, of, 1, 1000, () => 0);
        expect(found).toHaveLength(gridSize(of));
        expect(new Set(found.map(({ values }) => keyOf(of, values))).size).toBe(gridSize(of));
        for (const { values } of found) expect(contains(of, values)).toBe(true);
      }),
    );
  });

  it('has no end for a numeric range', () => {
    const of: Space = [{ kind: 'integer', name: 'depth', min: 1, max: 3, scaling: 'Linear' }];
    expect(() => gridSize(of)).toThrow(/depth is not categorical/);
  });
});

describe('the Gaussian process', () => {
  it('passes through what was observed and is unsure far from it', () => {
    const points = [0, 0.2, 0.4, 0.6, 0.8, 1].map((x) => [x]);
    const targets = points.map(([x = 0]) => Math.sin(6 * x));
    const process = fitGaussianProcess(points, targets);
    for (const [i, point] of points.entries()) {
      expect(process.predict(point).mean).toBeCloseTo(targets[i] ?? 0, 1);
      expect(process.predict(point).deviation).toBeLessThan(0.1);
    }
    expect(process.predict([0.5]).mean).toBeCloseTo(Math.sin(3), 1);
    expect(process.predict([3]).deviation).toBeGreaterThan(process.predict([0.5]).deviation);
  });

  it('computes the posterior of a kernel matrix solved by hand', () => {
    // One observation: the standardised target is 0, so the mean is the observation everywhere.
    const process = fitGaussianProcess([[0.3]], [7]);
    expect(process.predict([0.3]).mean).toBeCloseTo(7);
    expect(process.predict([0.9]).mean).toBeCloseTo(7);
  });

  it('is less curious near a point that is being evaluated', () => {
    const points = [[0], [0.5], [1]];
    const targets = [1, 0, 1];
    const without = fitGaussianProcess(points, targets).predict([0.3]);
    const while_ = fitGaussianProcess(points, targets, [[0.3]]).predict([0.3]);
    expect(while_.deviation).toBeLessThan(without.deviation);
    expect(while_.mean).toBeCloseTo(without.mean, 5);
  });
});

describe('expected improvement', () => {
  it('equals its integral', () => {
    // E[max(0, best - N(mean, deviation))] by the midpoint rule
    const integral = (mean_: number, deviation: number, best: number) => {
      const steps = 20_000;
      let sum = 0;
      for (let i = 0; i < steps; i += 1) {
        const z = -8 + (16 * (i + 0.5)) / steps;
        sum += (Math.max(0, best - mean_ - deviation * z) * Math.exp(-0.5 * z * z) * 16) / steps;
      }
      return sum / Math.sqrt(2 * Math.PI);
    };
    for (const [m, d, best] of [
      [0, 1, 0],
      [1, 0.5, 0.2],
      [-2, 3, 1],
    ] as const) {
      expect(expectedImprovement({ mean: m, deviation: d }, best)).toBeCloseTo(integral(m, d, best), 5);
    }
  });

  it('is never negative and grows with uncertainty', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -5, max: 5, noNaN: true }),
        fc.double({ min: 0, max: 5, noNaN: true }),
        (mean_, deviation) => {
          const now = expectedImprovement({ mean: mean_, deviation }, 0);
          expect(now).toBeGreaterThanOrEqual(0);
          expect(expectedImprovement({ mean: mean_, deviation: deviation + 1 }, 0)).toBeGreaterThanOrEqual(now - 1e-6);
        },
      ),
    );
  });
});

describe('Bayesian search against random search', () => {
  /** Branin-Hoo, a common test function; its least value is 0.397887 (Dixon & Szegö 1978). */
  const branin = ({ x = '', y = '' }: Values): number => {
    const [a, b] = [Number(x), Number(y)];
    return (
      (b - (5.1 / (4 * Math.PI ** 2)) * a ** 2 + (5 / Math.PI) * a - 6) ** 2 +
      10 * (1 - 1 / (8 * Math.PI)) * Math.cos(a) +
      10
    );
  };
  const plane: Space = [
    { kind: 'continuous', name: 'x', min: -5, max: 10, scaling: 'Linear' },
    { kind: 'continuous', name: 'y', min: 0, max: 15, scaling: 'Linear' },
  ];
  /** Like a learning rate and a choice: one order of magnitude is right, and one category. */
  const mixed: Space = [
    { kind: 'continuous', name: 'eta', min: 1e-4, max: 1, scaling: 'Logarithmic' },
    { kind: 'integer', name: 'depth', min: 1, max: 12, scaling: 'Linear' },
    { kind: 'categorical', name: 'policy', values: ['a', 'b', 'c'] },
  ];
  const validation = ({ eta = '', depth = '', policy = '' }: Values): number =>
    (Math.log10(Number(eta)) + 1.3) ** 2 + 0.05 * (Number(depth) - 6) ** 2 + (policy === 'b' ? 0 : 0.5);

  it.each([
    ['the Branin function', plane, branin],
    ['numbers and categories together', mixed, validation],
  ] as const)('finds better values of %s on average over seeds', { timeout: 20_000 }, (_, of, cost) => {
    const seeds = Array.from({ length: 8 }, (_seed, i) => i + 1);
    const bayesian = seeds.map((seed) => least(search(proposeBayesian, of, seed, 20, cost)));
    const random = seeds.map((seed) => least(search(proposeRandom, of, seed, 20, cost)));
    expect(mean(bayesian)).toBeLessThan(0.6 * mean(random));
  });
});
