import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '#domain/random';

describe('createRandom', () => {
  // computed with the C reference implementation, its state filled by SplitMix32 (last word | 1)
  it.each([
    [0, [1789933344, 44971166, 2521392804, 3836935353, 2740083721, 1685820610]],
    [1, [393288148, 2174103013, 3814759091, 2092745082, 1865176206, 2179171167]],
    [42, [660444221, 3652823732, 77678286, 922035873, 3922690323, 3648917349]],
    [4294967295, [4104197751, 1825856343, 1152209388, 2427537429, 3685145430, 609215610]],
  ])('yields the numbers of the reference implementation for seed %i', (seed, expected) => {
    const random = createRandom(seed);
    expect(expected.map(() => random.uint32())).toEqual(expected);
  });

  it('tells seeds apart that share their low 32 bits', () => {
    expect(createRandom(7 + 2 ** 32).uint32()).not.toBe(createRandom(7).uint32());
    expect(createRandom(-1).uint32()).not.toBe(createRandom(2 ** 32 - 1).uint32());
  });

  it('stays below every bound', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 32 }), (seed, bound) => {
        const random = createRandom(seed);
        for (let i = 0; i < 20; i++) {
          const value = random.below(bound);
          expect(Number.isInteger(value) && value >= 0 && value < bound).toBe(true);
        }
      }),
    );
  });

  it('draws whole numbers evenly, also where 2^32 is no multiple of the bound', () => {
    // 2^32 mod 2,096,129 is nearly as large as the bound: one draw in two thousand is rejected
    for (const bound of [7, 2_096_129, 3_000_000]) {
      const random = createRandom(11);
      const halves = [0, 0];
      for (let i = 0; i < 40_000; i++) {
        const half = random.below(bound) < Math.ceil(bound / 2) ? 0 : 1;
        halves[half] = (halves[half] as number) + 1;
      }
      const expected = Math.ceil(bound / 2) / bound;
      expect(Math.abs((halves[0] as number) / 40_000 - expected)).toBeLessThan(0.012);
    }
  });

  it('draws floats and normal deviates with the right mean and variance', () => {
    const random = createRandom(3);
    const moments = (draw: () => number) => {
      const values = Array.from({ length: 20_000 }, draw);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
    };
    const uniform = moments(random.float);
    expect(uniform.mean).toBeCloseTo(0.5, 1);
    expect(uniform.variance).toBeCloseTo(1 / 12, 2);
    const normal = moments(random.normal);
    expect(normal.mean).toBeCloseTo(0, 1);
    expect(normal.variance).toBeCloseTo(1, 1);
  });

  it('refuses a seed that is no number and a bound that is no count', () => {
    expect(() => createRandom(Number.NaN)).toThrow(/seed must be a finite number/);
    for (const bound of [0, -1, 1.5, 2 ** 33]) expect(() => createRandom(1).below(bound)).toThrow(RangeError);
  });
});
