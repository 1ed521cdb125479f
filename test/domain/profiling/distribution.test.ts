import { expect, it } from 'vitest';
import { distributionOf, missingText } from '#domain/profiling/distribution';
import { columnOf, numbered } from './a-column.ts';

it('shows frequent values, and counts those of few rows together', () => {
  const column = columnOf({ values: { red: 50, blue: 30, '?': 10, odd: 4 }, words: ['?'], rows: 100 });
  expect(distributionOf(column, undefined)).toEqual([
    { label: 'red', share: 0.5 },
    { label: 'blue', share: 0.3 },
    { label: 'others', share: 0.04, special: true },
    { label: 'missing', share: 0.16, special: true },
  ]);
  expect(missingText(column)).toBe('16 %');
});

it('shows a few numbers by their size', () => {
  const column = columnOf({ values: { 3: 50, 1: 30, 2: 20 } });
  expect(distributionOf(column, undefined).map(({ label }) => label)).toEqual(['1', '2', '3']);
  expect(missingText(column)).toBe('–');
});

it('shows intervals of numbers and of times, the outermost open', () => {
  const numbers = columnOf({ values: { 1: 5, 9: 5 } });
  expect(distributionOf(numbers, { low: 0, high: 30, counts: [5, 3, 2] })).toEqual([
    { label: '< 10', share: 0.5 },
    { label: '10', share: 0.3 },
    { label: '≥ 20', share: 0.2 },
  ]);
  const days = columnOf({ values: { '2026-01-01': 5, '2026-01-03': 5 }, dates: [{ settings: {}, read: 10 }] });
  const [low, high] = [Date.parse('2026-01-01'), Date.parse('2026-01-05')];
  expect(distributionOf(days, { low, high, counts: [5, 5] }).map(({ label }) => label)).toEqual([
    '< 2026-01-03',
    '≥ 2026-01-03',
  ]);
});

it('shows nothing of free text, of a column without values, and of values that are all rare', () => {
  const text = columnOf({ values: numbered(30, (i) => `the customer called ${i}`), meanWords: 5 });
  expect(distributionOf(text, undefined)).toEqual([]);
  expect(distributionOf(columnOf({ values: {}, rows: 3 }), undefined)).toEqual([]);
  expect(distributionOf(columnOf({ values: { a: 1, b: 2 } }), undefined)).toEqual([]);
});
