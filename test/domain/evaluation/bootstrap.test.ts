import { describe, expect, it } from 'vitest';
import {
  affordableResamples,
  type BootstrapDraws,
  bootstrap,
  type MetricDraws,
  toDifference,
  toEstimate,
} from '#domain/evaluation/bootstrap';
import { quantile } from '#domain/evaluation/quantile';
import { type MetricKernel, metricKernel } from '#domain/metrics/kernel';
import { METRICS } from '#domain/metrics/registry';
import { createRandom } from '#domain/random';
import { reference } from './reference.ts';

/** The weighted mean of `values`: a metric whose bootstrap distribution is known. */
const meanKernel = (values: Float64Array): MetricKernel => ({
  names: ['mean'],
  measure(weights) {
    let sum = 0;
    let total = 0;
    weights.forEach((weight, row) => {
      sum += weight * (values[row] as number);
      total += weight;
    });
    return { mean: sum / total };
  },
});

const binaryKernel = (labels: Uint16Array, scores: Float64Array, threshold: number) =>
  metricKernel('binary', { labels, scores, threshold }, METRICS);

function sample(rows: number, seed = 5) {
  const random = createRandom(seed);
  const labels = Uint16Array.from({ length: rows }, () => (random.float() < 0.3 ? 1 : 0));
  const noisy = (noise: number) =>
    Float64Array.from(labels, (label) => 1 / (1 + Math.exp(-(label - 0.5 + noise * random.normal()))));
  return { labels, good: noisy(0.7), poor: noisy(3) };
}

const ofAuc = (models: readonly BootstrapDraws[]) => models.map((draws) => draws.get('auc'));

describe('quantile', () => {
  it.each(reference.quantiles)('equals numpy at q = $q of $values', ({ values, q, expected }) => {
    expect(quantile(values, q)).toBeCloseTo(expected, 12);
  });

  it('refuses no values at all', () => {
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });
});

describe('bootstrap', () => {
  it('is the same for the same seed and another for another', () => {
    const { labels, good } = sample(200);
    const run = (seed: number) =>
      bootstrap([binaryKernel(labels, good, 0.5)], 200, { resamples: 20, seed })[0]?.get('auc');
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  it('spreads a mean by its standard error', () => {
    const random = createRandom(9);
    const values = Float64Array.from({ length: 400 }, () => random.normal());
    const mean = values.reduce((sum, value) => sum + value, 0) / 400;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 400;
    const [result] = bootstrap([meanKernel(values)], 400, { resamples: 2000, seed: 1 });
    const { low, high } = toEstimate(result?.get('mean') as MetricDraws);
    const halfWidth = 1.96 * Math.sqrt(variance / 400);
    expect(low).toBeCloseTo(mean - halfWidth, 1);
    expect((high - low) / (2 * halfWidth)).toBeGreaterThan(0.93);
    expect((high - low) / (2 * halfWidth)).toBeLessThan(1.07);
  });

  it('covers the true AUC about as often as it says', () => {
    // scores N(1, 1) against N(0, 1): AUC = Φ(1/√2)
    const truth = 0.7602499389;
    const random = createRandom(77);
    let covered = 0;
    for (let experiment = 0; experiment < 120; experiment++) {
      const labels = Uint16Array.from({ length: 150 }, (_, i) => i % 2);
      const scores = Float64Array.from(labels, (label) => label + random.normal());
      const [result] = bootstrap([binaryKernel(labels, scores, 0.5)], 150, { resamples: 200, seed: experiment });
      const { low, high } = toEstimate(result?.get('auc') as MetricDraws);
      if (low <= truth && truth <= high) covered += 1;
    }
    expect(covered / 120).toBeGreaterThan(0.88);
  });

  it('pairs models: a model differs from itself by exactly nothing', () => {
    const { labels, good } = sample(150);
    const kernel = binaryKernel(labels, good, 0.5);
    const [candidate, champion] = ofAuc(bootstrap([kernel, kernel], 150, { resamples: 100, seed: 1 }));
    expect(candidate && champion && toDifference(candidate, champion, [0.95])).toEqual({
      difference: 0,
      low: 0,
      high: 0,
      bounds: [{ confidence: 0.95, lower: 0, upper: 0 }],
    });
  });

  it('sees that one model is better, and orders its bounds by confidence', () => {
    const { labels, good, poor } = sample(400);
    const kernels = [good, poor].map((scores) => binaryKernel(labels, scores, 0.5));
    const [candidate, champion] = ofAuc(bootstrap(kernels, 400, { resamples: 300, seed: 1 }));
    const result = candidate && champion && toDifference(candidate, champion, [0.9, 0.99]);
    const [loose, strict] = result?.bounds ?? [];
    expect(result?.low).toBeGreaterThan(0.05);
    expect(strict?.lower).toBeLessThan(loose?.lower as number);
    expect(strict?.upper).toBeGreaterThan(loose?.upper as number);
  });

  it('resamples weights with their rows: a row without weight never matters', () => {
    const { labels, good } = sample(100);
    const weights = new Float64Array(100).fill(1);
    weights[3] = 0;
    const other = good.slice();
    other[3] = 0.999;
    const run = (scores: Float64Array) =>
      bootstrap([binaryKernel(labels, scores, 0.5)], 100, { resamples: 20, seed: 4 }, weights)[0]?.get('log_loss');
    expect(run(other)).toEqual(run(good));
  });

  it('leaves out resamples in which a metric is undefined', () => {
    expect(toEstimate({ value: 0.5, draws: Float64Array.of(Number.NaN, 0.4, 0.6, Number.NaN) })).toMatchObject({
      value: 0.5,
    });
    expect(toEstimate({ value: 0.5, draws: Float64Array.of(Number.NaN, 0.4, Number.NaN) })).toEqual({
      value: 0.5,
      low: 0.4,
      high: 0.4,
      interval: 'none',
    });
  });

  it('draws fewer resamples on large holdouts, but never fewer than 100 nor more than asked for', () => {
    expect(affordableResamples(1000, 10_000, 2)).toBe(1000);
    expect(affordableResamples(1000, 500_000, 1)).toBe(400);
    expect(affordableResamples(1000, 500_000, 2)).toBe(200);
    expect(affordableResamples(1000, 50_000_000, 2)).toBe(100);
  });
});
