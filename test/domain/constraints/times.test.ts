import { describe, expect, it } from 'vitest';
import { ageText, durationMs, readTime } from '#domain/constraints/times';

describe('times of bounds', () => {
  it.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T10:15', '2026-01-31T10:15:00.000Z'],
    ['2026-01-31 10:15:30', '2026-01-31T10:15:30.000Z'],
    ['2026-01-31T10:15:30.5Z', '2026-01-31T10:15:30.500Z'],
    ['2026-01-31T10:15:00+02:00', '2026-01-31T08:15:00.000Z'],
    ['2026-01-31T10:15:00-0130', '2026-01-31T11:45:00.000Z'],
  ])('%s is %s, in UTC without an offset', (text, iso) => {
    expect(new Date(readTime(text) ?? Number.NaN).toISOString()).toBe(iso);
  });

  it.each(['', '31.01.2026', '2026-13-01', '2026', '2026-01-31T', 'x2026-01-31', '2026-01-31x'])(
    '%j is none',
    (text) => {
      expect(readTime(text)).toBeUndefined();
    },
  );

  it('reads durations', () => expect([durationMs('12h'), durationMs('30d')]).toEqual([43_200_000, 2_592_000_000]));

  it('writes an age in hours below two days, else in days', () => {
    const hour = durationMs('1h');
    expect([0, 47.4, 48, 60, -3].map((hours) => ageText(hours * hour))).toEqual([
      '0 hours',
      '47 hours',
      '2 days',
      '2.5 days',
      '-3 hours',
    ]);
  });
});
