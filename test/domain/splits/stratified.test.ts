import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { comparableRule, isComparableSql } from '#domain/splits/comparable';
import { bucketSql, rowKeySql } from '#domain/splits/keys';
import { sidedRowsSql } from '#domain/splits/rows';
import { type Side, sides } from '#domain/splits/side';
import { sideTargets, stratified } from '#domain/splits/stratified';
import { packBuckets } from '#domain/splits/used-buckets';
import type { StratifiedRule } from '#schemas/records/sides';
import { testEngine } from '../../fakes/data-run.ts';

interface Row {
  readonly group: number;
  readonly label: number;
  readonly inputs: number;
}

const shares = fc.constantFrom(
  { train: 0.7, validation: 0.15 },
  { train: 0.5, validation: 0.25 },
  { train: 0.8, validation: 0.1 },
);

/** Rows of one class a group, or of any class. */
const drop = (classes: number, pure: boolean) =>
  fc
    .array(fc.record({ group: fc.nat(400), label: fc.nat(classes - 1), inputs: fc.nat(30) }), {
      minLength: 30,
      maxLength: 300,
    })
    .map((rows) => (pure ? rows.map((r) => ({ ...r, label: (r.group * 7) % classes })) : rows));

const relation = (rows: readonly Row[], seed = 's') =>
  `(SELECT md5_number_lower('g' || g) AS _group, ${rowKeySql(seed, "('id' || g)", 'CAST(i AS VARCHAR)')} AS _key, c AS class, 1 AS rows FROM (VALUES ${rows.map((r) => `(${r.group}, ${r.label}, ${r.inputs})`).join(', ')}) t(g, c, i))`;

interface Divided {
  readonly rule: StratifiedRule;
  readonly sides: readonly Side[];
  readonly used: string;
}

/** Divides rows and reads the side of each by the rule, as the later steps do. */
async function divide(
  rows: readonly Row[],
  by: { train: number; validation: number },
  classes: number,
): Promise<Divided> {
  using engine = await testEngine();
  const { rule, placed } = await stratified.divide(engine.query, { groups: relation(rows), shares: by, classes });
  const clean = `(SELECT row_number() OVER () - 1 AS _row, '' AS _side, class AS _label, * FROM ${relation(rows)})`;
  const sided = sidedRowsSql(clean, rule, placed);
  const found = await engine.query('read', `SELECT _side FROM ${sided} ORDER BY _row`);
  const used = await engine.query(
    'used',
    `SELECT DISTINCT ${bucketSql('_key')} AS b FROM ${sided} WHERE _side <> 'test'`,
  );
  return { rule, sides: found.map((r) => r['_side'] as Side), used: packBuckets(used.map((r) => Number(r['b']))) };
}

const rowsBy = (rows: readonly Row[], found: readonly Side[], label: number): Record<Side, number> => {
  const count = (side: Side) => rows.filter((r, i) => r.label === label && found[i] === side).length;
  return { train: count('train'), validation: count('validation'), test: count('test') };
};

describe('the targets of a class', () => {
  test('add up, are within one row of its shares, and leave no side empty from three rows on', () => {
    fc.assert(
      fc.property(fc.nat(5000), shares, (total, by) => {
        const targets = sideTargets(total, by);
        expect(targets.train + targets.validation + targets.test).toBe(total);
        expect(Math.min(...Object.values(targets))).toBeGreaterThanOrEqual(total >= 3 ? 1 : 0);
        if (total < 20) return;
        const exact = { ...by, test: 1 - by.train - by.validation };
        for (const side of sides) expect(Math.abs(targets[side] - exact[side] * total)).toBeLessThan(1);
      }),
    );
  });
});

