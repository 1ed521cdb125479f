import { describe, expect, it, test } from 'vitest';
import { featureSelectSql, knownCategories, namedCategories, sourceColumns } from '#domain/data/transform';
import { driftColumns } from '#domain/drift/columns';
import { cross } from '#domain/encodings/cross';
import { elapsed } from '#domain/encodings/elapsed';
import { INTERACTIONS, interactionOf, interactionsSchema, namedInteractions } from '#domain/encodings/interactions';
import { product } from '#domain/encodings/product';
import { ratio } from '#domain/encodings/ratio';
import type { FittedFeature } from '#schemas/records/fitted-transform';
import { testEngine } from '../../fakes/data-run.ts';

/** The model inputs over rows of `a` and `b`, given as SQL. */
async function encode(features: readonly FittedFeature[], rows: readonly (readonly [string, string])[]) {
  using engine = await testEngine();
  const values = rows.map(([a, b]) => `(${a}, ${b})`).join(', ');
  const sql = featureSelectSql({ features: [...features] }, `(SELECT * FROM (VALUES ${values}) AS t(a, b))`);
  return (await engine.query('encode', sql)).map((row) => features.map((_, i) => row[`x${i}`]));
}
const largest = 3.4028234663852886e38;

describe.each(INTERACTIONS)('the interaction $name', (interaction) => {
  it('has an example that a pipeline may hold, and words for it', () => {
    expect(interactionsSchema.safeParse([interaction.example]).success).toBe(true);
    expect(interaction.summary).toMatch(/^[A-Z].*\.$/);
  });
});

