import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CleanColumn } from '#domain/data/columns';
import { mergeProfiles } from '#domain/data/merge-profiles';
import { categoriesSql, countedCategories, countShard, labelProfileSql, readProfile } from '#domain/data/profile';
import { type CleanKind, type Moments, type Profile, profileSchema } from '#schemas/records/profile';
import { type DataRun, smallPipeline, startRun, testEngine } from '../../fakes/data-run.ts';

const moments = (values: readonly number[]): Moments => {
  const count = values.length;
  const mean = count === 0 ? 0 : values.reduce((a, b) => a + b, 0) / count;
  return {
    count,
    mean,
    m2: values.reduce((sum, v) => sum + (v - mean) ** 2, 0),
    min: count === 0 ? null : Math.min(...values),
    max: count === 0 ? null : Math.max(...values),
  };
};

const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 12 });
const counts = fc
  .dictionary(fc.stringMatching(/^[a-e]$/), fc.integer({ min: 1, max: 9 }))
  .map((d) => Object.entries(d).toSorted(([a], [b]) => (a < b ? -1 : 1)));
const side = fc.record({ rows: fc.nat(99), classes: fc.tuple(fc.nat(50), fc.nat(50)), label: numbers.map(moments) });
const time = fc.constantFrom('2025-01-01T00:00:00Z', '2026-03-01T00:00:00Z', '2024-12-31T00:00:00Z');
const profile: fc.Arbitrary<Profile> = fc.record({
  rows: fc.nat(1000),
  malformed: fc.record({
    rows: fc.nat(9),
    reasons: fc.uniqueArray(
      fc.record({
        column: fc.constantFrom(null, 'a', 'b'),
        reason: fc.constantFrom('p', 'q'),
        count: fc.integer({ min: 1, max: 9 }),
      }),
      { selector: (r) => `${r.column}${r.reason}`, maxLength: 4 },
    ),
  }),
  sides: fc.record({ train: side, validation: side, test: side }),
  columns: fc.record({
    n: fc.record({
      kind: fc.constant('number' as const),
      missing: fc.nat(9),
      trainMissing: fc.nat(9),
      train: numbers.map(moments),
    }),
    c: fc.record({
      kind: fc.constant('category' as const),
      missing: fc.nat(9),
      trainMissing: fc.nat(9),
      counts,
      rest: fc.nat(5),
    }),
    b: fc.record({
      kind: fc.constant('boolean' as const),
      missing: fc.nat(9),
      trainMissing: fc.nat(9),
      trueCount: fc.nat(9),
      falseCount: fc.nat(9),
    }),
    t: fc.record({
      kind: fc.constant('datetime' as const),
      missing: fc.nat(9),
      trainMissing: fc.nat(9),
      min: fc.option(time),
      max: fc.option(time),
    }),
  }),
}) as fc.Arbitrary<Profile>;

/** Means and sums of squares are equal up to rounding; the rest exactly. */
function expectSame(a: unknown, b: unknown): void {
  if (typeof a === 'number' && typeof b === 'number') {
    // + 0, since JSON and sums know one zero only
    if (Number.isInteger(a) && Number.isInteger(b)) expect(a + 0).toBe(b + 0);
    else expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(a), Math.abs(b)) * 1e3);
  } else if (typeof a === 'object' && a !== null && typeof b === 'object' && b !== null) {
    expect(Object.keys(a)).toEqual(Object.keys(b));
    for (const key of Object.keys(a))
      expectSame((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]);
  } else expect(a).toEqual(b);
}
describe('merging profiles', () => {
  test('is commutative', () => {
    fc.assert(fc.property(profile, profile, (a, b) => expectSame(mergeProfiles(a, b), mergeProfiles(b, a))));
  });
  test('is associative', () => {
    fc.assert(
      fc.property(profile, profile, profile, (a, b, c) =>
        expectSame(mergeProfiles(mergeProfiles(a, b), c), mergeProfiles(a, mergeProfiles(b, c))),
      ),
    );
  });
  test('gives what JSON carries unchanged', () => {
    fc.assert(
      fc.property(profile, profile, (a, b) => {
        const merged = mergeProfiles(a, b);
        expectSame(profileSchema.parse(JSON.parse(JSON.stringify(merged))), merged);
      }),
    );
  });
  test('refuses profiles of different pipelines', () => {
    const [a] = fc.sample(profile, 1);
    expect(() => mergeProfiles(a as Profile, { ...(a as Profile), columns: {} })).toThrow('column n is in one only');
  });
  test('refuses profiles of different classes', () => {
    const [a] = fc.sample(profile, 1) as [Profile];
    const test = { ...a.sides.test, classes: [1, 2, 3] };
    expect(() => mergeProfiles(a, { ...a, sides: { ...a.sides, test } })).toThrow(
      'profiles of different pipelines: 2 classes in one and 3 in the other',
    );
  });
  test('refuses a column that was typed in two ways', () => {
    const [a] = fc.sample(profile, 1) as [Profile];
    const columns = { ...a.columns, n: a.columns['b'] } as Profile['columns'];
    expect(() => mergeProfiles(a, { ...a, columns })).toThrow('column n is number in one and boolean in the other');
  });
});

