import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeDrops } from '#domain/runs/describe-drops';
import { type DropObject, planDrops, planShards } from '#domain/runs/drop';
import { arrivedDrops, earlierDrops } from '#domain/runs/drop-window';

const marker = { marker: '_SUCCESS' };
const each = { eachObject: true as const, quietPeriodSeconds: 60 };
const at = (day: number, hour = 0) => new Date(Date.UTC(2026, 0, day, hour)).toISOString();
const object = (key: string, day: number, hour = 0) => ({ key, lastModified: at(day, hour) });
const prefixes = (drops: readonly { readonly prefix: string }[]) => drops.map(({ prefix }) => prefix);

describe('the drops that arrived', () => {
  const objects = [
    object('loan/b/a.csv', 1),
    object('loan/b/_SUCCESS', 3),
    object('loan/a/a.csv', 4),
    object('loan/a/_SUCCESS', 4, 1),
    object('loan/a/region=eu/b.csv', 9),
    object('loan/unfinished/a.csv', 5),
    object('loan/_temporary/0/_SUCCESS', 6),
    object('loan/year=2026/_SUCCESS', 7),
    object('loan/_SUCCESS', 8),
  ];

  it('are those with a marker, in the order of their markers', () => {
    expect(arrivedDrops('loan', objects, marker)).toEqual([
      { prefix: 'loan/b/', arrivedAt: at(3) },
      { prefix: 'loan/a/', arrivedAt: at(4, 1) },
    ]);
  });

  it('are all folders where each object counts, in the order of their newest objects', () => {
    expect(arrivedDrops('loan', objects, each)).toEqual([
      { prefix: 'loan/b/', arrivedAt: at(1) },
      { prefix: 'loan/unfinished/', arrivedAt: at(5) },
      { prefix: 'loan/a/', arrivedAt: at(9) },
    ]);
  });

  it('of one moment are in the order of their names', () => {
    const together = ['loan/z/', 'loan/a/'].map((prefix) => object(`${prefix}_SUCCESS`, 1));
    expect(prefixes(arrivedDrops('loan', together, marker))).toEqual(['loan/a/', 'loan/z/']);
  });
});

describe('the drops that a run reads beside its own', () => {
  const drops = [1, 10, 20, 30].map((day) => ({ prefix: `loan/${day}/`, arrivedAt: at(day) }));

  it('are none, all before it, or those of a time before it', () => {
    expect(earlierDrops(drops, 'loan/20/', undefined)).toEqual([]);
    expect(earlierDrops(drops, 'loan/20/', 'newest')).toEqual([]);
    expect(prefixes(earlierDrops(drops, 'loan/20/', 'accumulate'))).toEqual(['loan/1/', 'loan/10/']);
    expect(prefixes(earlierDrops(drops, 'loan/30/', { history: '20d' }))).toEqual(['loan/10/', 'loan/20/']);
    expect(prefixes(earlierDrops(drops, 'loan/30/', { history: '239h' }))).toEqual([]);
  });

  it('are none for a drop that is not complete, and none of its own folders', () => {
    expect(earlierDrops(drops, 'loan/40/', 'accumulate')).toEqual([]);
    const nested = [
      { prefix: 'loan/a/', arrivedAt: at(1) },
      { prefix: 'loan/a/b/', arrivedAt: at(2) },
      { prefix: 'loan/a/b/c/', arrivedAt: at(3) },
    ];
    expect(earlierDrops(nested, 'loan/a/b/c/', 'accumulate')).toEqual([]);
  });

  it('stay the same when later drops arrive', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(60), { minLength: 1 }), fc.nat(), (days, pick) => {
        const all = days.toSorted((a, b) => a - b).map((d) => ({ prefix: `loan/${d}/`, arrivedAt: at(1 + d) }));
        const own = pick % all.length;
        const until = all.slice(0, own + 1);
        const prefix = all[own]?.prefix ?? '';
        for (const data of ['accumulate' as const, { history: '9d' }])
          expect(earlierDrops(all, prefix, data)).toEqual(earlierDrops(until, prefix, data));
      }),
    );
  });
});

describe('the shards of several drops', () => {
  it('have files of one drop each, and count on from drop to drop', () => {
    const drop = fc
      .array(fc.integer({ min: 1, max: 600e6 }), { minLength: 1, maxLength: 20 })
      .map((sizes) => sizes.map((size, i): DropObject => ({ key: `loan/${i}.csv`, size, etag: 'e' })));
    fc.assert(
      fc.property(fc.array(drop, { minLength: 1, maxLength: 4 }), (drops) => {
        const planned = planDrops(drops);
        const shards = planned.flat();
        expect(shards.map(({ index }) => index)).toEqual(shards.map((_, i) => i));
        let before = 0;
        for (const [i, objects] of drops.entries()) {
          const own = planned[i] ?? [];
          expect(own.map(({ first }) => first - before)).toEqual(planShards(objects).map(({ first }) => first));
          before += objects.length;
        }
      }),
    );
  });
});

describe('the drops of a run in words', () => {
  const drop = (n: number) => ({ drop: `loan/${n}/`, objects: n, bytes: 1, shards: 1 });
  it('are named from the newest, with what was left out', () => {
    expect(describeDrops({})).toBeUndefined();
    expect(describeDrops({ drops: [drop(1), drop(2)] })).toBe('2 drops: loan/2/ (2 objects), loan/1/ (1 object)');
    expect(describeDrops({ drops: [drop(1), drop(2)], refusedDrops: 1 })).toMatch(/; 1 refused drop left out$/);
    expect(describeDrops({ refusedDrops: 2 })).toBe('the newest drop; 2 refused drops left out');
    const many = describeDrops({ drops: Array.from({ length: 25 }, (_, i) => drop(i + 1)) });
    expect(many).toMatch(/^25 drops: loan\/25\/ .* and 5 more$/);
  });
});
