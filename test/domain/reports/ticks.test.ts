import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { niceTicks, timeTicks } from '#domain/reports/ticks';

describe('niceTicks', () => {
  it.each<[number, number, number, string[]]>([
    [0, 1, 5, ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']],
    [0, 0.7, 5, ['0.0', '0.2', '0.4', '0.6']],
    [0, 1.25, 5, ['0.00', '0.25', '0.50', '0.75', '1.00', '1.25']],
    [-40, 40, 5, ['−40', '−20', '0', '20', '40']],
    [0, 90_000, 5, ['0', '20k', '40k', '60k', '80k']],
    [0, 3_000_000, 3, ['0', '1M', '2M', '3M']],
    [0, 2.5e9, 5, ['0', '500M', '1G', '1.5G', '2G', '2.5G']],
    [0, 0.003, 3, ['0.000', '0.001', '0.002', '0.003']],
    [0, 45, 5, ['0', '10', '20', '30', '40']],
    [0, 9.9, 1, ['0']],
    [7, 7, 5, ['7']],
    // a step of 1, 2, 2.5 or 5 times a power of ten
    [0, 5, 5, ['0', '1', '2', '3', '4', '5']],
    [0, 6, 5, ['0', '2', '4', '6']],
    [0, 12, 5, ['0.0', '2.5', '5.0', '7.5', '10.0']],
    [0, 12.6, 5, ['0', '5', '10']],
    [0, 26, 5, ['0', '10', '20']],
    // shortened from ten thousand, a million and a billion on
    [0, 9_000, 3, ['0', '5,000']],
    [0, 10_000, 1, ['0', '10k']],
    [0, 1_000_000, 1, ['0', '1M']],
    [0, 1e9, 1, ['0', '1G']],
    [-1e9, 0, 1, ['−1G', '0']],
  ])('from %d to %d, about %i, are %j', (low, high, count, labels) => {
    expect(niceTicks(low, high, count).labels).toEqual(labels);
  });

  it('keep their step up to a thousandth below what would be even', () => {
    expect(niceTicks(0, 5 / 0.999, 5).values).toEqual([0, 1, 2, 3, 4, 5]);
    expect(niceTicks(0, 5 / 0.998, 5).values).toEqual([0, 2, 4]);
  });

  it('lie within the range, evenly, few but never none, with labels that differ', () => {
    const range = fc.tuple(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
    );
    fc.assert(
      fc.property(range, ([low, width]) => {
        const high = low + width;
        const { values, labels } = niceTicks(low, high, 5);
        expect(values.length).toBeGreaterThanOrEqual(1);
        expect(values.length).toBeLessThanOrEqual(7);
        const slack = width * 1e-6;
        for (const value of values) expect(value >= low - slack && value <= high + slack).toBe(true);
        if (width > 1 && Math.abs(low) < 1e4 && width < 1e4) expect(new Set(labels).size).toBe(labels.length);
        const steps = values.slice(1).map((value, i) => value - (values[i] as number));
        for (const step of steps) expect(step / (steps[0] as number)).toBeCloseTo(1, 3);
      }),
    );
  });
});

describe('timeTicks', () => {
  const at = (text: string): number => Date.parse(text);
  it.each<[string, string, string[]]>([
    ['2026-01-01T10:00:10Z', '2026-01-01T10:03:10Z', ['10:01', '10:02', '10:03']],
    ['2026-01-01T10:00:00Z', '2026-01-01T20:00:00Z', ['10:00', '12:00', '14:00', '16:00', '18:00', '20:00']],
    ['2026-01-01T10:00:00Z', '2026-01-04T20:00:00Z', ['2026-01-02', '2026-01-03', '2026-01-04']],
    ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', ['00:00', '06:00', '12:00', '18:00', '00:00']],
  ])('from %s to %s are %j', (low, high, labels) => {
    expect(timeTicks(at(low), at(high)).labels).toEqual(labels);
  });

  it('are within the span, and no more than wanted, from minutes to decades', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: at('2090-01-01T00:00:00Z') }),
        fc.integer({ min: 60_000, max: 30 * 365 * 86_400_000 }),
        fc.integer({ min: 3, max: 8 }),
        (low, span, count) => {
          const { values, labels } = timeTicks(low, low + span, count);
          expect(values.every((value) => value >= low && value <= low + span)).toBe(true);
          expect(values.length).toBeLessThanOrEqual(count + 1);
          expect(labels).toHaveLength(values.length);
        },
      ),
    );
  });
});
