import { describe, expect, test } from 'vitest';
import { findLeakage, LEAKAGE_CHECKS, type LeakageSample } from '#domain/leakage/registry';
import { measureAlone, skillOf, targetsOf } from '#domain/leakage/skill';
import { createRandom } from '#domain/random';

const n = 4000;
type Make = (row: number, label: number, random: () => number) => number | string | boolean | null;

/** A sample of rows: one of five has label 1, and columns are made from the row and its label. */
function sample(
  columns: Record<string, readonly [LeakageSample['columns'][number]['kind'], Make]>,
  {
    classes = 2,
    label,
    times,
  }: { classes?: number; label?: (row: number, random: () => number) => number; times?: number[] } = {},
): LeakageSample {
  const source = createRandom(7);
  const random = () => source.below(1 << 30) / (1 << 30);
  const labels = Float64Array.from({ length: n }, (_, row) => label?.(row, random) ?? (random() < 0.2 ? 1 : 0));
  return {
    labels,
    classes,
    rows: n,
    times,
    columns: Object.entries(columns).map(([name, [kind, make]]) => ({
      name,
      kind,
      values: Array.from(labels, (own, row) => make(row, own, random)),
    })),
  };
}
const found = (input: LeakageSample) => findLeakage(input).map(({ column, check }) => [column, check]);

/** Columns as a lender has: each says something, none says all. */
const honest: Record<string, readonly ['number' | 'category' | 'boolean', Make]> = {
  amount: ['number', (_, y, random) => Math.round(1e5 * (random() + 0.2 * y))],
  rate: ['number', (_, y, random) => Math.round(100 * (5 + 3 * random() + y)) / 100],
  state: ['category', (_, y, random) => `s${Math.floor(random() * (y ? 30 : 40))}`],
  urban: ['boolean', (_, y, random) => random() < 0.4 + 0.2 * y],
};
const months = (random: () => number, y: number) =>
  y === 0 || random() < 0.07 ? 12 * (1 + Math.floor(random() * 25)) : 1 + Math.floor(random() * 120);

