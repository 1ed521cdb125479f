import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { xgboost } from '#domain/algorithms/xgboost/xgboost';
import { encodeRows, toCsv } from '#domain/data/online';
import { cleanKeys, partName } from '#domain/runs/layout';
import { smallPipeline, startRun, testEngine } from '../../fakes/data-run.ts';

const definition = smallPipeline(
  {
    columns: {
      yj: { role: 'feature', type: 'number', power: 'yeo-johnson', scale: 'standard', impute: 'none' },
      lg: { role: 'feature', type: 'number', power: 'log', scale: 'robust' },
      sd: { role: 'feature', type: 'number', scale: 'standard' },
      bin: { role: 'feature', type: 'number', encode: 'bins', bins: 4, impute: 'none' },
      hot: { role: 'feature', type: 'number', encode: 'bins', bins: 3, as: 'onehot', indicator: true },
      c: { role: 'feature', type: 'category' },
      b: { role: 'feature', type: 'boolean' },
      t: { role: 'feature', type: 'datetime', parts: ['year'], cyclic: ['month', 'hour'] },
      u: { role: 'feature', type: 'datetime', cyclic: ['dayOfYear'] },
      z: { role: 'feature', type: 'number' },
    },
    interactions: [['lg', 'yj'], { of: ['yj', 'sd'], as: 'ratio' }, ['b', 'lg'], ['c', 'b'], ['u', 't']],
  },
  { split: { train: 0.4, validation: 0.2, test: 0.4 } },
);

/** From zero to the largest float64: what is computed from these may overflow. */
const number = fc
  .oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.double({ noNaN: true, min: -1e4, max: 1e4 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  )
  .map(String);
const time = fc
  .date({ min: new Date('1990-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
  .map((own) => own.toISOString());
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: '', freq: 6 });
const row = fc.record({
  yj: maybe(number),
  lg: maybe(number),
  sd: maybe(number),
  bin: maybe(number),
  hot: maybe(number),
  c: maybe(fc.constantFrom('red', "o'pal", '2')),
  b: maybe(fc.constantFrom('true', 'false')),
  t: maybe(time),
  u: maybe(time),
});
const fields = ['y', 'yj', 'lg', 'sd', 'bin', 'hot', 'c', 'b', 't', 'u', 'z'] as const;

/** Fits on a table and encodes its holdout in the batch path. */
async function batch(rows: readonly Readonly<Record<string, string>>[]) {
  const run = await startRun(definition);
  const csv = rows.map((own) => fields.map((field) => own[field]).join(','));
  run.drop('small/d/a.csv', `${fields.join(',')}\n${csv.join('\n')}\n`);
  await run.desensitize('small/d/a.csv');
  await run.fit();
  await run.encode();
  const key = cleanKeys(run.run).holdout('candidate') + partName(0, 0, 'csv');
  const lines = readFileSync(join(run.folder, 'clean', key), 'utf8')
    .trimEnd()
    .split('\n');
  const test = (await run.sided()).filter((own) => own['_side'] === 'test');
  return { run, lines, holdout: test.map((own) => rows[Number(own['_row'])] ?? {}) };
}
const fieldsOf = (line: string) => line.split(',').map((field) => (field === '' ? null : Number(field)));

test('a transform fitted on any table keeps every row of another, has no infinite number, and is the same in batch and predict', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 80, maxLength: 120 }), async (rows) => {
      const table = rows.map((own, i) => ({ ...own, y: String(i % 2), z: String(i) }));
      const { run, lines, holdout } = await batch(table);
      using _ = run;
      using engine = await testEngine();
      const fitted = await run.fitted();
      expect(lines).toHaveLength(fitted.sides.test.rows);
      expect(lines.join()).not.toMatch(/nan|inf/i);
      const encoded = await encodeRows(engine, run.pipeline, fitted, holdout);
      const online = toCsv(encoded, xgboost.input);
      expect(online).not.toMatch(/nan|inf/i);
      expect(online.split('\n').map(fieldsOf)).toEqual(lines.map(fieldsOf));
      // a table with nothing in it
      expect(toCsv(await encodeRows(engine, run.pipeline, fitted, [{}, {}]), xgboost.input)).not.toMatch(/nan|inf/i);
    }),
    { numRuns: 2, endOnFailure: true },
  );
}, 60_000);
