import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byKind, dollars, nothing, priceAll, priceUsage, showAmount, sumOf, unknownText } from '#domain/costs/amount';
import { runUsage } from '#domain/costs/run-usage';
import type { Measured, Usage } from '#schemas/records/costs';

const items = [
  'sagemaker.training.ml.m5.xlarge',
  'lambda.request',
  'states.transition',
  'sagemaker.training.ml.p9.huge',
];
const usage = fc.record({
  kind: fc.constantFrom('training' as const, 'functions' as const, 'states' as const),
  item: fc.constantFrom(...items),
  quantity: fc.double({ min: 0, max: 1e6, noNaN: true }),
  measured: fc.boolean(),
});
const one = (item: string, quantity = 1, measured = true): Usage => ({ kind: 'training', item, quantity, measured });

describe('pricing what was used', () => {
  it('is additive: two lists together cost what each costs', () => {
    fc.assert(
      fc.property(fc.array(usage), fc.array(usage), (a, b) => {
        const [apart, together] = [sumOf([priceAll(a), priceAll(b)]), priceAll([...a, ...b])];
        expect(together.usd).toBeCloseTo(apart.usd, 6);
        expect({ ...together, usd: 0 }).toEqual({ ...apart, usd: 0 });
      }),
    );
  });

  it('is never negative, and more of anything never costs less', () => {
    fc.assert(
      fc.property(usage, fc.double({ min: 0, max: 1e6, noNaN: true }), (own, more) => {
        const [less, all] = [priceUsage(own), priceUsage({ ...own, quantity: own.quantity + more })];
        return less.usd >= 0 && all.usd >= less.usd;
      }),
    );
  });

  it('divides by kind without a remainder', () => {
    fc.assert(
      fc.property(fc.array(usage), (list) => {
        const kinds = Object.values(byKind(list)).reduce((sum, usd) => sum + usd, 0);
        expect(kinds).toBeCloseTo(priceAll(list).usd, 6);
      }),
    );
  });

  it('names what has no price, and is about right where something was not measured', () => {
    expect(priceAll([one('sagemaker.training.ml.p9.huge', 2), one('lambda.request', 10)])).toEqual({
      usd: 0.000002,
      about: false,
      unknown: ['sagemaker.training.ml.p9.huge'],
    });
    expect(priceUsage(one('lambda.request', 1, false)).about).toBe(true);
    expect(priceUsage(one('sagemaker.training.ml.p9.huge', 0))).toEqual(nothing);
  });

  it('bills a job for each instance, for its volume, and for nothing else', () => {
    const measured: Measured = {
      jobs: [{ use: 'training', instanceType: 'ml.m5.xlarge', instances: 2, jobs: 3, seconds: 1800, volumeGb: 30 }],
      transitions: 1000,
      calls: 1_000_000,
      gbSeconds: 0,
    };
    expect(byKind(runUsage(measured, true))).toEqual({
      training: expect.closeTo(0.23 + (30 / 730) * 0.14, 9),
      functions: expect.closeTo(0.2, 9),
      states: expect.closeTo(0.025, 9),
    });
    const seconds = { ...measured, calls: 0, transitions: 0, jobs: [], gbSeconds: 1e6 };
    expect(priceAll(runUsage(seconds, true, 'arm64')).usd).toBeCloseTo(13.3334, 6);
    expect(priceAll(runUsage(seconds, true)).usd).toBeCloseTo(16.6667, 6);
  });
});

describe('an amount for people', () => {
  it.each([
    [0, '$0'],
    [0.00004, 'under $0.0001'],
    [0.00123, '$0.0012'],
    [0.1, '$0.1000'],
    [0.9951, '$1.00'],
    [1234.5, '$1,234.50'],
  ])('shows %d as %s', (usd, text) => expect(dollars(usd)).toBe(text));

  it('is rounded only there', () => {
    const third = { ...nothing, usd: 1 / 3 };
    expect(sumOf([third, third, third]).usd).toBe(1);
  });

  it('says whether it is a lower bound, or only about right', () => {
    expect(showAmount({ usd: 2, about: false, unknown: [] })).toBe('$2.00');
    expect(showAmount({ usd: 2, about: true, unknown: [] })).toBe('about $2.00');
    expect(showAmount({ ...nothing, about: true })).toBe('$0');
    expect(showAmount({ usd: 2, about: true, unknown: ['x'] })).toBe('at least $2.00');
    expect(unknownText(nothing)).toBeUndefined();
    expect(unknownText({ ...nothing, unknown: ['x', 'y'] })).toBe(
      'Not known: x, y. The amount is a lower bound; costs.yml takes prices.',
    );
  });
});
