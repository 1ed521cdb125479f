import { describe, expect, it } from 'vitest';
import { buildWindow } from '#domain/drift/baseline';
import { binShares } from '#domain/drift/bin-shares';
import { pairCounts, windowCounts } from '#domain/drift/window-counts';
import type { Baseline, CategoryHistogram, NumberHistogram } from '#schemas/records/baseline';
import { windowCountsSchema } from '#schemas/records/drift-record';
import { someBaseline, someRows } from './replay/a-window.ts';

const window = buildWindow(someBaseline, someRows(500, { seed: 5 }));
const { score: _, ...unscored } = window;

describe('the counts of a window', () => {
  it('have no bins, and make the window again with those of the baseline', () => {
    const counts = windowCountsSchema.parse(JSON.parse(JSON.stringify(windowCounts(window))));
    expect(JSON.stringify(counts)).not.toMatch(/edges|categories/);

    const pairs = pairCounts(someBaseline, counts);

    expect([...pairs.columns.values()].map(({ now }) => now)).toEqual(window.columns);
    expect([...pairs.columns.values()].map(({ before }) => before)).toEqual(someBaseline.columns);
    expect(pairs.score).toEqual({ before: someBaseline.score, now: window.score });
  });

  it('of clean columns are paired with the bins of these', () => {
    const label: CategoryHistogram = { kind: 'category', column: 'y', categories: ['0'], counts: [9, 0], missing: 0 };
    const [amount] = someBaseline.columns;
    const clean = {
      rows: 9,
      columns: [label, { ...amount, counts: amount?.counts.map(() => 1) } as NumberHistogram],
      notWatched: [],
    };
    const own = { rows: 4, columns: [{ ...label, counts: [3, 1] }, window.columns[0] as NumberHistogram] };

    const both: Baseline = { ...someBaseline, clean };
    const ofDrop = pairCounts(both, windowCounts(own));

    expect(ofDrop.columns.get('y')?.before).toEqual(label);
    expect(ofDrop.columns.get('amount')?.before).toEqual(clean.columns[1]);
    expect(ofDrop).not.toHaveProperty('score');
    expect(pairCounts(both, windowCounts(unscored)).columns.get('amount')?.before).toEqual(amount);
  });

  it('of another baseline are left out', () => {
    const strange = { column: 'strange', counts: [1], missing: 0 };
    const short = { column: 'amount', counts: [1], missing: 0 };
    const pairs = pairCounts(someBaseline, { columns: [strange, short], score: strange });
    expect(pairs.columns.size).toBe(0);
    expect(pairs).not.toHaveProperty('score');
  });
});

const numbers: NumberHistogram = {
  kind: 'number',
  column: 'n',
  edges: [0, 2.5, 5, 9],
  counts: [0, 5, 3, 2, 0],
  missing: 0,
};

describe('the bins of a column as shares', () => {
  it('of numbers are named by their cuts, never by the training minimum or maximum', () => {
    const bins = binShares({ before: numbers, now: { ...numbers, counts: [1, 1, 1, 1, 2], missing: 4 } });
    expect(bins.map(({ label }) => label)).toEqual([
      '< 2.5',
      '2.5 to 5',
      '≥ 5',
      'below training',
      'above training',
      'missing',
    ]);
    expect(bins.map(({ before, now }) => [before, now])).toEqual([
      [0.5, 0.1],
      [0.3, 0.1],
      [0.2, 0.1],
      [0, 0.1],
      [0, 0.2],
      [0, 0.4],
    ]);
    expect(bins.map(({ special }) => special)).toEqual([false, false, false, true, true, true]);
  });

  it('leave out what neither side has, and name a range without cuts', () => {
    expect(binShares({ before: numbers, now: numbers })).toHaveLength(3);
    const one: NumberHistogram = { ...numbers, edges: [1, 1], counts: [0, 4, 0] };
    expect(binShares({ before: one, now: one })).toEqual([
      { label: 'in training range', special: false, before: 1, now: 1 },
    ]);
    const never: NumberHistogram = { ...numbers, edges: [], counts: [0], missing: 3 };
    const since = { ...never, counts: [3], missing: 0 };
    expect(binShares({ before: never, now: since }).map(({ label }) => label)).toEqual(['any value', 'missing']);
  });

  it('of categories are the frequent ones, the others together, and unseen ones', () => {
    const names = Array.from({ length: 12 }, (_, i) => `c${i}`);
    const before: CategoryHistogram = {
      kind: 'category',
      column: 'c',
      categories: names,
      counts: [...names.map((_, i) => 20 - i), 0],
      missing: 0,
    };
    const now = { ...before, counts: [...names.map(() => 1), 8] };
    const bins = binShares({ before, now });
    expect(bins.map(({ label }) => label)).toEqual([...names.slice(0, 10), '2 others', 'unseen']);
    expect(bins.reduce((sum, bin) => sum + bin.before, 0)).toBeCloseTo(1);
    expect(bins.reduce((sum, bin) => sum + bin.now, 0)).toBeCloseTo(1);
    const long = { ...before, categories: ['x'.repeat(90)], counts: [1, 0] };
    expect(binShares({ before: long, now: { ...long, counts: [0, 0] } })[0]?.label).toMatch(/^x{23}…$/);
  });
});
