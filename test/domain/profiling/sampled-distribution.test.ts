import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampledDistribution } from '#domain/profiling/sampled-distribution';

const repeat = <T>(value: T, times: number): T[] => Array.from({ length: times }, () => value);
const numbers = (values: readonly (number | null)[]) => sampledDistribution({ name: 'x', kind: 'number', values });
const labels = ({ shares }: ReturnType<typeof sampledDistribution>) => shares.map(({ label }) => label);

describe('the distribution of sampled values', () => {
  it('has few numbers one by one, in their order, and those of few rows together', () => {
    const found = numbers([...repeat(12, 60), ...repeat(3, 30), ...repeat(7, 4), ...repeat(null, 6)]);
    expect(found).toEqual({
      known: 94,
      distinct: 3,
      shares: [
        { label: '3', share: 0.3 },
        { label: '12', share: 0.6 },
        { label: 'others', share: 0.04, special: true },
        { label: 'missing', share: 0.06, special: true },
      ],
    });
  });

  it('has many numbers in intervals, without the least and the greatest', () => {
    const found = numbers([-123_456, ...Array.from({ length: 999 }, (_, i) => i), 987_654]);
    expect(found.distinct).toBe(1001);
    expect(found.shares).toHaveLength(12);
    expect(labels(found).join()).not.toMatch(/123,456|987,654/);
    expect(found.shares[0]?.label).toMatch(/^< /);
    expect(found.shares.at(-1)?.label).toMatch(/^≥ /);
  });

  it('has the frequent ones of many numbers that are nearly always the same', () => {
    const found = numbers([...repeat(0, 1000), ...Array.from({ length: 15 }, (_, i) => i + 0.5)]);
    expect(labels(found)).toEqual(['0', 'others']);
  });

  it('has times in intervals of days, and none where all are the same', () => {
    const day = 86_400_000;
    const times = (values: number[]) => sampledDistribution({ name: 'd', kind: 'datetime', values });
    expect(labels(times(Array.from({ length: 100 }, (_, i) => i * day)))[1]).toMatch(/^1970-01-\d\d$/);
    expect(times(repeat(day, 100)).shares).toEqual([]);
  });

  it('has both truth values, unless few rows have one', () => {
    const booleans = (values: boolean[]) => sampledDistribution({ name: 'b', kind: 'boolean', values });
    expect(labels(booleans([...repeat(true, 9), ...repeat(false, 11)]))).toEqual(['true', 'false']);
    expect(labels(booleans([...repeat(true, 4), ...repeat(false, 16)]))).toEqual(['false', 'others']);
    expect(labels(booleans(repeat(true, 9)))).toEqual(['true']);
  });

  it('shows nothing of a column in which few rows have a value', () => {
    expect(numbers([1, 2, 3, 4, ...repeat(null, 500)])).toEqual({ known: 4, distinct: 4, shares: [] });
    expect(numbers([])).toEqual({ known: 0, distinct: 0, shares: [] });
  });

  it('ranks categories and shows no text of any', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('Ärztin', 'x@example.org', 'secret 1', null), { maxLength: 80 }),
        (values) => {
          const found = sampledDistribution({ name: 'c', kind: 'category', values });
          for (const label of labels(found)) expect(label).toMatch(/^(no\. \d+|others|missing)$/);
        },
      ),
    );
  });

  it('refuses a kind that it does not know', () => {
    const odd = { name: 'o', kind: 'odd' as never, values: repeat(1, 9) };
    expect(() => sampledDistribution(odd)).toThrow('kind of column');
  });

  it('has every row once, whatever the values', () => {
    const value = fc.oneof(
      fc.constant(null),
      fc.integer({ min: 0, max: 20 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 5, maxLength: 200 }), (values) => {
        const { shares } = numbers(values);
        if (shares.length > 0) expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
      }),
    );
  });
});
