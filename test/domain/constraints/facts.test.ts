import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsWithFewValues, readShardFacts } from '#domain/constraints/facts';
import { countedValues, mergeFacts, mergeShardFacts } from '#domain/constraints/merge-facts';
import { readRepeats } from '#domain/constraints/repeats';
import { constrainedData } from '#domain/constraints/subjects';
import { pipelineSchema } from '#schemas/pipeline';
import type { ColumnFacts, ShardFacts } from '#schemas/records/facts';
import { smallPipeline } from '../../fakes/data-run.ts';

const count = fc.nat(1000);
const time = fc.option(fc.constantFrom('2026-01-01T00:00:00Z', '2025-06-30T12:00:00Z', '2026-02-01T00:00:00Z'));
const number = fc.option(fc.integer());
const values = fc.option(
  fc
    .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 9 })), {
      selector: ([value]) => value,
    })
    .map((found) => found.toSorted(([a], [b]) => (a < b ? -1 : 1))),
);
const shard: fc.Arbitrary<ShardFacts> = fc.record({
  rows: count,
  malformed: fc
    .uniqueArray(
      fc.record({
        column: fc.constantFrom('x', null),
        reason: fc.constantFrom('r', 's'),
        count: fc.integer({ min: 1, max: 9 }),
      }),
      {
        selector: ({ column, reason }) => `${column} ${reason}`,
      },
    )
    .map((reasons) => ({ rows: reasons.reduce((sum, r) => sum + r.count, 0), reasons })),
  label: fc.record({
    classes: fc.tuple(count, count),
    moments: fc.record({ count: fc.constant(0), mean: fc.constant(0), m2: fc.constant(0), min: number, max: number }),
  }),
  time: fc.record({ missing: count, min: time, max: time }),
  columns: fc.record({
    n: fc.record({ kind: fc.constant('number' as const), missing: count, min: number, max: number }),
    d: fc.record({ kind: fc.constant('datetime' as const), missing: count, min: time, max: time }),
    b: fc.record({ kind: fc.constant('boolean' as const), missing: count, trueRows: count }),
    c: fc.record({ kind: fc.constant('category' as const), missing: count, values }),
    t: fc.record({ kind: fc.constant('text' as const), missing: count }),
  }),
  broken: fc.tuple(count, count),
});

