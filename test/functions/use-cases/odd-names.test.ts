import { describe, expect, test } from 'vitest';
import { encodeRows } from '#domain/data/online';
import { SchemaMismatchError } from '#domain/errors';
import { artifactKeys, cleanKeys } from '#domain/runs/layout';
import { pipelineSchema } from '#schemas/pipeline';
import { profileSchema } from '#schemas/records/profile';
import { type DataRun, smallPipeline, startRun, testEngine } from '../../fakes/data-run.ts';

const number = { role: 'feature', type: 'number', impute: 'median' };
const category = { role: 'feature', type: 'category' };
const strange = [
  "Int'l Plan",
  '1stFlrSF',
  'größe',
  '年齢',
  'a "b" [c].d',
  'constructor',
  'toString',
  'n',
  'x'.repeat(300),
  'select',
];
const columns = Object.fromEntries(strange.map((name, i) => [name, i % 2 === 0 ? number : category]));
const row = (i: number) => strange.map((_, k) => (k % 2 === 0 ? String((i * (k + 3)) % 17) : `v${(i + k) % 3}`));
const written = (fields: readonly string[]) => fields.map((f) => `"${f.replaceAll('"', '""')}"`).join(',');

async function prepare(run: DataRun, files: readonly (readonly [string, string])[]) {
  for (const [i, [key, content]] of files.entries()) {
    run.drop(key, content);
    await run.desensitize(key, i);
  }
  const summary = await run.fit(files.length);
  for (const [i] of files.entries()) await run.encode(i);
  return summary;
}

describe('columns of any name', () => {
  const definition = smallPipeline(
    {
      label: { column: 'churn', from: 'Churn?', positive: 'True.', negative: 'False.' },
      columns: { ...columns, '': { ...number }, index: { ...number, from: { position: 1 } } },
    },
    { split: { train: 0.4, validation: 0.2, test: 0.4 } },
  );
  const header = written(['Unnamed: 0', ...strange, 'Churn?', '']);
  const lines = Array.from({ length: 120 }, (_, i) =>
    written([String(i), ...row(i), i % 2 ? 'True.' : 'False.', String(i % 5)]),
  );

  test('are trained on, and predicted with either name', async () => {
    using run = await startRun(definition);
    const csv = `${header}\n${lines.join('\n')}\n`;
    expect(await prepare(run, [['small/d/a.csv', csv]])).toMatchObject({ rows: 120, malformed: 0 });
    const fitted = await run.fitted();
    const sources = new Set(fitted.features.map((f) => f.source));
    expect(
      [...strange, '', 'index'].filter((name) => !sources.has(name) && !fitted.dropped.some((d) => d.column === name)),
    ).toEqual([]);

    using engine = await testEngine();
    const values = Object.fromEntries(strange.map((name, k) => [name, row(7)[k]]));
    const own = await encodeRows(engine, run.pipeline, fitted, [{ ...values, '': 2, index: 7 }]);
    const gaps = own.gaps[0]?.missing;
    expect(gaps).toEqual([]);
    const aliased = pipelineSchema.parse(
      smallPipeline({ columns: { x: { ...number, from: "Int'l Plan" } }, extraColumns: 'ignore' }),
    );
    const alone = {
      ...fitted,
      features: fitted.features.filter((f) => f.source === "Int'l Plan").map((f) => ({ ...f, source: 'x' })),
    };
    const [declared, inFile] = [{ x: 3 }, { "Int'l Plan": 3 }];
    for (const given of [declared, inFile])
      expect((await encodeRows(engine, aliased, alone, [given])).gaps[0]?.missing).toEqual([]);
    await expect(encodeRows(engine, aliased, alone, [{ ...declared, ...inFile }])).rejects.toThrow('given twice');
  });

  test('have names of their own in Parquet too', async () => {
    using parquet = await startRun(
      smallPipeline({
        format: 'parquet',
        columns: { x: { ...number, from: "Int'l Plan" }, z: { ...number, from: { position: 3 } } },
      }),
    );
    parquet.drop('small/d/a.parquet', '');
    using engine = await testEngine();
    await engine.query(
      'write',
      `COPY (SELECT i % 2 AS y, i AS "Int'l Plan", i * 2 AS "a ""b""" FROM range(10) AS t(i)) TO '${parquet.folder}/raw/small/d/a.parquet' (FORMAT parquet)`,
    );
    expect(await parquet.desensitize('small/d/a.parquet')).toMatchObject({ rows: 10, malformed: 0 });
    const [, second] = await parquet.rows(cleanKeys(parquet.run).shard(0));
    expect(second).toMatchObject({ x: 1, z: 2 });
  });

  test('have names of their own in JSON lines too', async () => {
    using json = await startRun(smallPipeline({ format: 'jsonl', columns: { x: { ...number, from: 'a/b~c.d "e"' } } }));
    json.drop('small/d/a.jsonl', `${JSON.stringify({ y: 1, 'a/b~c.d "e"': 5 })}\n`);
    expect(await json.desensitize('small/d/a.jsonl')).toMatchObject({ rows: 1, malformed: 0 });
    expect((await json.rows(cleanKeys(json.run).shard(0)))[0]).toMatchObject({ x: 5 });
  });
});