describe('the checks for leakage', () => {
  test('have names and words of their own', () => {
    expect(new Set(LEAKAGE_CHECKS.map((c) => c.name)).size).toBe(LEAKAGE_CHECKS.length);
    for (const { summary } of LEAKAGE_CHECKS) expect(summary).toMatch(/^[A-Z].*\.$/);
  });

  test('find nothing among honest columns', () => {
    expect(found(sample(honest))).toEqual([]);
  });

  test('find a term whose exact months encode the outcome, without being told its name', () => {
    const term = ['number', (_: number, y: number, random: () => number) => months(random, y)] as const;
    const [finding, ...others] = findLeakage(sample({ ...honest, term }));
    expect(finding).toMatchObject({ column: 'term', check: 'exact-values' });
    expect(others).toEqual([]);
  });

  test.each<[string, 'number' | 'category' | 'boolean', Make]>([
    ['a copy', 'number', (_, y) => y],
    ['its opposite', 'boolean', (_, y) => y === 0],
    ['another spelling of it', 'category', (row, y) => `${y === 1 ? 'late' : 'paid'}${row % 3}`],
    ['what is there for one outcome only', 'number', (row, y) => (y === 1 ? row % 97 : null)],
  ])('find %s of the label', (_, kind, make) => {
    expect(found(sample({ ...honest, other: [kind, make] }))).toEqual([['other', 'equals-label']]);
  });

  test('find a column that says far more than all others together, in a relation that is not monotone', () => {
    const balance: Make = (_, y, random) =>
      y === 1 ? 40 + 20 * random() : 100 * random() < 92 ? (random() < 0.5 ? 40 * random() : 60 + 40 * random()) : 50;
    expect(found(sample({ ...honest, balance: ['number', balance] }))).toEqual([['balance', 'alone']]);
  });

  test('leave a strong column alone where the others are as strong', () => {
    const strong: Make = (_, y, random) => y + random() * 1.3;
    expect(found(sample({ a: ['number', strong], b: ['number', strong], c: ['number', strong] }))).toEqual([]);
  });

  test('find the parts of a sum, and a number that the label follows from', () => {
    const columns: typeof honest = {
      weather: ['number', (_, y, random) => y / 900 + random()],
      casual: ['number', () => 0],
    };
    const parts = Array.from({ length: n }, (_, row) => [(row * row * 37) % 211, (row * row * 91) % 601] as const);
    const total = { classes: 0, label: (row: number) => (parts[row]?.[0] ?? 0) + (parts[row]?.[1] ?? 0) };
    const some = sample(
      {
        ...columns,
        casual: ['number', (row) => parts[row]?.[0] ?? 0],
        registered: ['number', (row) => parts[row]?.[1] ?? 0],
      },
      total,
    );
    expect(found(some)).toEqual(
      expect.arrayContaining([
        ['casual', 'parts-of-label'],
        ['registered', 'parts-of-label'],
      ]),
    );
    expect(found(some)).toHaveLength(2);
    expect(
      found(
        sample(
          { twice: ['number', (_, y) => 2 * y + 1] },
          { classes: 0, label: (_, random) => Math.floor(40 * random()) },
        ),
      ),
    ).toEqual([['twice', 'equals-label']]);
  });

  test.each<[string, 'number' | 'category', Make, string]>([
    ['its logarithm', 'number', (_, y) => Math.log(1 + y), 'equals-label'],
    ['its square, rounded', 'number', (_, y) => Math.round(y * y), 'equals-label'],
    ['it with some noise', 'number', (_, y, random) => y + 3 * random(), 'alone'],
    ['the range that it is in', 'category', (_, y) => `q${Math.floor(y / 10)}`, 'alone'],
  ])('find %s beside columns that predict a number well', (_, kind, make, check) => {
    const known = Array.from({ length: n }, (_, row) => [(row * 7919) % 1000, (row * 104_729) % 997] as const);
    const [a, b] = [(row: number) => known[row]?.[0] ?? 0, (row: number) => known[row]?.[1] ?? 0];
    const numbers = { a: ['number', a], b: ['number', b] } as const;
    const label = (row: number, random: () => number) => 0.07 * a(row) + 0.07 * b(row) + 20 * random();
    expect(found(sample(numbers, { classes: 0, label }))).toEqual([]);
    expect(found(sample({ ...numbers, other: [kind, make] }, { classes: 0, label }))).toEqual([['other', check]]);
  });

  test('find names of rows: a running number and categories that occur once', () => {
    const columns: Record<string, readonly ['number' | 'category', Make]> = {
      row_number: ['number', (row) => (row * 1009) % n],
      reference: ['category', (row) => `r${row}`],
      amount: ['number', (row) => (row * 1_000_003) % 9_999_991],
    };
    expect(found(sample(columns))).toEqual([
      ['row_number', 'id-like'],
      ['reference', 'id-like'],
    ]);
  });

  test('find dates after the time of the row, but not those of the same day', () => {
    const day = 24 * 3600 * 1000;
    const times = Array.from({ length: n }, (_, row) => row * day);
    const columns: Record<string, readonly ['datetime', Make]> = {
      closed: ['datetime', (row) => (row + (row % 90)) * day],
      same_day: ['datetime', (row) => row * day + day / 2],
      before: ['datetime', (row) => (row - 5) * day],
    };
    const labels = { label: (row: number) => (row % 7 === 0 ? 1 : 0), times };
    expect(found(sample(columns, labels)).filter(([, check]) => check === 'later-date')).toEqual([
      ['closed', 'later-date'],
    ]);
  });

  test('judge several classes by the average over those that are not too rare', () => {
    const label = (row: number) => (row === 0 ? 3 : row % 3);
    const input = sample(
      { c: ['category', (_, y) => `k${y}`], x: ['number', (_, __, random) => random()] },
      { classes: 4, label },
    );
    expect(found(input)).toEqual([['c', 'equals-label']]);
  });

  test('say nothing about few rows or about one class', () => {
    const few = sample({ c: ['number', (_, y) => y] });
    expect(findLeakage({ ...few, labels: few.labels.slice(0, 50), columns: [] })).toEqual([]);
    expect(found(sample({ c: ['number', (_, y) => y] }, { label: () => 0 }))).toEqual([]);
  });
});

test('what a column alone says is measured on rows it was not fitted on', () => {
  const random = createRandom(3);
  const labels = Float64Array.from({ length: n }, () => random.below(2));
  // a name of the row fits the rows it was fitted on, and says nothing of others
  const names = measureAlone({ name: 'id', values: Array.from({ length: n }, (_, i) => `r${i}`) }, [labels], false);
  expect(Math.abs(names.byValue - 0.5)).toBeLessThan(0.05);
  expect(skillOf(targetsOf(labels, 2), [labels], false)).toBe(1);
  expect(skillOf([labels], [labels.map((y) => 1 - y)], false)).toBe(0);
  expect(skillOf([labels], [labels], true)).toBe(1);
});
