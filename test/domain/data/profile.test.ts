import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeProfiles } from '#domain/data/profile';
import { type Moments, type Profile, profileSchema } from '#schemas/records/profile';
import { type DataRun, smallPipeline, startRun } from '../../fakes/data-run.ts';

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
  test('refuses a column that was typed in two ways', () => {
    const [a] = fc.sample(profile, 1) as [Profile];
    const columns = { ...a.columns, n: a.columns['b'] } as Profile['columns'];
    expect(() => mergeProfiles(a, { ...a, columns })).toThrow('column n is number in one and boolean in the other');
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
      profiles.push(await run.profile(i));
    }
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
