import { expect, it } from 'vitest';
import { scoreValues } from '#domain/drift/scores';

const label = { column: 'y', classes: ['a', 'b', 'c'], classCounts: [1, 1, 1] };
const values = Float64Array.of(0.2, 0.3, 0.5);

it.each(['binary', 'regression'] as const)('the scores of a %s model are counted as they are', (task) => {
  expect(scoreValues({ task, label }, values)).toEqual({ task, values });
});

it('those of several classes are counted by class', () => {
  expect(scoreValues({ task: 'multiclass', label }, values)).toEqual({
    task: 'multiclass',
    values,
    classes: ['a', 'b', 'c'],
  });
});
