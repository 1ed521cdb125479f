import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '#domain/evaluation/evaluate';
import { wilsonInterval } from '#domain/evaluation/wilson';
import { judgeBound } from '#domain/gates/bound';
import { evaluationSchema } from '#schemas/records/evaluation';

const bootstrap = { resamples: 200, seed: 7 };
/** A binary model that is right on every row but some. */
function binary(rows: number, wrong: number, weights?: Float64Array) {
  const labels = Float64Array.from({ length: rows }, (_, i) => i % 2);
  const candidate = labels.map((label, i) => (i < wrong ? 0.9 - 0.8 * label : 0.1 + 0.8 * label));
  return evaluate({ task: 'binary', labels, candidate, threshold: 0.5, bootstrap, weights });
}

describe('a metric on which all resamples agree', () => {
  it('has Wilson’s interval as a share of rows: 52 of 52 are at least 93 %', () => {
    const { metrics } = evaluationSchema.parse(binary(52, 0));
    // R: binom::binom.wilson(52, 52) gives 0.9312 to 1
    expect(metrics['accuracy']).toEqual({ value: 1, low: expect.closeTo(0.9312, 4), high: 1, interval: 'wilson' });
    // 26 positives, all found: binom.wilson(26, 26) gives 0.8713 to 1
    for (const name of ['recall', 'precision']) {
      expect(metrics[name]).toEqual({ value: 1, low: expect.closeTo(0.8713, 4), high: 1, interval: 'wilson' });
    }
  });

  it('has Wilson’s interval at zero too, and over many classes', () => {
    const none = binary(40, 40).metrics['accuracy'];
    expect(none).toEqual({ value: 0, low: 0, high: expect.closeTo(0.0876, 4), interval: 'wilson' });
    const labels = Float64Array.from({ length: 30 }, (_, i) => i % 3);
    const candidate = Float64Array.from([...labels].flatMap((l) => [0, 1, 2].map((c) => (c === l ? 0.8 : 0.1))));
    const { metrics } = evaluate({ task: 'multiclass', classes: ['a', 'b', 'c'], labels, candidate, bootstrap });
    expect(metrics['accuracy']).toEqual({ value: 1, low: expect.closeTo(0.8865, 4), high: 1, interval: 'wilson' });
    expect(metrics['recall_macro']).toEqual({ value: 1, low: 1, high: 1, interval: 'none' });
  });

  it('has none if it is no share of rows, and says so instead of a point', () => {
    const evaluation = binary(52, 0);
    expect(evaluation.metrics['auc']).toEqual({ value: 1, low: 1, high: 1, interval: 'none' });
    expect(judgeBound('min', { metric: 'auc', bound: 0.9 }, evaluation)).toMatchObject({
      interval: null,
      reason: 'auc is 1 (no interval: all resamples agree); at least 0.9 is required.',
    });
    expect(judgeBound('min', { metric: 'accuracy', bound: 0.9 }, evaluation)).toMatchObject({
      interval: { low: expect.closeTo(0.9312, 4), high: 1 },
      reason: expect.stringContaining('95 % interval 0.93'),
    });
  });

  it('counts rows of unequal weight by their effective number', () => {
    const weights = Float64Array.from({ length: 52 }, (_, i) => (i < 2 ? 25 : 1));
    const effective = (2 * 25 + 50) ** 2 / (2 * 625 + 50);
    expect(binary(52, 0, weights).metrics['accuracy']?.low).toBeCloseTo(wilsonInterval(effective, effective).low, 9);
    expect(binary(52, 0, new Float64Array(52).fill(3)).metrics['accuracy']?.low).toBeCloseTo(0.9312, 4);
  });

  it('keeps the bootstrap where resamples differ, and never has a point for a share', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 80 }), fc.nat(80), (rows, wrong) => {
        const { metrics } = binary(rows, Math.min(wrong, rows));
        for (const name of ['accuracy', 'recall', 'precision']) {
          const estimate = metrics[name];
          if (estimate === undefined) throw new Error(name);
          const { value, low, high, interval } = estimate;
          if (interval === 'none') {
            // no row was predicted positive: a share of nothing
            expect([name, value]).toEqual(['precision', 0]);
            continue;
          }
          expect(low).toBeLessThan(high);
          expect(low).toBeGreaterThanOrEqual(0);
          expect(high).toBeLessThanOrEqual(1);
          if (interval === 'wilson') {
            expect(value).toBeGreaterThanOrEqual(low);
            expect(value).toBeLessThanOrEqual(high);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('has a narrower interval with more rows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 100 }), (n, more) => {
        expect(wilsonInterval(n + more, n + more).low).toBeGreaterThan(wilsonInterval(n, n).low);
        expect(wilsonInterval(0, n + more).high).toBeLessThan(wilsonInterval(0, n).high);
      }),
    );
  });
});