describe('the stratified split', () => {
  test('keeps groups whole and divides each class exactly, within a group', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }).chain((k) => fc.tuple(fc.constant(k), drop(k, true))),
        shares,
        async ([k, rows], by) => {
          const { sides: found } = await divide(rows, by, k);
          expect(found).toHaveLength(rows.length);
          for (const own of Map.groupBy(rows.keys(), (i) => rows[i]?.group).values())
            expect(new Set(own.map((i) => found[i])).size).toBe(1);
          for (let label = 0; label < k; label++) {
            const own = rows.filter((r) => r.label === label);
            const largest = Math.max(0, ...[...Map.groupBy(own, (r) => r.group).values()].map((g) => g.length));
            const counts = rowsBy(rows, found, label);
            const targets = sideTargets(own.length, by);
            for (const side of sides) expect(Math.abs(counts[side] - targets[side])).toBeLessThanOrEqual(largest);
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  test('is exact to the row where every row is its own group', async () => {
    const rows = Array.from({ length: 997 }, (_, group) => ({ group, label: group % 10 === 0 ? 1 : 0, inputs: group }));
    const by = { train: 0.7, validation: 0.15 };
    const { sides: found } = await divide(rows, by, 2);
    expect(rowsBy(rows, found, 0)).toEqual(sideTargets(897, by));
    expect(rowsBy(rows, found, 1)).toEqual(sideTargets(100, by));
  });

  test('keeps groups of several classes whole, and the others make up for them', async () => {
    await fc.assert(
      fc.asyncProperty(drop(2, false), drop(2, true), shares, async (mixed, pure, by) => {
        const rows = [...mixed.slice(0, 40), ...pure.map((r) => ({ ...r, group: r.group + 1000 }))];
        const { sides: found } = await divide(rows, by, 2);
        for (const own of Map.groupBy(rows.keys(), (i) => rows[i]?.group).values())
          expect(new Set(own.map((i) => found[i])).size).toBe(1);
        const largest = Math.max(...[...Map.groupBy(rows, (r) => r.group).values()].map((g) => g.length));
        for (const label of [0, 1]) {
          const counts = rowsBy(rows, found, label);
          const targets = sideTargets(rows.filter((r) => r.label === label).length, by);
          // the mixed groups may take more of a side than a small class has
          if (rows.filter((r) => r.label === label).length < 100) continue;
          for (const side of sides) expect(Math.abs(counts[side] - targets[side])).toBeLessThanOrEqual(largest + 1);
        }
      }),
      { numRuns: 8 },
    );
  });

  test('does not depend on the order of rows or on how they lie in shards', async () => {
    await fc.assert(
      fc.asyncProperty(drop(3, false), shares, fc.integer(), async (rows, by, seed) => {
        const order = rows.map((_, i) => i).toSorted((a, b) => Math.sin(a * 7919 + seed) - Math.sin(b * 7919 + seed));
        const first = await divide(rows, by, 3);
        const second = await divide(
          order.map((i) => rows[i] as Row),
          by,
          3,
        );
        expect(order.map((i) => first.sides[i])).toEqual(second.sides);
        expect(second.rule).toEqual(first.rule);
      }),
      { numRuns: 10 },
    );
  });

  test('lets no row that a champion used judge it, whatever the two drops share', async () => {
    await fc.assert(
      fc.asyncProperty(drop(3, false), drop(2, false), shares, shares, async (before, after, by, next) => {
        const champion = await divide(before, by, 3);
        const candidate = await divide(after, next, 3);
        const trained = new Set(before.filter((_, i) => champion.sides[i] !== 'test').map((r) => r.group));
        const common = { identity: 'same' };
        const rule = comparableRule({ ...common, ...candidate }, { ...common, ...champion });
        using engine = await testEngine();
        const comparable = await engine.query(
          'compare',
          `SELECT ${isComparableSql(rule, "''")} AS yes FROM (SELECT row_number() OVER () AS n, * FROM ${relation(after)}) ORDER BY n`,
        );
        const judging = after.filter((_, i) => candidate.sides[i] === 'test' && comparable[i]?.['yes'] === true);
        for (const { group } of judging) expect(trained.has(group)).toBe(false);
      }),
      { numRuns: 10 },
    );
  });
});
