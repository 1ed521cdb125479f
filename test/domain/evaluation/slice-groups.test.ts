import { expect, it } from 'vitest';
import { groupsOf, placesOf } from '#domain/evaluation/slice-groups';

it('the groups of a slice column are its 20 most frequent values', () => {
  const values = [
    'b',
    'a',
    'b',
    null,
    'c',
    ...Array.from({ length: 30 }, (_, i) => `rare-${String(i).padStart(2, '0')}`),
  ];
  const [region] = groupsOf([{ column: 'region', values }]);

  expect(region?.column).toBe('region');
  expect(region?.values.slice(0, 4)).toEqual(['b', 'a', 'c', 'rare-00']);
  expect(region?.values).toHaveLength(20);
});

it('a value that is in no group, and one that is missing, have none', () => {
  expect(placesOf({ column: 'region', values: ['b', 'a'] }, ['a', null, 'z', undefined, 'b'])).toEqual([
    1, -1, -1, -1, 0,
  ]);
});
