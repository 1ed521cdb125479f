import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percent, roundedOut, shareOf, slackOf, suggestedMax } from '#domain/constraints/share';

describe('rounding out', () => {
  it.each([
    [0.0412, 0.042, 0.041],
    [0.3, 0.3, 0.3],
    [1234, 1300, 1200],
    [-1234, -1200, -1300],
    [99.5, 100, 99],
    [0, 0, 0],
    [5e-324, 5e-324, 5e-324],
    [1.79e308, 1.79e308, 1.7e308],
  ])('of %d gives %d up and %d down', (value, up, down) => {
    expect([roundedOut(value, 'up'), roundedOut(value, 'down')]).toEqual([up, down]);
  });

  it('never cuts the value off, and goes at most a tenth of it further', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const [up, down] = [roundedOut(value, 'up'), roundedOut(value, 'down')];
        expect(up).toBeGreaterThanOrEqual(value);
        expect(down).toBeLessThanOrEqual(value);
        expect(up - value).toBeLessThanOrEqual(Math.abs(value) * 0.1001);
        expect(value - down).toBeLessThanOrEqual(Math.abs(value) * 0.1001);
      }),
    );
  });
});

describe('shares', () => {
  it('never read as the bound that they are compared with', () => {
    expect(percent(0.050004, 0.05)).toBe('5.0004 %');
    expect(percent(0.05, 0.05)).toBe('5 %');
    expect(percent(1 / 3)).toBe('33.33 %');
  });

  it('are 0 of no rows', () => expect([shareOf(0, 0), shareOf(1, 4)]).toEqual([0, 0.25]));

  it('have the slack of three standard errors, or of the rule of three', () => {
    expect(slackOf(0.5, 100)).toBeCloseTo(0.15, 12);
    expect(slackOf(0, 100)).toBe(0.03);
    expect(slackOf(0, 0)).toBe(1);
  });

  it('are suggested with a maximum from 0.001 to 1', () => {
    expect(suggestedMax(0, 1_000_000)).toBe(0.001);
    expect(suggestedMax(0.041, 20_000)).toBe(0.046);
    expect(suggestedMax(1, 10)).toBe(1);
  });
});
