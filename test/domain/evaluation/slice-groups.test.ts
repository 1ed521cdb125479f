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

it('a column whose values the pipeline’s file names has these groups alone', () => {
  const [sex] = groupsOf([{ column: 'sex', values: ['Male', 'Female', 'x'], named: ['Female', 'Male'] }]);
  expect(sex).toEqual({ column: 'sex', values: ['Female', 'Male'], named: true });
});

const numbers = Array.from({ length: 100 }, (_, i) => String(i));

it.each([
  [undefined, [19.8, 39.6, 59.4, 79.2], '19.8 to below 39.6'],
  [2, [49.5], '49.5 and above'],
  [[25, 45, 65], [25, 45, 65], '25 to below 45'],
])('numbers in bins of %j have the edges %j', (bins, edges, second) => {
  const [age] = groupsOf([{ column: 'age', values: [...numbers, null], bins }]);
  expect(age?.edges).toEqual(edges);
  expect(age?.values).toHaveLength(edges.length + 1);
  expect(age?.values[0]).toBe(`below ${edges[0]}`);
  expect(age?.values[1]).toBe(second);
});

it('a number belongs to the bin that begins at or below it; another text to none', () => {
  const bins = { column: 'age', values: ['below 25', '25 to below 45', '45 and above'], edges: [25, 45] };
  expect(placesOf(bins, ['24.99', '25', '44', '45', '1e9', '-3', 'old', null])).toEqual([0, 1, 1, 2, 2, 0, -1, -1]);
});

it('edges that are no more than the least number, or equal, are left out', () => {
  const values = [...new Array<string>(60).fill('1'), ...numbers.slice(1, 41)];
  const [column] = groupsOf([{ column: 'visits', values, bins: 4 }]);
  expect(column?.edges).toEqual([15.3]);
  expect(groupsOf([{ column: 'visits', values: ['many'], bins: 4 }])[0]).toMatchObject({
    edges: [],
    values: ['any number'],
  });
});

const days = (count: number, step: number) =>
  Array.from({ length: count }, (_, i) => new Date(Date.UTC(2020, 0, 1 + i * step)).toISOString().slice(0, 10));

it.each([
  ['months', days(30, 20), 'month', '2020-01'],
  ['quarters', days(30, 60), 'quarter', '2020 Q1'],
  ['years', days(23, 300), 'year', '2020'],
  ['the last 20 of more years', days(60, 400), 'year', '2063'],
])('dates that no bins are set for have %s', (_, values, unit, first) => {
  const [opened] = groupsOf([{ column: 'opened', values }]);
  expect(opened?.unit).toBe(unit);
  expect(opened?.values[0]).toBe(first);
  expect(opened?.values.length).toBeLessThanOrEqual(20);
});

it('a date belongs to its period; one of another, or no date, to none', () => {
  const [opened] = groupsOf([
    { column: 'opened', values: ['2026-05-01T10:00:00Z', '2026-11-30', 'soon'], bins: 'quarter' },
  ]);
  expect(opened).toEqual({ column: 'opened', values: ['2026 Q2', '2026 Q4'], unit: 'quarter' });
  const given = ['2026-06-30', '2026-12-01', '2026-01-01', '2026-13-01', 'soon', null];
  expect(placesOf(opened ?? { column: '', values: [] }, given)).toEqual([0, 1, -1, -1, -1, -1]);
});
