import { expect, test } from 'vitest';
import { leakageWarnings } from '#domain/leakage/warnings';

const found = (n: number) =>
  Array.from({ length: n }, (_, i) => ({
    column: `c${i}`,
    check: 'alone' as const,
    reason: 'it predicts the label alone',
  }));

test('each column that may give the label away has a warning, and many are summed up', () => {
  expect(leakageWarnings({})).toEqual([]);
  expect(leakageWarnings({ leakage: found(1) })).toEqual([
    'Column "c0" may be known only after the outcome: it predicts the label alone.',
  ]);
  expect(leakageWarnings({ leakage: found(20) })).toHaveLength(20);
  const many = leakageWarnings({ leakage: found(2020) });
  expect(many).toHaveLength(21);
  expect(many.at(-1)).toBe(
    '2,000 more columns may be known only after the outcome: transform.json of the run names them.',
  );
});
