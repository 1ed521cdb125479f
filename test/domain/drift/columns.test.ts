import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { driftColumns } from '#domain/drift/columns';
import type { FittedFeature } from '#schemas/records/fitted-transform';

const matrix = (rows: readonly (readonly number[])[]) => ({
  rows: rows.length,
  width: rows[0]?.length ?? 0,
  values: Float64Array.from(rows.flat()),
});
const nan = Number.NaN;
const isOrderOf = (known: readonly string[]) => (given: readonly string[]) =>
  JSON.stringify(given.toSorted()) === JSON.stringify(known.toSorted());

describe('the columns a drift check compares', () => {
  it('are the numbers as they are', () => {
    const features: FittedFeature[] = [{ kind: 'number', name: 'x', source: 'x', fill: null }];
    expect(driftColumns({ features }, matrix([[1], [nan], [-2]]))).toEqual([
      { column: 'x', kind: 'number', values: Float64Array.of(1, nan, -2) },
    ]);
  });

  it('are the categories of ordinal codes; an unknown code is missing', () => {
    const features: FittedFeature[] = [
      { kind: 'ordinal', name: 'size (ordinal)', source: 'size', order: ['S', 'M', 'L'], fill: null },
    ];
    expect(driftColumns({ features }, matrix([[0], [2], [nan], [7], [1.5]]))).toEqual([
      { column: 'size', kind: 'category', values: ['S', 'L', null, null, null], categories: ['S', 'M', 'L'] },
    ]);
  });

  it('are true and false of booleans and of what is missing', () => {
    const features: FittedFeature[] = [
      { kind: 'boolean', name: 'owns', source: 'owns', fill: null },
      { kind: 'missing', name: 'x missing', source: 'x' },
    ];
    expect(
      driftColumns(
        { features },
        matrix([
          [1, 0],
          [0, 1],
          [nan, nan],
        ]),
      ),
    ).toEqual([
      { column: 'owns', kind: 'category', values: ['true', 'false', null] },
      { column: 'x missing', kind: 'category', values: ['false', 'true', null] },
    ]);
  });

  it('leave parts of dates out: they move with the calendar', () => {
    const features: FittedFeature[] = [{ kind: 'datetime', name: 'issued month', source: 'issued', part: 'month' }];
    expect(driftColumns({ features }, matrix([[1], [12]]))).toEqual([]);
  });

  it('are empty for a window without rows', () => {
    const features: FittedFeature[] = [
      { kind: 'equals', name: 'c=a', source: 'c', category: 'a', orMissing: false },
      { kind: 'number', name: 'x', source: 'x', fill: 0 },
    ];
    expect(driftColumns({ features }, { rows: 0, width: 2, values: new Float64Array(0) })).toEqual([
      { column: 'x', kind: 'number', values: new Float64Array(0) },
      { column: 'c', kind: 'category', values: [], categories: ['a'] },
    ]);
  });

  it('are the very categories that were one-hot encoded, however the indicators of several columns are mixed', () => {
    const column = fc.record({
      categories: fc.uniqueArray(
        fc.string({ minLength: 1, maxLength: 4 }).filter((c) => c !== '(other)'),
        { minLength: 1, maxLength: 4 },
      ),
      hasOther: fc.boolean(),
    });
    const made = fc
      .array(column, { minLength: 1, maxLength: 3 })
      .chain((columns) =>
        fc.tuple(
          fc.constant(columns),
          fc.array(
            fc.tuple(
              ...columns.map(({ categories, hasOther }) =>
                fc.constantFrom(...categories, null, ...(hasOther ? ['(other)'] : [])),
              ),
            ),
            { maxLength: 8 },
          ),
          fc.infiniteStream(fc.nat()),
        ),
      );
    fc.assert(
      fc.property(made, ([columns, rows, order]) => {
        const features = columns
          .flatMap(({ categories, hasOther }, i): { feature: FittedFeature; stands: string; at: number }[] => [
            ...categories.map((category) => ({
              feature: {
                kind: 'equals' as const,
                name: `c${i}=${category}`,
                source: `c${i}`,
                category,
                orMissing: false,
              },
              stands: category,
              at: i,
            })),
            ...(hasOther
              ? [
                  {
                    feature: { kind: 'other' as const, name: `c${i} other`, source: `c${i}`, known: categories },
                    stands: '(other)',
                    at: i,
                  },
                ]
              : []),
          ])
          .map((each) => ({ ...each, key: Number(order.next().value) }))
          .toSorted((a, b) => a.key - b.key);
        const encoded = rows.map((row) => features.map(({ stands, at }) => (row[at] === stands ? 1 : 0)));

        const rebuilt = driftColumns(
          { features: features.map(({ feature }) => feature) },
          { rows: rows.length, width: features.length, values: Float64Array.from(encoded.flat()) },
        );

        const byName = (a: { column: string }, b: { column: string }) => (a.column < b.column ? -1 : 1);
        expect(rebuilt.toSorted(byName)).toEqual(
          columns.map(({ categories, hasOther }, i) => {
            const known = hasOther ? [...categories, '(other)'] : categories;
            const values = rows.map((row) => row[i] ?? null);
            return { column: `c${i}`, kind: 'category', values, categories: expect.toSatisfy(isOrderOf(known)) };
          }),
        );
      }),
    );
  });
});