describe('reading a profile', () => {
  const column = (name: string, kind: CleanKind): CleanColumn => ({
    name,
    kind,
    spec: { role: 'ignore' },
    cleanSql: (typed) => typed,
  });
  const answers = { counts: countShard(9, []), classes: 0, columns: {}, labels: [], categories: new Map() };

  test('takes the categories and what is beyond them, in the order of their names', () => {
    const categories = new Map([
      [
        'c',
        [
          { value: 'b', count: 4 },
          { value: null, count: 2n },
          { value: 'a', count: 3 },
        ],
      ],
    ]);
    const columns = { c0_missing: 5, c0_train_missing: 1 };
    expect(readProfile([column('c', 'category')], { ...answers, columns, categories }).columns).toEqual({
      c: {
        kind: 'category',
        missing: 5,
        trainMissing: 1,
        counts: [
          ['a', 3],
          ['b', 4],
        ],
        rest: 2,
      },
    });
    expect(readProfile([column('c', 'category')], answers).columns['c']).toMatchObject({ counts: [], rest: 0 });
  });
  test('has no range where there is no value, and leaves columns out that are no model inputs', () => {
    const read = readProfile([column('token', 'text'), column('t', 'datetime'), column('x', 'number')], {
      ...answers,
      columns: { c1_min: null, c1_max: undefined as never, c1_m2: -1e-20 },
    });
    expect(read.columns).toEqual({
      t: { kind: 'datetime', missing: 0, trainMissing: 0, min: null, max: null },
      x: { kind: 'number', missing: 0, trainMissing: 0, train: moments([]) },
    });
    expect(mergeProfiles(read, read)).toEqual({ ...read, rows: 18 });
  });
  test('counts the true and, of what is left, the false', () => {
    const columns = { train_rows: 10, c0_missing: 4, c0_train_missing: 3, c0_true: 5 };
    expect(readProfile([column('b', 'boolean')], { ...answers, columns }).columns['b']).toEqual({
      kind: 'boolean',
      missing: 4,
      trainMissing: 3,
      trueCount: 5,
      falseCount: 2,
    });
  });
  test('counts rows by side and class, zero where there are none', () => {
    const labels = [
      { side: 'train', class: 1, rows: 3, label_count: 3, label_mean: 1, label_m2: 0, label_min: 1, label_max: 1 },
      { side: 'train', class: 0, rows: 1, label_count: 1, label_mean: 0, label_m2: 0, label_min: 0, label_max: 0 },
      { side: 'test', class: 1, rows: 2, label_count: 2, label_mean: 1, label_m2: 0, label_min: 1, label_max: 1 },
    ];
    const { sides } = readProfile([], { ...answers, classes: 2, labels });
    expect(sides).toEqual({
      train: { rows: 4, classes: [1, 3], label: moments([0, 1, 1, 1]) },
      validation: { rows: 0, classes: [0, 0], label: moments([]) },
      test: { rows: 2, classes: [0, 2], label: moments([1, 1]) },
    });
  });
  test('sums the malformed rows and orders their reasons by column and reason, those of whole rows first', () => {
    const malformed = [
      { column: 'b', reason: 'q', count: 1 },
      { column: 'b', reason: 'p', count: 2 },
      { column: null, reason: 'z', count: 3 },
      { column: 'a', reason: 'q', count: 4 },
    ];
    expect(readProfile([], { ...answers, counts: countShard(9, malformed) }).malformed).toEqual({
      rows: 10,
      reasons: [malformed[2], malformed[3], malformed[1], malformed[0]],
    });
  });
  test('asks for the classes of a label, or for one group in a regression', async () => {
    using engine = await testEngine();
    const rows = "(SELECT unnest([0.0::DOUBLE, 1, 1]) AS _label, 'train' AS _side)";
    const ask = async (classes: number) => await engine.query('profile', labelProfileSql(classes, rows));
    expect((await ask(2)).map((r) => [r['class'], r['rows']]).toSorted()).toEqual([
      [0, 1],
      [1, 2],
    ]);
    expect(await ask(0)).toMatchObject([{ side: 'train', class: 0, rows: 3, label_min: 0, label_max: 1 }]);
  });
  test('asks for the most frequent categories one by one, and for the rest together', async () => {
    using engine = await testEngine();
    const rows = `(SELECT 'train' AS _side, 'c' || lpad(CAST(i AS VARCHAR), 4, '0') AS c FROM range(${countedCategories + 2}) r(i)
      UNION ALL SELECT 'train', 'c0001' UNION ALL SELECT 'train', NULL UNION ALL SELECT 'test', 'other')`;
    const found = await engine.query('categories', categoriesSql(['c'], rows));
    expect(found).toHaveLength(countedCategories + 1);
    expect(found.find((r) => r['value'] === 'c0001')).toMatchObject({ count: 2 });
    expect(found.find((r) => r['value'] === null)).toMatchObject({ count: 2 });
    expect(found.some((r) => r['value'] === 'other')).toBe(false);
    // of equally frequent ones the last in order are the rest
    expect(found.some((r) => r['value'] === `c${countedCategories}`)).toBe(false);
    expect(found.some((r) => r['value'] === `c0${countedCategories - 1}`)).toBe(true);
  });
});

