import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { xgboost } from '#domain/algorithms/xgboost/xgboost';
import { encodeRows, toCsv } from '#domain/data/online';
import { PredictionError } from '#domain/errors';
import { cleanKeys, partName } from '#domain/runs/layout';
import { pipelineSchema } from '#schemas/pipeline';
import { type DataRun, smallPipeline, startRun, testEngine } from '../../fakes/data-run.ts';

const definition = smallPipeline(
  {
    id: 'id',
    csv: { trim: true, nullValues: ['', '?'] },
    columns: {
      name: { role: 'pii', action: 'drop' },
      zip: { role: 'quasi', action: 'generalize', keepFirst: 2, feature: { type: 'category', maxCategories: 4 } },
      age: { role: 'quasi', action: 'generalize', binWidth: 5, feature: { type: 'number', indicator: true } },
      x: { role: 'feature', type: 'number' },
      c: { role: 'feature', type: 'category', maxCategories: 3 },
      o: { role: 'feature', type: 'category', encode: 'ordinal', impute: 'mode' },
      b: { role: 'feature', type: 'boolean' },
      t: { role: 'feature', type: 'datetime', parts: ['hour', 'dayOfWeek', 'epochDays'] },
    },
  },
  { split: { train: 0.4, validation: 0.2, test: 0.4 } },
);

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: '', freq: 6 });
const row = fc.record({
  y: fc.constantFrom('0', '1'),
  name: fc.constantFrom('Ann', 'Bo'),
  zip: maybe(fc.constantFrom('10115', '80331', '99999', '20000', '30000', '40000')),
  age: maybe(fc.integer({ min: 0, max: 99 }).map(String)),
  x: maybe(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }).map(String)),
  c: maybe(fc.constantFrom('red', ' green', 'blue ', "o'pal", '2.0', '2', '?')),
  o: maybe(fc.constantFrom('1', '2', '3')),
  b: maybe(fc.constantFrom('true', 'false', '1', '0.0')),
  t: maybe(
    fc
      .date({ min: new Date('1990-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
      .map((d) => d.toISOString()),
  ),
});
const fields = ['id', 'y', 'name', 'zip', 'age', 'x', 'c', 'o', 'b', 't'] as const;

/** Runs a drop of some rows through the batch path, and gives the holdout's lines with their rows. */
async function batch(
  rows: readonly Record<string, string>[],
): Promise<{ run: DataRun; lines: string[]; holdout: Record<string, string>[] }> {
  const run = await startRun(definition);
  const csv = rows.map((r, i) => fields.map((f) => (f === 'id' ? `i${i}` : r[f])).join(','));
  run.drop('small/d/a.csv', `${fields.join(',')}\n${csv.join('\n')}\n`);
  await run.desensitize('small/d/a.csv');
  await run.fit();
  await run.encode();
  const keys = cleanKeys(run.run);
  const lines = readFileSync(join(run.folder, 'clean', keys.holdout('candidate') + partName(0, 0, 'csv')), 'utf8')
    .trimEnd()
    .split('\n');
  const found = (await run.sided()).filter((r) => r['_side'] === 'test');
  return { run, lines, holdout: found.map((r) => rows[Number(r['_row'])] ?? {}) };
}

describe('encoding online', () => {
  test('gives the same model inputs as the batch path for the same rows', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 150, maxLength: 200 }), async (rows) => {
        const both = rows.map((r, i) => ({ ...r, y: String(i % 2) }));
        const { run, lines, holdout } = await batch(both);
        using _ = run;
        using engine = await testEngine();
        const encoded = await encodeRows(engine, run.pipeline, await run.fitted(), holdout);
        expect(encoded.rows).toBe(lines.length);
        const online = toCsv(encoded, xgboost.input)
          .split('\n')
          .map((line) => line.split(',').map((f) => (f === '' ? null : Number(f))));
        expect(online).toEqual(lines.map((line) => line.split(',').map((f) => (f === '' ? null : Number(f)))));
      }),
      { numRuns: 4 },
    );
  }, 180_000);

  test('names a category that is unknown among thousands, and gives it the mean of all', async () => {
    const pipeline = pipelineSchema.parse(
      smallPipeline({ columns: { c: { role: 'feature', type: 'category', encode: 'target', folds: 2 } } }),
    );
    const categories = Array.from({ length: 3000 }, (_, i) => `it's "${i}"`);
    const means = Array.from({ length: 3 * (categories.length + 2) }, (_, i) => i / 3);
    const features = [{ kind: 'target', name: 'c:target', source: 'c', folds: 2, categories, means }];
    const rows = [{ c: `it's "2999"` }, { c: 'other' }, { c: null }, { c: `it's "0"` }];
    using engine = await testEngine();
    const found = await encodeRows(engine, pipeline, { features } as never, rows);

    expect([...found.values]).toEqual([3001, 0, 1, 2]);
    expect(found.gaps).toEqual([
      { missing: [], unknown: [] },
      { missing: [], unknown: ['c'] },
      { missing: ['c'], unknown: [] },
      { missing: [], unknown: [] },
    ]);
  });

  test('takes JSON numbers, booleans and nulls, and imputes what is absent', async () => {
    const rows = Array.from({ length: 200 }, (_, i) => ({
      y: String(i % 2),
      name: 'A',
      zip: `${10 + (i % 3)}000`,
      age: String(20 + (i % 40)),
      x: String(i),
      c: ['red', 'green', ''][i % 3] ?? '',
      o: String(1 + (i % 3)),
      b: i % 2 ? 'true' : 'false',
      t: '2026-03-02T17:45:00Z',
    }));
    const { run } = await batch(rows.map((r, i) => ({ ...r, t: `2026-03-0${1 + (i % 9)}T17:45:00Z` })));
    using _ = run;
    using engine = await testEngine();
    const fitted = await run.fitted();
    const asText = await encodeRows(engine, run.pipeline, fitted, [rows[4] ?? {}]);
    const asJson = await encodeRows(engine, run.pipeline, fitted, [{ ...rows[4], age: 24, x: 4, o: 2, b: false }]);
    expect(asJson).toEqual(asText);
    const nothing = await encodeRows(engine, run.pipeline, fitted, [{}]);
    const inputOf = (name: string) => nothing.values[nothing.features.indexOf(name)];
    expect(inputOf('age:missing')).toBe(undefined);
    expect(inputOf('c:missing')).toBe(1);
    expect(inputOf('b')).toBeNaN();
    expect(toCsv(nothing, xgboost.input).split(',')).toHaveLength(fitted.features.length);
    expect(await encodeRows(engine, run.pipeline, fitted, [])).toMatchObject({ rows: 0 });

    const refused = async (bad: unknown) => {
      const error = await encodeRows(engine, run.pipeline, fitted, [rows[0] ?? {}, bad as never]).catch(
        (e: unknown) => e,
      );
      expect(error).toBeInstanceOf(PredictionError);
      return String(error);
    };
    expect(await refused({ x: 'tax id 42' })).toBe('PredictionError: Row 2, column "x": not a finite number.');
    expect(await refused({ t: 'yesterday 42' })).toBe(
      'PredictionError: Row 2, column "t": not a date or time in ISO 8601.',
    );
    expect(await refused({ c: { deep: 42 } })).toBe(
      'PredictionError: Row 2, column "c": the value must be a text, a finite number, true, false or null.',
    );
    for (const x of [Number.POSITIVE_INFINITY, Number.NaN])
      expect(await refused({ x })).toContain('column "x": the value must be a text, a finite number');
    expect(await refused({ aeg: 42 })).toContain(
      'Row 2 has a column that the pipeline does not know: key 1 of the row. Did you mean "age"?',
    );
    for (const value of ['jane@example.com', 'Jane Roe', 'jane', '42', 'x'.repeat(1e6)]) {
      const message = await refused({ [value]: 1 });
      expect(message).toContain('does not know: key 1 of the row');
      expect(message).not.toContain(value);
    }
    expect(await refused([42])).toBe('PredictionError: Row 2 is not an object of column names and values.');
  });
});

