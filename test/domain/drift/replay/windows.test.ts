import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutWindows, mostWindows } from '#domain/drift/replay/windows';

describe('windows of history', () => {
  it('of days begin at midnight and touch', () => {
    expect(cutWindows({ first: '2026-01-01T13:10:00.000Z', last: '2026-01-15T00:00:00.000Z' }, '7d')).toEqual([
      { from: '2026-01-01T00:00:00.000Z', to: '2026-01-08T00:00:00.000Z' },
      { from: '2026-01-08T00:00:00.000Z', to: '2026-01-15T00:00:00.000Z' },
      { from: '2026-01-15T00:00:00.000Z', to: '2026-01-22T00:00:00.000Z' },
    ]);
  });

  it('of hours begin at a full hour', () => {
    expect(cutWindows({ first: '2026-01-01T13:10:00.000Z', last: '2026-01-01T13:20:00.000Z' }, '6h')).toEqual([
      { from: '2026-01-01T13:00:00.000Z', to: '2026-01-01T19:00:00.000Z' },
    ]);
  });

  it('have every instant between the first and the last row in exactly one of them', () => {
    const start = Date.parse('2026-01-01T00:00:00Z');
    fc.assert(
      fc.property(
        fc.nat(5e8),
        fc.nat(5e8),
        fc.nat(5e8),
        fc.constantFrom('6h', '24h', '1d', '3d'),
        (a, b, c, length) => {
          const [first, middle, last] = [a, b, c].sort((x, y) => x - y).map((ms) => start + ms) as [
            number,
            number,
            number,
          ];
          const at = (ms: number) => new Date(ms).toISOString();
          const windows = cutWindows({ first: at(first), last: at(last) }, length);
          const holding = windows.filter(({ from, to }) => at(middle) >= from && at(middle) < to);
          expect(holding).toHaveLength(1);
        },
      ),
    );
  });

  it('are refused where they would be more than anybody reads', () => {
    const span = { first: '2020-01-01T00:00:00.000Z', last: '2026-01-01T00:00:00.000Z' };
    expect(() => cutWindows(span, '1h')).toThrow(
      /windows of 1h would be 52,6\d\d, and at most 1,000 .*longer --window/,
    );
    expect(cutWindows(span, '3d').length).toBeLessThan(mostWindows);
  });
});
