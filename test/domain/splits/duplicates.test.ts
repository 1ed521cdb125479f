import fc from 'fast-check';
import { expect, test } from 'vitest';
import { coarseValueSql, countDuplicates } from '#domain/splits/duplicates';
import { testEngine } from '../../fakes/data-run.ts';

test('duplicates and near-duplicates are counted, with how many test rows of a naive split have a copy in training', async () => {
  using engine = await testEngine();
  // one set of two rows, one of three that is near another row, and one row alone
  const groups = '(SELECT * FROM (VALUES (1, 1, 2), (2, 2, 3), (3, 2, 1), (4, 4, 1)) t(same, near, rows))';
  const counted = await countDuplicates(engine.query, groups, 0.5);
  expect(counted).toMatchObject({ rows: 5, sets: 2, nearRows: 6, nearSets: 2 });
  // 2 rows with one copy, 3 rows with two: (2 * 0.5 + 3 * 0.75) / 7
  expect(counted.straddling).toBeCloseTo(3.25 / 7, 12);
  expect(
    await countDuplicates(engine.query, '(SELECT 1 AS same, 1 AS near, 1 AS rows WHERE false)', 0.5),
  ).toMatchObject({
    rows: 0,
    straddling: 0,
  });
});

test('near-duplicates are equal after rounding to three digits, and without regard to case and blanks', async () => {
  using engine = await testEngine();
  const coarse = async (values: string, kind: Parameters<typeof coarseValueSql>[1], columns = 1) => {
    const value = coarseValueSql('v', kind, columns);
    return (await engine.query('coarse', `SELECT ${value} AS v FROM (SELECT unnest([${values}]) AS v)`)).map(
      (r) => r['v'],
    );
  };
  const [a, b, c, d] = await coarse('1234.4, 1229.6, 1236.0, NULL', 'number');
  expect([a === b, a === c, d]).toEqual([true, false, null]);
  const alike = async (values: string) => new Set(await coarse(values, 'number')).size;
  // at every size, whatever side of a power of ten they are on
  for (const power of [-300, -7, -2, 0, 1, 5, 20, 200]) {
    expect(await alike(`9.996e${power}::DOUBLE, 1e${power + 1}::DOUBLE, 1.0049e${power + 1}::DOUBLE`)).toBe(1);
    expect(await alike(`1.23e${power}::DOUBLE, 1.24e${power}::DOUBLE, -1.23e${power}::DOUBLE`)).toBe(3);
  }
  expect(new Set(await coarse('0.0::DOUBLE, -0.0::DOUBLE', 'number')).size).toBe(1);
  expect(await coarse('1.7976e308::DOUBLE, -1.7976e308::DOUBLE', 'number')).toEqual([Infinity, -Infinity]);
  expect(new Set(await coarse("' Big  City', 'big city'", 'text')).size).toBe(1);
  expect(await coarse('true, false', 'other')).toEqual([true, false]);
});

test('a number is rounded to the same by arithmetic and by its text, unless it is halfway between two', async () => {
  using engine = await testEngine();
  const literal = (value: number) => `CAST('${value}' AS DOUBLE)`;
  const number = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.double({ noNaN: true, min: -1e7, max: 1e7 }),
    fc.integer({ min: -1e7, max: 1e7 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(number, { minLength: 1, maxLength: 100 }), async (numbers) => {
      const [few, many] = [1, 1000].map((columns) => coarseValueSql('v', 'number', columns));
      const rows = await engine.query(
        'round',
        `SELECT ${few} AS few, ${many} AS many, v FROM (SELECT unnest([${numbers.map(literal).join(', ')}]) AS v)`,
      );
      for (const { few, many, v } of rows) {
        const [digits] = Math.abs(Number(v)).toExponential(9).split('e');
        if (!/^\d\.\d\d(4999999|50000)/.test(digits ?? '')) expect(few).toBe(many);
      }
    }),
    { numRuns: 50 },
  );
});
