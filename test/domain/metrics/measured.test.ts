import { expect, it } from 'vitest';
import { EvaluationError } from '#domain/errors';
import { differenceOf, estimateOf } from '#domain/metrics/measured';
import type { Evaluation } from '#schemas/records/evaluation';

const auc = { value: 0.8, low: 0.7, high: 0.9 };
const evaluation = { task: 'binary', metrics: { auc } } as unknown as Evaluation;

it('reads a metric by its name', () => {
  expect(estimateOf(evaluation, 'auc')).toBe(auc);
  expect(() => estimateOf(evaluation, 'rmse')).toThrow(
    new EvaluationError('a binary evaluation has no metric rmse; it has auc'),
  );
});

it('reads a difference only where there is a champion', () => {
  const difference = { difference: 0.1, low: 0, high: 0.2, bounds: [] };
  const compared = { ...evaluation, champion: { differences: { auc: difference } } } as unknown as Evaluation;

  expect(differenceOf(evaluation, 'auc')).toBeUndefined();
  expect(differenceOf(compared, 'auc')).toBe(difference);
  expect(differenceOf(compared, 'f1')).toBeUndefined();
});
