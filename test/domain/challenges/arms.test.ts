import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isInShare, percentileOf } from '#domain/challenges/arms';
import { mostLooks, secondsBetweenLooks } from '#domain/challenges/looks';

it('a text always has the same place, from 0 up to 100', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (salt, text) => {
      const place = percentileOf(salt, text);

      expect(place).toBe(percentileOf(salt, text));
      expect(place).toBeGreaterThanOrEqual(0);
      expect(place).toBeLessThan(100);
      expect(isInShare(salt, text, 100)).toBe(true);
      expect(isInShare(salt, text, 0)).toBe(false);
      // the end of a share belongs to the others
      expect(isInShare(salt, text, place)).toBe(false);
    }),
  );
});

it('a share of all texts belongs to it, another one with another salt', () => {
  const texts = Array.from({ length: 10_000 }, (_, i) => String(i));
  const [one, other] = ['a', 'b'].map((salt) => texts.filter((text) => isInShare(salt, text, 20)));

  expect(one?.length).toBeGreaterThan(1800);
  expect(one?.length).toBeLessThan(2200);
  expect(other).not.toEqual(one);
});

it('a challenge is looked at no more often than its history holds, and not within a minute', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), (maxDays) => {
      const seconds = secondsBetweenLooks(maxDays);

      expect((maxDays * 86_400) / seconds).toBeLessThanOrEqual(mostLooks);
      expect(mostLooks * 9).toBeLessThan(20_000);
      expect(seconds).toBeGreaterThanOrEqual(60);
    }),
  );
});
