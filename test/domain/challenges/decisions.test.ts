import { expect, it } from 'vitest';
import { decisionOf } from '#domain/challenges/decisions';

it('a score at the threshold, or above it, decides for the positive class', () => {
  const model = { task: 'binary', threshold: 0.4, classes: ['no', 'yes'] } as const;

  expect([0.39, 0.4, 0.41].map((score) => decisionOf(model, [score], 0))).toEqual(['negative', 'positive', 'positive']);
});

it('the greatest score of the row decides for a class, and a number is no decision', () => {
  const classes = ['a', 'b', 'c'];
  const scores = [0.1, 0.7, 0.2, 0.5, 0.2, 0.3];

  expect([0, 1].map((row) => decisionOf({ task: 'multiclass', threshold: 0.5, classes }, scores, row))).toEqual([
    'b',
    'a',
  ]);
  expect(decisionOf({ task: 'regression', threshold: 0.5, classes: [] }, [12], 0)).toBeUndefined();
});
