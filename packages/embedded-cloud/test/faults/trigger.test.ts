import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chanceOf, isDue, type When, whenText } from '#src/faults/trigger';

/** The occasions, of so many, on which a fault is injected. */
const strikes = (when: When, occasions: number, seed = 1): number[] => {
  const struck: number[] = [];
  for (let n = 1; n <= occasions; n += 1) {
    if (isDue(when, n, struck.length, chanceOf(seed, 'rule', n))) struck.push(n);
  }
  return struck;
};

const counted = fc.integer({ min: 1, max: 200 });

describe('when a fault is due', () => {
  it('is always, by default', () => {
    expect(strikes({}, 5)).toEqual([1, 2, 3, 4, 5]);
  });

  it('is on the nth occasions and no other', () => {
    fc.assert(
      fc.property(fc.uniqueArray(counted, { minLength: 1, maxLength: 10 }), (nth) => {
        expect(strikes({ nth }, 200)).toEqual(nth.toSorted((a, b) => a - b));
      }),
    );
  });

  it('is once in every so many, counted from where it begins', () => {
    expect(strikes({ every: 3 }, 10)).toEqual([3, 6, 9]);
    expect(strikes({ every: 3, from: 5 }, 12)).toEqual([7, 10]);
    expect(strikes({ every: 1, until: 2 }, 12)).toEqual([1, 2]);
  });

  it('lies between from and until and respects times, with any other setting', () => {
    const anyWhen = fc.record(
      { rate: fc.double({ min: 0, max: 1, noNaN: true }), from: counted, until: counted, times: counted },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(anyWhen, fc.nat(), (when, seed) => {
        const struck = strikes(when, 200, seed);
        expect(struck.length).toBeLessThanOrEqual(when.times ?? 200);
        expect(struck.every((n) => n >= (when.from ?? 1) && n <= (when.until ?? 200))).toBe(true);
      }),
    );
  });

  it('falls the same way for the same seed, and another way for another', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const struck = strikes({ rate: 0.5 }, 100, seed);
        expect(strikes({ rate: 0.5 }, 100, seed)).toEqual(struck);
        expect(strikes({ rate: 0.5 }, 100, seed + 1)).not.toEqual(struck);
      }),
    );
  });

  it('fires as often as its rate says', () => {
    // 10,000 draws at 0.2: the standard deviation is 40, so six of them are 240
    expect(Math.abs(strikes({ rate: 0.2 }, 10_000).length - 2000)).toBeLessThan(240);
    expect(strikes({ rate: 0 }, 100)).toEqual([]);
    expect(strikes({ rate: 1 }, 3)).toEqual([1, 2, 3]);
  });

  it('has a text', () => {
    expect(whenText({})).toBe('always');
    expect(whenText({ nth: [2, 5] })).toBe('occasion 2, 5');
    expect(whenText({ every: 3, from: 4, until: 9, times: 2 })).toBe('one in 3 from 4 until 9, at most 2×');
    expect(whenText({ rate: 0.125, until: 7 })).toBe('12.5 % by chance until 7');
  });
});