describe('profiling shards', () => {
  const definition = smallPipeline({
    id: 'id',
    maxMalformedFraction: 1,
    columns: {
      x: { role: 'feature', type: 'number' },
      c: { role: 'feature', type: 'category' },
      b: { role: 'feature', type: 'boolean' },
      t: { role: 'feature', type: 'datetime', parts: ['month'] },
    },
  });
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, k) => {
      const i = from + k;
      const x = i % 7 === 0 ? '' : i % 31 === 0 ? 'oops' : Math.sin(i) * 100;
      return `${i},${i % 3 === 0 ? 1 : 0},${x},${['a', 'b', 'c', ''][i % 4]},${['true', 'false', ''][i % 3]},2025-0${1 + (i % 9)}-11`;
    });
  const header = 'id,y,x,c,b,t\n';
  const withData = async (
    parts: readonly (readonly [number, number])[],
  ): Promise<{ run: DataRun; profiles: Profile[] }> => {
    const run = await startRun(definition);
    const profiles: Profile[] = [];
    for (const [i, [from, to]] of parts.entries()) {
      run.drop(`small/d/${i}.csv`, `${header}${lines(from, to).join('\n')}\n`);
      await run.desensitize(`small/d/${i}.csv`, i);
    }
    await run.divide(parts.length);
    for (const i of parts.keys()) profiles.push(await run.profile(i));
    return { run, profiles };
  };

  test('apart and merging gives the profile of the whole', async () => {
    const whole = await withData([[0, 900]]);
    const parts = await withData([
      [0, 10],
      [10, 600],
      [600, 900],
    ]);
    using _a = whole.run;
    using _b = parts.run;
    const merged = parts.profiles.reduce(mergeProfiles);
    expectSame(merged, whole.profiles[0]);
    expect(merged.rows).toBe(900);
    expect(merged.malformed.reasons).toEqual([
      { column: 'x', reason: 'not a finite number', count: merged.malformed.rows },
    ]);
    expect(merged.malformed.rows).toBeGreaterThan(10);
  });
});
