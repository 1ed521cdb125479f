import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HoldoutRows, sharedRows } from '#domain/comparison/shared-rows';

const holdout = (own: Partial<HoldoutRows> = {}): HoldoutRows => ({
  runId: 'r1',
  datasetVersion: 'v1',
  rule: '{"strategy":"stratified"}',
  labels: Float64Array.from({ length: 40 }, (_, i) => i % 2),
  ids: Array.from({ length: 40 }, () => null),
  ...own,
});
const named = (from: number, to: number, own: Partial<HoldoutRows> = {}): HoldoutRows => {
  const numbers = Array.from({ length: to - from }, (_, i) => from + i);
  return holdout({ labels: Float64Array.from(numbers, (n) => n % 2), ids: numbers.map((n) => `token-${n}`), ...own });
};

describe('the rows that holdouts share', () => {
  it('are those with the same id and label, wherever they stand in each holdout', () => {
    const [one, other] = [named(0, 60), named(20, 90, { runId: 'r2', datasetVersion: 'v2' })];
    const shared = sharedRows([one, other], 2);
    if ('reason' in shared) throw new Error(shared.reason);
    const [first = [], second = []] = shared.positions;
    expect(first).toHaveLength(40);
    expect(first.map((row) => one.ids[row])).toEqual(second.map((row) => other.ids[row]));
  });

  it('leave out a row whose label is another one in one of the runs', () => {
    const one = named(0, 60);
    const changed = Float64Array.from(one.labels);
    changed[7] = 0;
    const shared = sharedRows([one, { ...one, labels: changed }], 2);
    expect('positions' in shared && shared.positions[0]).toHaveLength(59);
    expect('positions' in shared && shared.positions[0]?.includes(7)).toBe(false);
  });

  it('are all rows of runs without ids that divided the same data by the same rule', () => {
    const shared = sharedRows([holdout(), holdout({ runId: 'r2' })], 2);
    expect(shared).toEqual({ positions: [0, 1].map(() => Array.from({ length: 40 }, (_, i) => i)) });
  });

  it.each([
    ['other data', { datasetVersion: 'v2' }],
    ['another rule', { rule: '{"strategy":"time"}' }],
    ['other labels', { labels: Float64Array.from({ length: 40 }, (_, i) => (i + 1) % 2) }],
    ['fewer rows', { labels: Float64Array.from({ length: 38 }, (_, i) => i % 2) }],
  ])('cannot be told without ids for %s', (_, own) => {
    expect(sharedRows([holdout(), holdout(own)], 2)).toEqual({
      reason: 'the runs have different data or splits, and the rows have no id to tell which are the same',
    });
  });

  it('are not told by an id that several rows have', () => {
    const twice = named(0, 40, { ids: Array.from({ length: 40 }, (_, i) => `token-${i % 39}`) });
    expect('reason' in sharedRows([twice, named(0, 60, { datasetVersion: 'v2' })], 2)).toBe(true);
    expect('positions' in sharedRows([twice, twice], 2)).toBe(true);
  });

  it.each([
    ['none is kept', [holdout(), holdout({ runId: 'r2', labels: new Float64Array() })], 'run r2 is not kept any more'],
    ['they are few', [named(0, 60), named(31, 90)], '29 rows in common: at least 30 are needed'],
    [
      'a class is rare',
      [0, 1].map(() => named(0, 60, { labels: Float64Array.from({ length: 60 }, (_, i) => (i < 4 ? 1 : 0)) })),
      '60 rows in common, but not 5 of each class',
    ],
  ])('are no base for a comparison where %s', (_, holdouts, reason) => {
    expect(sharedRows(holdouts, 2)).toEqual({ reason: expect.stringContaining(reason) });
  });

  it('of a regression need no class', () => {
    const labels = Float64Array.from({ length: 60 }, (_, i) => i / 7);
    expect('positions' in sharedRows([named(0, 60, { labels }), named(0, 60, { labels })])).toBe(true);
  });

  it('pair each row with itself, whatever the order', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(
          Array.from({ length: 60 }, (_, i) => i),
          { minLength: 40 },
        ),
        (order) => {
          const one = named(0, 60);
          const other = holdout({
            labels: Float64Array.from(order, (n) => n % 2),
            ids: order.map((n) => `token-${n}`),
          });
          const shared = sharedRows([one, other]);
          if ('reason' in shared) throw new Error(shared.reason);
          const [first = [], second = []] = shared.positions;
          expect(first).toHaveLength(order.length);
          expect(second.map((row) => order[row])).toEqual(first);
        },
      ),
    );
  });
});
