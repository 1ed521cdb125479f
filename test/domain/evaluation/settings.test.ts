import { expect, it } from 'vitest';
import { concatenate } from '#domain/evaluation/concatenate';
import { evaluationSchema } from '#domain/evaluation/settings';

const least = { task: 'binary', gates: [{ metric: 'auc', min: 0.5 }] };

it('the least that an evaluation needs has defaults for the rest', () => {
  expect(evaluationSchema.parse(least)).toEqual({
    ...least,
    threshold: 0.5,
    calibration: 'none',
    slices: { leastRows: 50, pairs: true, falseShare: 0.05 },
    bootstrap: { resamples: 1000, seed: 42 },
  });
});

it.each([
  [{ threshold: 0 }, false],
  [{ threshold: 0.001 }, true],
  [{ threshold: 1 }, false],
  [{ gates: [] }, false],
  [{ bootstrap: { resamples: 99 } }, false],
  [{ bootstrap: { resamples: 100 } }, true],
  [{ bootstrap: { resamples: 10_000 } }, true],
  [{ bootstrap: { resamples: 10_001 } }, false],
])('an evaluation with %o is accepted: %s', (fields, accepted) => {
  expect(evaluationSchema.safeParse({ ...least, ...fields }).success).toBe(accepted);
});

it('joins the scores of shards in order', () => {
  const parts = [Float64Array.of(1, 2), Float64Array.of(), Float64Array.of(3)];

  expect([...concatenate(parts)]).toEqual([1, 2, 3]);
  expect([...concatenate([])]).toEqual([]);
});