test('names the columns that told the model nothing, row by row', async () => {
  const rows = Array.from({ length: 200 }, (_, i) => ({
    ...{ y: String(i % 2), name: 'A', zip: `${10 + (i % 3)}000`, age: String(20 + (i % 40)), x: String(i) },
    ...{ c: i % 3 ? 'red' : 'green', o: String(1 + (i % 3)), b: i % 2 ? 'true' : 'false' },
    t: `2026-03-0${1 + (i % 9)}T17:45:00Z`,
  }));
  const { run } = await batch(rows);
  using _ = run;
  using engine = await testEngine();
  const [whole, bare, strange, empty] = (
    await encodeRows(engine, run.pipeline, await run.fitted(), [
      rows[0] ?? {},
      { x: 1 },
      { ...rows[0], c: 'violet', o: '7', zip: '99999' },
      { ...rows[0], c: ' ? ', x: null },
    ])
  ).gaps;
  expect(whole).toEqual({ missing: [], unknown: [] });
  expect(bare).toEqual({ missing: ['zip', 'age', 'c', 'o', 'b', 't'], unknown: [] });
  expect(strange).toEqual({ missing: [], unknown: ['zip', 'c', 'o'] });
  expect(empty).toEqual({ missing: ['x', 'c'], unknown: [] });
});

test('columns the pipeline does not know are ignored where it says so', async () => {
  using run = await startRun(smallPipeline({ extraColumns: 'ignore' }));
  const lines = Array.from({ length: 200 }, (_, i) => `${i % 2},${i}`);
  run.drop('small/d/a.csv', `y,x\n${lines.join('\n')}\n`);
  await run.desensitize('small/d/a.csv');
  await run.fit();
  using engine = await testEngine();
  const encoded = await encodeRows(engine, run.pipeline, await run.fitted(), [{ x: 3, note: 'n' }, {}]);
  expect(encoded).toMatchObject({ rows: 2, features: ['x'] });
  expect(encoded.values[0]).toBe(3);
});

describe('the CSV that an endpoint reads', () => {
  const rows = (width: number, ...values: number[]) => ({
    rows: values.length / width,
    features: Array.from({ length: width }, (_, i) => `f${i}`),
    values: Float64Array.from(values),
  });
  test('has a line a row, in which what is missing is empty, unless it stands alone', () => {
    expect(toCsv(rows(2, 1, Number.NaN, 2.5, -3), xgboost.input)).toBe('1,\n2.5,-3');
    expect(toCsv(rows(1, 1, Number.NaN), xgboost.input)).toBe('0001\nnan');
  });
  test('is written as the algorithm reads it', () => {
    const input = { ...xgboost.input, delimiter: ';', missing: 'NA' };
    expect(toCsv(rows(2, 1, Number.NaN), input)).toBe('1;NA');
    expect(toCsv(rows(2, 1, Number.NaN), { ...input, missing: null })).toBe('1;');
  });
});