describe('an interaction', () => {
  it('of two numbers is their product, missing where one is', async () => {
    const features = product.fit(['a', 'b']);
    expect(features).toEqual([{ kind: 'product', name: 'a × b', source: 'a', other: 'b' }]);
    expect(
      await encode(features, [
        ['2', '3'],
        ['-1', '4'],
        ['NULL', '4'],
        ['4', 'NULL'],
      ]),
    ).toEqual([[6], [-4], [null], [null]]);
    expect(
      await encode(features, [
        ['1e308::DOUBLE', '1e308::DOUBLE'],
        ['1e308::DOUBLE', '-1e308::DOUBLE'],
      ]),
    ).toEqual([[largest], [-largest]]);
    expect(
      await encode(features, [
        ['2', 'true'],
        ['2', 'false'],
      ]),
    ).toEqual([[2], [0]]);
  });

  it('of two numbers may be their ratio, missing where the second is zero', async () => {
    const features = ratio.fit(['a', 'b']);
    expect(features).toEqual([{ kind: 'ratio', name: 'a / b', source: 'a', other: 'b' }]);
    expect(
      await encode(features, [
        ['6', '3'],
        ['6', '0'],
        ['0', '0'],
        ['NULL', '1'],
        ['1e308::DOUBLE', '1e-308::DOUBLE'],
      ]),
    ).toEqual([[2], [null], [null], [null], [largest]]);
  });

  it('of two times is the days between them', async () => {
    const features = elapsed.fit(['a', 'b']);
    expect(features).toEqual([{ kind: 'elapsed', name: 'days from a to b', source: 'a', other: 'b' }]);
    const at = (text: string) => `TIMESTAMP '${text}'`;
    expect(
      await encode(features, [
        [at('2026-01-01'), at('2026-03-01 12:00:00')],
        [at('2026-03-01'), at('2026-02-28')],
        ['NULL', at('2026-02-28')],
      ]),
    ).toEqual([[59.5], [-1], [null]]);
  });

  it('of two categories is an input for each known pair, and one for the others', async () => {
    const features = cross.fit(
      ['a', 'b'],
      [
        ['x', 'p'],
        ["o'b", 'q'],
      ],
    );
    expect(features.map(({ name }) => name)).toEqual(["a × b=o'b, q", 'a × b=x, p', 'a × b:other']);
    expect(
      await encode(features, [
        ["'x'", "'p'"],
        ["'o''b'", "'q'"],
        ["'x'", "'q'"],
        ['NULL', "'q'"],
        ["'x'", 'NULL'],
      ]),
    ).toEqual([
      [0, 1, 0],
      [1, 0, 0],
      [0, 0, 1],
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(
      await encode(
        cross.fit(
          ['a', 'b'],
          [
            ['true', 'p'],
            ['false', 'p'],
          ],
        ),
        [
          ['true', "'p'"],
          ['false', "'p'"],
        ],
      ),
    ).toEqual([
      [0, 1, 0],
      [1, 0, 0],
    ]);
  });

  it('of categories keeps the most frequent pairs, and is none with a single pair', () => {
    const pairs = Array.from({ length: 51 }, (_, i) => [`a${i}`, 'b'] as const);
    expect(cross.fit(['a', 'b'], pairs)).toHaveLength(51);
    expect(cross.fit(['a', 'b'], pairs).some(({ name }) => name.includes('a50'))).toBe(false);
    expect(cross.fit(['a', 'b'], [['x', 'y']])).toEqual([]);
  });

  it('names its categories, and does not make them known of its columns', () => {
    const features = [
      ...cross.fit(
        ['a', 'b'],
        [
          ['x', 'p'],
          ['y', 'q'],
        ],
      ),
    ];
    expect(namedCategories({ features })).toEqual(
      new Map([
        ['a', new Set(['x', 'y'])],
        ['b', new Set(['p', 'q'])],
      ]),
    );
    expect(knownCategories({ features })).toEqual(new Map());
    expect(sourceColumns({ features })).toEqual(['a', 'b']);
  });

  it('is watched under a name of its own', () => {
    const features = [
      ...cross.fit(
        ['a', 'b'],
        [
          ['x', 'p'],
          ['y', 'q'],
        ],
      ),
      ...product.fit(['c', 'd']),
    ];
    const values = Float64Array.of(1, 0, 0, 6, 0, 0, 1, Number.NaN, 0, 0, 0, 8);
    expect(driftColumns({ features }, { rows: 3, width: 4, values })).toEqual([
      { column: 'c × d', kind: 'number', values: Float64Array.of(6, Number.NaN, 8) },
      {
        column: 'a × b',
        kind: 'category',
        values: ['x, p', '(other)', null],
        categories: ['x, p', 'y, q', '(other)'],
      },
    ]);
    for (const {
      features: [kind],
    } of [product, ratio, elapsed])
      expect(kind.watched()).toEqual({ as: 'number' });
  });
});

test('two columns have the interaction that takes their types', () => {
  const named = (...types: Parameters<typeof product.takes>) => interactionOf(undefined, ...types)?.name;
  expect([named('number', 'number'), named('number', 'boolean'), named('boolean', 'number')]).toEqual(
    Array(3).fill('product'),
  );
  expect([named('category', 'category'), named('category', 'boolean'), named('boolean', 'boolean')]).toEqual(
    Array(3).fill('cross'),
  );
  expect(named('datetime', 'datetime')).toBe('elapsed');
  expect([named('number', 'category'), named('number', 'datetime'), named('category', 'datetime')]).toEqual(
    Array(3).fill(undefined),
  );
  expect(interactionOf('ratio', 'number', 'number')?.name).toBe('ratio');
  expect(interactionOf('ratio', 'number', 'boolean')).toBeUndefined();
  expect(() => interactionOf('sum', 'number', 'number')).toThrow('There is no interaction "sum"');
});

test('interactions are written as pairs, or with what becomes of them', () => {
  const settings = interactionsSchema.parse([['a', 'b'], { of: ['c', 'd'], as: 'ratio' }]);
  expect(namedInteractions(settings)).toEqual([
    { columns: ['a', 'b'], as: undefined },
    { columns: ['c', 'd'], as: 'ratio' },
  ]);
  for (const wrong of [[['a']], [['a', 'b', 'c']], [{ of: ['a', 'b'], as: 'sum' }], [{ of: ['a', 'b'] }]])
    expect(interactionsSchema.safeParse(wrong).success).toBe(false);
});
