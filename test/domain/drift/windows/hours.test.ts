import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hourOf, hourStart, lengthHours, startOfHour, touches, windowSpan } from '#domain/drift/windows/hours';

const instant = fc
  .date({ min: new Date('2025-12-30'), max: new Date('2026-01-03'), noInvalidDate: true })
  .map((date) => date.toISOString());

describe('hours', () => {
  it.each([
    ['24h', 24],
    ['7d', 168],
    ['1h', 1],
  ])('a length of %s has %d', (length, hours) => {
    expect(lengthHours(length)).toBe(hours);
  });

  it('are named as data capture names them, in UTC', () => {
    expect(hourOf('2026-01-01T00:30:00+01:00')).toBe('2025/12/31/23');
    expect(startOfHour('2025/12/31/23')).toBe('2025-12-31T23:00:00.000Z');
    expect(hourStart('2026-01-01T12:59:59.999Z', -13)).toBe('2025-12-31T23:00:00.000Z');
  });

  it('sort as they pass, and begin where they say', () => {
    fc.assert(
      fc.property(instant, instant, (a, b) => {
        expect(startOfHour(hourOf(a))).toBe(hourStart(a));
        if (hourStart(a) < hourStart(b)) expect(hourOf(a) < hourOf(b)).toBe(true);
      }),
    );
  });

  it('touch a span when an instant of it lies in them', () => {
    fc.assert(
      fc.property(instant, instant, instant, (a, b, c) => {
        const [from = a, at = b, to = c] = [a, b, c].toSorted();
        fc.pre(at < to);
        expect(touches({ from, to }, hourOf(at))).toBe(true);
        expect(touches({ from, to }, hourOf(hourStart(from, -1)))).toBe(false);
        expect(touches({ from, to }, hourOf(hourStart(to, 1)))).toBe(false);
        expect(touches({ from: at, to: at }, hourOf(at))).toBe(false);
      }),
    );
  });

  it('that begin when a span ends are not touched by it', () => {
    const span = { from: '2026-01-01T00:00:00Z', to: '2026-01-01T02:00:00Z' };
    expect(['2026/01/01/01', '2026/01/01/02'].map((hour) => touches(span, hour))).toEqual([true, false]);
  });
});

describe('the window of a check', () => {
  const longAgo = '2025-01-01T00:00:00Z';

  it('begins at a full hour', () => {
    const to = '2026-01-02T12:30:00Z';
    expect(windowSpan('24h', longAgo, to)).toEqual({ from: '2026-01-01T12:00:00.000Z', to });
  });

  it('begins with the promotion of the model where that is later', () => {
    const to = '2026-01-02T12:30:00Z';
    expect(windowSpan('24h', '2026-01-02T06:15:00Z', to)).toEqual({ from: '2026-01-02T06:15:00.000Z', to });
  });

  it('is empty for a model that took over after the check began', () => {
    const to = '2026-01-02T12:30:00Z';
    expect(windowSpan('24h', '2026-01-02T12:30:05Z', to)).toEqual({ from: to, to });
  });

  it('never ends before it begins, nor begins before the promotion', () => {
    fc.assert(
      fc.property(fc.constantFrom('1h', '24h', '7d'), instant, instant, (length, promotedAt, to) => {
        const { from } = windowSpan(length, promotedAt, to);
        expect(Date.parse(from)).toBeLessThanOrEqual(Date.parse(to));
        expect(Date.parse(from)).toBeGreaterThanOrEqual(Math.min(Date.parse(promotedAt), Date.parse(to)));
        expect(Date.parse(to) - Date.parse(from)).toBeLessThan((lengthHours(length) + 1) * 3_600_000);
      }),
    );
  });
});
