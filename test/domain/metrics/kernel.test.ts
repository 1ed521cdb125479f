import { expect, it } from 'vitest';
import { metricKernel } from '#domain/metrics/kernel';
import { METRICS } from '#domain/metrics/registry';

const kernel = metricKernel(
  'binary',
  { labels: Uint16Array.of(0, 1, 1, 0), scores: Float64Array.of(0.1, 0.9, 0.4, 0.8), threshold: 0.5 },
  METRICS,
);

it('counts the rows a share rests on by their weights', () => {
  expect(kernel.trials?.(Float64Array.of(1, 1, 1, 1))).toMatchObject({ accuracy: 4 });
  expect(kernel.trials?.(Float64Array.of(3, 3, 3, 3))?.['accuracy']).toBeCloseTo(4, 12);
  // (1 + 2 + 3 + 4)² / (1 + 4 + 9 + 16)
  expect(kernel.trials?.(Float64Array.of(1, 2, 3, 4))?.['accuracy']).toBeCloseTo(100 / 30, 12);
  expect(kernel.trials?.(Float64Array.of(0, 0, 0, 0))).toMatchObject({ accuracy: 0 });
});
