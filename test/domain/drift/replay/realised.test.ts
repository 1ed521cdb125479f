import { describe, expect, it } from 'vitest';
import { realisedMetric } from '#domain/drift/replay/realised';
import { createRandom } from '#domain/random';

const options = { resamples: 200, seed: 42 };
const rows = 400;
const random = createRandom(3);
const labels = Float64Array.from({ length: rows }, () => random.below(2));

describe('realised performance', () => {
  it('is the metric of the rows, within its interval', () => {
    const scores = labels.map((label) => 0.3 * label + 0.7 * random.float());
    const auc = realisedMetric({ task: 'binary', classes: 2, threshold: 0.5, labels, scores }, 'auc', options);
    expect(auc?.value).toBeGreaterThan(0.7);
    expect(auc?.low).toBeLessThan(auc?.value ?? 0);
    expect(auc?.high).toBeGreaterThan(auc?.value ?? 1);
  });

  it('is measured for several classes and for numbers', () => {
    const shares = Float64Array.from(Array.from(labels).flatMap((label) => (label === 1 ? [0.2, 0.8] : [0.6, 0.4])));
    const many = { task: 'multiclass', classes: 2, threshold: 0.5, labels, scores: shares } as const;
    expect(realisedMetric(many, 'accuracy', options)?.value).toBe(1);
    const numbers = {
      task: 'regression',
      classes: 0,
      threshold: 0.5,
      labels,
      scores: labels.map((y) => y + 2),
    } as const;
    expect(realisedMetric(numbers, 'mae', options)?.value).toBeCloseTo(2);
  });

  it('is not known where the rows do not define the metric', () => {
    const none = new Float64Array(0);
    const of = { task: 'binary', classes: 2, threshold: 0.5 } as const;
    expect(realisedMetric({ ...of, labels: none, scores: none }, 'auc', options)).toBeUndefined();
    const ones = new Float64Array(20).fill(1);
    expect(realisedMetric({ ...of, labels: ones, scores: ones }, 'auc', options)).toBeUndefined();
    expect(realisedMetric({ ...of, labels, scores: labels }, 'no such metric', options)).toBeUndefined();
  });

  it('fails closed for a task without a rule', () => {
    const strange = { task: 'ranking' as never, classes: 0, threshold: 0.5, labels, scores: labels };
    expect(() => realisedMetric(strange, 'auc', options)).toThrow('task');
  });
});
