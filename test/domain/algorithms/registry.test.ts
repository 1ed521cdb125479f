import { expect, it } from 'vitest';
import { ALGORITHMS, algorithmOf, aliasOf } from '#domain/algorithms/registry';
import { tuning } from '#domain/algorithms/xgboost/metrics';
import { xgboost } from '#domain/algorithms/xgboost/xgboost';

const other = { ...xgboost, name: 'other', aliases: { learning_rate: 'step' } };
const both = [xgboost, other] as const;

it('finds an algorithm by the name that a pipeline gives it', () => {
  expect(algorithmOf({ training: { algorithm: 'other' } }, both)).toBe(other);
  expect(algorithmOf({ training: { algorithm: 'xgboost' } })).toBe(ALGORITHMS[0]);
  expect(() => algorithmOf({ training: { algorithm: 'nobody' } })).toThrow('nobody');
});

it('knows a hyperparameter by another name in its own algorithm only', () => {
  expect(aliasOf('learning_rate', undefined)).toBe('eta');
  expect(aliasOf('learning_rate', 'xgboost', both)).toBe('eta');
  expect(aliasOf('learning_rate', 'other', both)).toBe('step');
  expect(aliasOf('n_jobs', 'other', both)).toBeUndefined();
  expect(aliasOf('learning_rate', 'nobody', both)).toBeUndefined();
  expect(aliasOf('toString', 'xgboost')).toBeUndefined();
});

it('tunes XGBoost by a metric of the validation rows', () => {
  expect(tuning.reportedAs('auc')).toBe('validation:auc');
});