describe('the id, the time and the label', () => {
  const from = { customer: 'Customer No.', seen: 'Seen (UTC)' };
  const dataset = {
    id: 'customer',
    time: 'seen',
    from,
    label: { column: 'churned', from: 'Churn?', positive: 'yes', negative: 'no' },
    columns: { x: number },
  };
  const row = (i: number) => ({
    'Seen (UTC)': `2024-01-0${i + 1}`,
    'Churn?': i % 2 ? 'yes' : 'no',
    x: i,
    'Customer No.': `c${i % 2}`,
  });
  const rows = Array.from({ length: 4 }, (_, i) => row(i));
  const csv = [Object.keys(row(0)), ...rows.map((own) => Object.values(own))].map((own) => own.join(',')).join('\n');

  test.each([
    ['csv', `${csv}\n`],
    ['jsonl', rows.map((own) => `${JSON.stringify(own)}\n`).join('')],
  ])('are found under other names in %s, as dataset.from and label.from say', async (format, content) => {
    using run = await startRun(smallPipeline({ ...dataset, format }));
    run.drop(`small/d/a.${format}`, content);
    expect(await run.desensitize(`small/d/a.${format}`)).toMatchObject({ rows: 4, malformed: 0 });
    const found = await run.rows(cleanKeys(run.run).shard(0));
    expect(found.map((own) => [own['_label'], own['_time'], own['x']])).toEqual(
      rows.map((own, i) => [i % 2, `2024-01-0${i + 1}T00:00:00.000Z`, own.x]),
    );
    expect(new Set(found.map((own) => own['_id'])).size).toBe(2);
    expect(JSON.stringify(found.map((own) => own['_id']))).not.toMatch(/c[01]/);
  });

  test('are found by their positions', async () => {
    const positions = { customer: { position: 4 }, seen: { position: 1 } };
    using run = await startRun(
      smallPipeline({ ...dataset, from: positions, label: { ...dataset.label, from: { position: 2 } } }),
    );
    run.drop('small/d/a.csv', csv.replace('Seen (UTC)', '').replace('Customer No.', '').replace('Churn?', ''));
    expect(await run.desensitize('small/d/a.csv')).toMatchObject({ rows: 4, malformed: 0 });
    expect((await run.rows(cleanKeys(run.run).shard(0)))[1]).toMatchObject({ _label: 1, x: 1 });
  });

  test('are named as the pipeline names them where they are missing', async () => {
    using run = await startRun(smallPipeline(dataset));
    run.drop('small/d/a.csv', csv.replace('Customer No.', 'other'));
    await expect(run.desensitize('small/d/a.csv')).rejects.toThrow(
      'missing "customer" (from "Customer No."); not expected column 4',
    );
  });
});

