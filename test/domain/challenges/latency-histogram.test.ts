import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addLatency, type LatencyHistogram, latencyPercentile } from '#domain/challenges/latency-histogram';
import { addNumber, deviationOf, noMoments } from '#domain/challenges/moments';
import { percentile } from '#domain/endpoint-tests/percentiles';

const of = (values: readonly number[]): LatencyHistogram => values.reduce(addLatency, {});

it('a percentile is within 2.5 % of the true one', () => {
  const latencies = fc.array(fc.double({ min: 0.2, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(latencies, fc.integer({ min: 1, max: 100 }), (values, percent) => {
      const exact = percentile(Float64Array.from(values).toSorted(), percent);
      const found = latencyPercentile(of(values), percent) ?? Number.NaN;

      expect(Math.abs(found - exact) / exact).toBeLessThan(0.0251);
    }),
  );
});

it('no latencies have no percentile, and none is too short', () => {
  expect(latencyPercentile({}, 95)).toBeUndefined();
  expect(latencyPercentile(of([0]), 95)).toBeCloseTo(0.1, 1);
});

it('mean and spread are those of all numbers', () => {
  const moments = [2, 4, 4, 4, 5, 5, 7, 9].reduce(addNumber, noMoments);

  expect(moments).toMatchObject({ count: 8, mean: 5 });
  expect(deviationOf(moments)).toBeCloseTo(2);
  expect(deviationOf(noMoments)).toBe(0);
});
