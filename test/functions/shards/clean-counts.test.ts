import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildHistogram, quantileEdges } from '#domain/drift/histogram';
import { ident } from '#domain/sql/literals';
import { countCleanRows } from '#functions/shards/clean-counts';
import { type OpenEngine, openEngine } from '#functions/shards/duckdb';

let engine: OpenEngine;
beforeAll(async () => {
  engine = await openEngine({ memoryMb: 500, temporaryDirectory: tmpdir() });
});
afterAll(() => engine.close());

const view = { column: 'x', source: 'x', sql: ident('x'), kind: 'number', bins: 'values' } as const;
const relation = (type: string, values: readonly (number | string | null)[]): string =>
  `(SELECT CAST(value AS ${type}) AS x FROM (VALUES ${values.map((own) => `(${own === null ? 'NULL' : `'${own}'`})`).join(', ')}) t(value))`;

describe('the counts of clean rows', () => {
  const odd = [0, -0, 1, Number.MIN_VALUE, -Number.MIN_VALUE, Number.MAX_VALUE, -Number.MAX_VALUE];
  const value = fc.oneof(
    fc.constantFrom(...odd),
    fc.integer({ min: -5, max: 5 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );

  it('are those of the histogram, to the last bit of an edge', async () => {
    const edges = fc.oneof(
      fc.array(value, { minLength: 1, maxLength: 30 }).map((own) => quantileEdges(Float64Array.from(own))),
      fc.array(value, { minLength: 1, maxLength: 6 }).map((own) => [...Float64Array.from(own).sort()]),
      fc.constant([]),
    );
    const values = fc.array(fc.option(value), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(edges, values, async (bins, rows) => {
        // values on the edges are where a bin may be off by one
        const all = [...rows, ...bins];
        const numbers = Float64Array.from(all, (own) => own ?? Number.NaN);
        const expected = buildHistogram('x', numbers, bins);
        const empty = buildHistogram('x', new Float64Array(0), bins);

        const counted = await countCleanRows(engine, [empty], [view], relation('DOUBLE', all));

        expect(counted).toEqual({ rows: all.length, columns: [expected] });
      }),
      { numRuns: 60 },
    );
  });

  it('of texts where the baseline has numbers are those that read as one, and NaN is missing', async () => {
    const empty = buildHistogram('x', new Float64Array(0), [0, 1, 2]);
    const text = { ...view, kind: 'category' } as const;

    const counted = await countCleanRows(engine, [empty], [text], relation('VARCHAR', ['0.5', 'NaN', 'many', '7']));

    expect(counted.columns).toEqual([{ ...empty, counts: [0, 1, 0, 1], missing: 2 }]);
  });

  it('of a column that the rows lack are missing', async () => {
    const empty = buildHistogram('y', new Float64Array(0), [0, 1, 2]);
    expect((await countCleanRows(engine, [empty], [view], relation('DOUBLE', [1, 2]))).columns).toEqual([
      { ...empty, missing: 2 },
    ]);
  });
});