describe('a drop with parts without rows', () => {
  const lines = Array.from({ length: 200 }, (_, i) => `${i % 2},${i}`).join('\n');
  test('is prepared from the others, and says which are blank', async () => {
    using run = await startRun(smallPipeline({}, { split: { train: 0.4, validation: 0.2, test: 0.4 } }));
    const files = [
      ['small/d/a.csv', ''],
      ['small/d/b.csv', `y,x\n${lines}\n`],
      ['small/d/c.csv', 'y,x\n'],
    ] as const;
    expect(await prepare(run, files)).toMatchObject({ rows: 200 });
    const profile = await run.artifacts.readJson(artifactKeys(run.run).profile, profileSchema);
    expect(profile).toMatchObject({ rows: 200, deduplicated: 0, blankFiles: [0, 2] });
  });
  test('is refused when all are', async () => {
    using run = await startRun(smallPipeline());
    await expect(prepare(run, [['small/d/a.csv', 'y,x\n']])).rejects.toThrow('The drop has 0 usable rows');
  });
});

test('a key that some files of JSON lines lack is missing there, and one that all lack is refused', async () => {
  const definition = smallPipeline(
    { format: 'jsonl', columns: { x: number, z: number } },
    { split: { train: 0.4, validation: 0.2, test: 0.4 } },
  );
  const file = (own: (i: number) => object) =>
    Array.from({ length: 100 }, (_, i) => JSON.stringify({ y: i % 2, ...own(i) })).join('\n');
  using some = await startRun(definition);
  const files = [
    ['small/d/a.jsonl', file((i) => ({ x: i }))],
    ['small/d/b.jsonl', file((i) => ({ x: i, z: i }))],
    ['small/d/c.jsonl', ''],
  ] as const;
  expect(await prepare(some, files)).toMatchObject({ rows: 200, malformed: 0 });
  const profile = await some.artifacts.readJson(artifactKeys(some.run).profile, profileSchema);
  expect(profile).toMatchObject({ absent: [], columns: { z: { missing: 100 } } });

  using none = await startRun(definition);
  const refusal = prepare(none, [files[0]]);
  await expect(refusal).rejects.toThrow(SchemaMismatchError);
  await expect(refusal).rejects.toThrow('No object of the drop has a key for "z".');
});

describe('names that cannot be kept apart', () => {
  const problems = (dataset: Record<string, unknown>): string =>
    JSON.stringify(pipelineSchema.safeParse(smallPipeline(dataset)).error?.issues.map((issue) => issue));
  test.each<[string, Record<string, unknown>, string]>([
    [
      '__proto__',
      { columns: JSON.parse('{"__proto__": {"role": "ignore"}, "x": {"role": "feature", "type": "number"}}') },
      'from: __proto__',
    ],
    [
      'the name of the number of a row',
      { columns: { x: number, File_Row_Number: number } },
      'add from: File_Row_Number',
    ],
    ['the name of a former token', { columns: { x: number, _previous_x: number } }, 'add from: _previous_x'],
    ['a reserved name', { columns: { x: number, _ID: { role: 'ignore' } } }, 'add from: _ID'],
    ['names apart by case alone', { columns: { x: number, X: number } }, 'only in upper and lower case'],
    ['one place for two', { columns: { x: number, z: { ...number, from: 'x' } } }, 'is found in the same place'],
    [
      'a name that another has here',
      { columns: { x: number, z: { ...number, from: 'x' }, w: { ...number, from: 'z' } } },
      'name of another column',
    ],
    ['a position in JSON', { format: 'jsonl', columns: { x: { ...number, from: { position: 1 } } } }, 'no positions'],
    [
      'a position beyond the names',
      { csv: { header: false, names: ['y', 'a'] }, columns: { x: { ...number, from: { position: 3 } } } },
      'position 3',
    ],
    ['a place for no column', { columns: { x: number }, from: { x: 'z' } }, 'neither the id nor the time'],
    ['a line break in a name', { columns: { 'a\nb': number } }, 'cannot be shown'],
  ])('are refused: %s', (_, dataset, message) => {
    expect(problems(dataset)).toContain(message);
  });
});
