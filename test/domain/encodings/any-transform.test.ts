import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { ALGORITHMS } from '#domain/algorithms/registry';
import { type CleanColumn, featureColumns } from '#domain/data/columns';
import { needsOf, needsSql } from '#domain/data/needs';
import { categoriesSql, columnsProfileSql, labelProfileSql, readProfile } from '#domain/data/profile';
import { encodeCsv, encodeRelation, trainingBucket } from '#domain/data/transform';
import { encodingOf } from '#domain/encodings/registry';
import { text } from '#domain/sql/literals';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline, testEngine } from '../../fakes/data-run.ts';

const engine = await testEngine();
afterAll(() => engine.close());

/** A column of each encoding, and values that are hard for it. */
const columns = {
  number: { role: 'feature', type: 'number', impute: 'mean', indicator: true },
  onehot: { role: 'feature', type: 'category', maxCategories: 2, minCount: 2 },
  ordinal: { role: 'feature', type: 'category', encode: 'ordinal', minCount: 2 },
  target: { role: 'feature', type: 'category', encode: 'target', smoothing: 0, folds: 3 },
  hash: { role: 'feature', type: 'category', encode: 'hash', buckets: 3 },
  boolean: { role: 'feature', type: 'boolean' },
  time: { role: 'feature', type: 'datetime', parts: ['hour', 'dayOfWeek', 'epochDays'] },
  text: { role: 'feature', type: 'text', ngrams: [1, 2, 3], buckets: 4 },
} as const;

const category = fc.constantFrom('a', "b'", 'c"', '漢', '', ' ', null);
const row = fc.record({
  bucket: fc.nat(65_535),
  label: fc.constantFrom(-1e300, 0, 1, 2, 1e300),
  number: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 })),
  onehot: category,
  ordinal: category,
  target: category,
  hash: category,
  boolean: fc.option(fc.boolean()),
  time: fc.constantFrom('1900-02-28 00:00:00', '2026-01-31 08:00:00', null),
  text: fc.option(fc.string({ unit: fc.constantFrom('a', 'B', '7', ' ', '[x]', "'", 'é', '😀', '\n'), maxLength: 12 })),
});
type Row = typeof row extends fc.Arbitrary<infer Values> ? Values : never;

const struct =
  '[{"bucket":"BIGINT","label":"DOUBLE","number":"DOUBLE","onehot":"VARCHAR","ordinal":"VARCHAR","target":"VARCHAR","hash":"VARCHAR","boolean":"BOOLEAN","time":"TIMESTAMP","text":"VARCHAR"}]';

/** Clean rows, of which every fourth is no training row. */
const relation = (rows: readonly Row[]): string =>
  `(SELECT n AS _row, CASE WHEN n % 4 = 3 THEN 'test' ELSE 'train' END AS _side, r.bucket * 68719476736 AS _key, r.label AS _label, r.* ` +
  `FROM (SELECT unnest(rows) AS r, unnest(range(len(rows))) AS n FROM (SELECT from_json(${text(JSON.stringify(rows))}, '${struct}') AS rows)))`;

const pipeline = (() => {
  const parsed = pipelineSchema.parse(smallPipeline({ columns }));
  return { ...parsed, evaluation: { ...parsed.evaluation, task: 'regression' as const } };
})();
const inputs = featureColumns(pipeline);

async function learn(rows: readonly Row[]) {
  const clean = relation(rows);
  const [answer = {}] = await engine.query('profile', columnsProfileSql(inputs, clean));
  const found = new Map<string, readonly (typeof answer)[]>();
  const needed = new Map<string, readonly (typeof answer)[]>();
  for (const column of inputs) {
    const needs = needsOf(column);
    if (needs) needed.set(column.name, await engine.query('profile', needsSql(column.name, needs, 0, clean)));
    if (column.kind === 'category')
      found.set(column.name, await engine.query('profile', categoriesSql([column.name], clean)));
  }
  const profile = readProfile(inputs, {
    counts: { rows: rows.length, malformed: { rows: 0, reasons: [] } },
    classes: 0,
    columns: answer,
    labels: await engine.query('profile', labelProfileSql(0, clean)),
    categories: found,
    needed,
  });
  const features = inputs.flatMap(({ name, feature }: CleanColumn) => {
    const fitted = encodingOf(feature as never).fit(name, feature as never, profile.columns[name] as never, new Map());
    return 'features' in fitted ? fitted.features : [];
  });
  return { features };
}

test('a transform fitted on any rows keeps each of any rows, as numbers that are finite or missing, and so does its CSV', async () => {
  const [{ input }] = ALGORITHMS;
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 12 }),
      fc.array(row, { minLength: 1, maxLength: 12 }),
      fc.constantFrom({}, { bucket: trainingBucket }),
      async (known, others, options) => {
        const fitted = await learn(known);
        const { inputs, from } = encodeRelation(fitted, relation(others), options);
        const csv = encodeCsv(fitted, relation(others), input, options);
        expect(csv.from).toBe(from);
        const values = inputs.map((sql, i) => `CAST(${sql} AS DOUBLE) AS x${i}`);
        const fields = csv.inputs.map((sql, i) => `CAST(${sql} AS VARCHAR) AS f${i}`);
        const found = await engine.query(
          'encode',
          `SELECT ${['_row', ...values, ...fields].join(', ')} FROM ${from} ORDER BY _row`,
        );
        expect(found.map((own) => own['_row'])).toEqual(others.map((_, i) => i));
        for (const own of found)
          for (const i of fitted.features.keys()) {
            expect(own[`x${i}`] === null || Number.isFinite(own[`x${i}`])).toBe(true);
            expect(String(own[`f${i}`] ?? '')).toMatch(/^(-?[\d.]+(e[+-]?\d+)?)?$/i);
          }
      },
    ),
    { numRuns: 10 },
  );
});