describe('merging facts', () => {
  it('adds counts and widens ranges', () => {
    const of = (own: Partial<ShardFacts>): ShardFacts => ({
      rows: 2,
      malformed: { rows: 1, reasons: [{ column: 'x', reason: 'r', count: 1 }] },
      label: { classes: [1, 1], moments: { count: 2, mean: 0.5, m2: 0.5, min: 0, max: 1 } },
      time: null,
      columns: {
        n: { kind: 'number', missing: 1, min: 3, max: 4 },
        c: { kind: 'category', missing: 0, values: [['b', 2]] },
      },
      broken: [1, 0],
      ...own,
    });
    const other = of({
      columns: {
        n: { kind: 'number', missing: 0, min: -1, max: null },
        c: {
          kind: 'category',
          missing: 0,
          values: [
            ['a', 1],
            ['b', 1],
          ],
        },
      },
      broken: [2, 5],
    });
    expect(mergeFacts(of({}), other)).toEqual({
      rows: 4,
      malformed: { rows: 2, reasons: [{ column: 'x', reason: 'r', count: 2 }] },
      label: { classes: [2, 2], moments: { count: 4, mean: 0.5, m2: 1, min: 0, max: 1 } },
      time: null,
      columns: {
        n: { kind: 'number', missing: 1, min: -1, max: 4 },
        c: {
          kind: 'category',
          missing: 0,
          values: [
            ['a', 1],
            ['b', 3],
          ],
        },
      },
      broken: [3, 5],
    });
  });

  it('gives the same in any order and any grouping', () => {
    fc.assert(
      fc.property(shard, shard, shard, (a, b, c) => {
        expect(mergeFacts(a, b)).toEqual(mergeFacts(b, a));
        expect(mergeFacts(mergeFacts(a, b), c)).toEqual(mergeFacts(a, mergeFacts(b, c)));
      }),
    );
  });

  it('keeps what no shard adds to, and counts no values one by one beyond a number', () => {
    fc.assert(
      fc.property(shard, (a) => {
        const { rows, reasons } = mergeFacts(a, { ...a, malformed: { rows: 0, reasons: [] } }).malformed;
        expect([rows, reasons.length]).toEqual([a.malformed.rows, a.malformed.reasons.length]);
      }),
    );
    const many = (from: number): ShardFacts['columns'] => ({
      c: {
        kind: 'category',
        missing: 0,
        values: Array.from({ length: 30 }, (_, i): [string, number] => [`v${String(from + i).padStart(3, '0')}`, 1]),
      },
    });
    const [example] = fc.sample(shard, 1);
    if (!example) throw new Error('no sample');
    const merged = (from: number) =>
      mergeFacts({ ...example, columns: many(0) }, { ...example, columns: many(from) }).columns['c'];
    expect(merged(countedValues - 30)).toMatchObject({ values: { length: countedValues } });
    expect(merged(countedValues - 29)).toMatchObject({ values: null });
  });

  it('refuses facts of different pipelines, and a run without a shard', () => {
    const [a] = fc.sample(shard, 1);
    if (!a) throw new Error('no sample');
    expect(() => mergeFacts(a, { ...a, columns: {} })).toThrow('column n is in one only');
    const kinds: ColumnFacts[] = Object.values(a.columns);
    for (const [i, one] of kinds.entries()) {
      const other = kinds[(i + 1) % kinds.length] as ColumnFacts;
      const merge = () => mergeFacts({ ...a, columns: { k: one } }, { ...a, columns: { k: other } });
      expect(merge).toThrow(`column k is ${one.kind} in one and ${other.kind} in the other`);
    }
    expect(() => mergeShardFacts([], {})).toThrow('a run has at least one shard');
  });
});

describe('reading facts', () => {
  const pipeline = pipelineSchema.parse(
    smallPipeline({ columns: { x: { role: 'feature', type: 'number' }, c: { role: 'slice' } } }),
  );
  const data = constrainedData(pipeline);

  it('of an empty shard gives zeros and no range', () => {
    const row = {
      n: 0,
      label_mean: null,
      label_m2: null,
      label_min: null,
      label_max: null,
      c0_missing: 0,
      c0_min: null,
      c0_max: null,
      c1_missing: 0,
    };
    expect(readShardFacts(data, [], { row, counted: ['c'], values: [], malformed: [] })).toEqual({
      rows: 0,
      malformed: { rows: 0, reasons: [] },
      label: { classes: [0, 0], moments: { count: 0, mean: 0, m2: 0, min: null, max: null } },
      time: null,
      columns: {
        x: { kind: 'number', missing: 0, min: null, max: null },
        c: { kind: 'category', missing: 0, values: [] },
      },
      broken: [],
    });
  });

  it('counts rows that were left out on purpose as no malformed ones', () => {
    const malformed = [
      { column: 'y', reason: 'left out', count: 5, leftOut: true },
      { column: 'x', reason: 'not a finite number', count: 2 },
    ];
    const facts = readShardFacts(data, [], { row: { n: 9 }, counted: [], values: [], malformed });
    expect(facts.malformed).toEqual({ rows: 2, reasons: [{ column: 'x', reason: 'not a finite number', count: 2 }] });
    expect(facts.columns['c']).toEqual({ kind: 'category', missing: 0, values: null });
  });

  it('looks at the values of a column only where an estimate says that there are few', () => {
    expect(columnsWithFewValues(data, { c1_values: 100 })).toEqual(['c']);
    expect(columnsWithFewValues(data, { c1_values: 101 })).toEqual([]);
  });

  it('has no repeats of a column whose values are all missing', () => {
    expect(readRepeats(['a', 'b'], [{ subject: 1, repeats: 3 }])).toEqual({ a: 0, b: 3 });
  });
});
