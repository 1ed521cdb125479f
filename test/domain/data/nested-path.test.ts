import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { cleanFeatureSelect, cleanSelect } from '#domain/data/clean';
import { expectedColumns, featureColumns } from '#domain/data/columns';
import { parsePath, pathText } from '#domain/data/nested-path';
import { requestRelation, requestTexts } from '#domain/data/online';
import { rawRelation } from '#domain/data/raw';
import { PredictionError } from '#domain/errors';
import { text } from '#domain/sql/literals';
import { prepareRawFile } from '#functions/shards/raw-file';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline, testEngine } from '../../fakes/data-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'nested-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

const columns = {
  'address.zip': { role: 'feature', type: 'category' },
  'address.geo.lat': { role: 'feature', type: 'number' },
  price: { role: 'feature', type: 'number', from: 'items[0].price' },
  email: { role: 'pii', action: 'tokenize', from: 'person.email' },
};
type Format = 'jsonl' | 'parquet';

/** Cleans JSON lines, or a SELECT as Parquet. */
async function clean(format: Format, content: string, dataset: object = { columns }) {
  const pipeline = pipelineSchema.parse(smallPipeline({ format, ...dataset }));
  using engine = await testEngine();
  const path = join(folder, `${files++}.${format}`);
  if (format === 'parquet') await engine.query('write', `COPY (${content}) TO ${text(path)} (FORMAT parquet)`);
  else writeFileSync(path, content);
  const archive = { name: 'the file', path, compression: 'none', mostBytes: 1e9 } as const;
  const { file } = await prepareRawFile(engine, pipeline, archive, mkdtempSync(join(folder, 'rows-')));
  const { sql, problems } = cleanSelect(pipeline, rawRelation(file, pipeline.dataset, expectedColumns(pipeline)));
  return (await engine.query('clean', sql)).map(({ _side, _key, _group, email, ...row }) => {
    const side = String(_side);
    if (!side.startsWith('#'))
      return { ...row, ...(email === undefined || email === null ? {} : { email: String(email).slice(0, 4) }) };
    return problems[Number(side.slice(1).split(':')[0]) - 1];
  });
}

/** The clean model inputs of a row of a request. */
async function request(row: Record<string, unknown>, dataset: Record<string, unknown> = { columns }) {
  const pipeline = pipelineSchema.parse(smallPipeline({ format: 'jsonl', ...dataset }));
  const names = featureColumns(pipeline).map(({ name }) => name);
  using engine = await testEngine();
  const { sql } = cleanFeatureSelect(pipeline, requestRelation(names));
  const [found = {}] = await engine.query('clean', sql, [JSON.stringify(requestTexts(pipeline, [row]))]);
  const { _ordinal, _problem, ...values } = found;
  expect(Number(_problem)).toBe(0);
  return values;
}

const row = {
  address: { zip: '05', geo: { lat: 52.5 } },
  items: [{ price: 5 }, { price: 7 }],
  person: { email: 'a@example.com' },
};
const inputs = { 'address.zip': '05', 'address.geo.lat': 52.5, price: 5 };
const wanted = { _label: 1, ...inputs, email: 'tok_' };
const line = (own: object): string => `${JSON.stringify({ y: 1, ...own })}\n`;
const struct = (address: string, items = "[{'price': 5}, {'price': 7}]") =>
  `SELECT 1 AS y, ${address} AS address, ${items} AS items, {'email': 'a@example.com'} AS person`;
const address = "{'zip': '05', 'geo': {'lat': 52.5}}";

describe('a path', () => {
  test.each<[string, unknown]>([
    ['address.zip', ['address', 'zip']],
    ['items[0].price', ['items', 0, 'price']],
    ['a.b[12][3].c d', ['a', 'b', 12, 3, 'c d']],
    ['a', undefined],
    ['', undefined],
    ['.a', undefined],
    ['a.', undefined],
    ['a..b', undefined],
    ['a[x]', undefined],
    ['a[-1]', undefined],
    ['[0]', undefined],
    ['a]b', undefined],
  ])('%s is read as %j', (name, path) => {
    expect(parsePath(name)).toEqual(path);
  });
  test('is written as it is read', () => {
    const key = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '7', '~', '/'), minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(key, fc.array(fc.oneof(key, fc.nat({ max: 9999 })), { minLength: 1, maxLength: 4 }), (root, rest) => {
        expect(parsePath(pathText([root, ...rest]))).toEqual([root, ...rest]);
      }),
    );
  });
});

describe('a column within an object or a list', () => {
  test('is found by its path in JSON lines, Parquet and a request', async () => {
    expect(await clean('jsonl', line(row))).toEqual([wanted]);
    expect(await clean('parquet', struct(address))).toEqual([wanted]);
    expect(await request(row)).toEqual(inputs);
  });

  test('is missing where its path ends early', async () => {
    const { email: _, ...bare } = wanted;
    const nothing = { ...bare, 'address.zip': null, 'address.geo.lat': null, price: null };
    const rows = [{ address: null, items: null, person: {} }, { address: { geo: null }, items: [], person: null }, {}];
    const found = await clean('jsonl', rows.map(line).join('') + line(row));
    expect(found).toEqual([nothing, nothing, nothing, wanted]);
    const missing = `${struct(address)} UNION ALL SELECT 1, NULL, [], NULL`;
    expect(await clean('parquet', missing)).toEqual([wanted, nothing]);
    for (const own of rows)
      expect(await request(own)).toEqual({ 'address.zip': null, 'address.geo.lat': null, price: null });
  });

  test('is a key of that very name where there is one', async () => {
    const flat = { 'address.zip': '7', 'address.geo.lat': 1, 'items[0].price': 2, 'person.email': 'a@example.com' };
    expect(await clean('jsonl', line(flat))).toEqual([
      { ...wanted, 'address.zip': '7', 'address.geo.lat': 1, price: 2 },
    ]);
    expect(await request({ 'address.zip': '7' })).toMatchObject({ 'address.zip': '7' });
    expect(await request({ price: 3 })).toMatchObject({ price: 3 });
    await expect(request({ price: 3, items: [{ price: 5 }] })).rejects.toThrow('given twice');
  });

  test('has numbers in the form that they have elsewhere', async () => {
    const one = {
      columns: {
        'a.c': { role: 'feature', type: 'category' },
        'a.x': { role: 'feature', type: 'number', numbers: { decimal: ',', thousands: '.' } },
      },
    };
    const found = await clean('jsonl', '{"y":1,"a":{"c":5.0,"x":1.234}}\n{"y":1,"a":{"c":1e21,"x":"1.234"}}\n', one);
    expect(found).toEqual([
      { _label: 1, 'a.c': '5', 'a.x': 1.234 },
      { _label: 1, 'a.c': '1000000000000000000000', 'a.x': 1234 },
    ]);
    expect(await clean('parquet', "SELECT 1 AS y, {'c': 5.0::DOUBLE, 'x': 1.234::DOUBLE} AS a", one)).toEqual(
      found.slice(0, 1),
    );
  });

  test('is malformed where it is no single value, or what is around it is none', async () => {
    const bad = [
      [{ ...row, address: 'Main Street' }, 'address.zip', 'a single value where an object belongs'],
      [{ ...row, items: { price: 1 } }, 'price', 'a single value where a list belongs'],
      [{ ...row, address: { zip: { a: 1 } } }, 'address.zip', 'an object where a single value belongs'],
      [{ ...row, items: [{ price: [1] }] }, 'price', 'a list where a single value belongs'],
    ] as const;
    const found = await clean('jsonl', bad.map(([own]) => line(own)).join('') + line(row));
    expect(found).toEqual([...bad.map(([, column, reason]) => ({ column, reason })), wanted]);
    const struct = "SELECT 1 AS y, {'c': {'deep': 1}, 'x': 2} AS a";
    const nested = {
      columns: { 'a.c': { role: 'feature', type: 'category' }, 'a.x': { role: 'feature', type: 'number' } },
    };
    expect(await clean('parquet', struct, nested)).toEqual([
      { column: 'a.c', reason: 'a struct where a single value belongs' },
    ]);
    for (const [own] of bad) await expect(request(own)).rejects.toThrow(PredictionError);
  });
});

test('an object around a column has no key twice', async () => {
  const twice = line(row).replace('"zip":', '"zip":"1","zip":');
  expect(await clean('jsonl', twice + line(row))).toEqual([
    { column: null, reason: 'an object has a key twice' },
    wanted,
  ]);
});

describe('a key within an object that no column names', () => {
  const extra = { ...row, address: { ...row.address, street: 'Main' } };
  test('is refused as any other, unless the pipeline ignores such', async () => {
    await expect(clean('jsonl', line(extra))).rejects.toThrow('not expected key');
    await expect(clean('parquet', struct("{'zip': '05', 'geo': {'lat': 52.5, 'lon': 1}}"))).rejects.toThrow(
      'not expected column',
    );
    await expect(request(extra)).rejects.toThrow('does not know');
    await expect(request({ address: { zip: 1, geo: { lat: 1, lon: 2 } } })).rejects.toThrow('does not know');
    const ignored = { columns, extraColumns: 'ignore' };
    expect(await clean('jsonl', line(extra), ignored)).toEqual([wanted]);
    expect(await clean('parquet', struct("{'zip': '05', 'geo': {'lat': 52.5, 'lon': 1}}"), ignored)).toEqual([wanted]);
    expect(await request(extra, ignored)).toEqual(inputs);
  });
  test('may be ignored by its path', async () => {
    const named = { columns: { ...columns, 'address.street': { role: 'ignore' } } };
    expect(await clean('jsonl', line(extra), named)).toEqual([wanted]);
    expect(await request(extra, named)).toEqual(inputs);
  });
  test('is never shown', async () => {
    const secret = { ...row, address: { ...row.address, 'jane@example.com': 1 } };
    for (const refused of [() => clean('jsonl', line(secret)), () => request(secret)]) {
      const error = await refused().catch((e: unknown) => e);
      expect(error).toBeInstanceOf(Error);
      expect(String(error)).not.toContain('jane');
    }
  });
});

test('an object where a text belongs is malformed, in a file of such rows', async () => {
  const own = { columns: { a: { role: 'feature', type: 'number' }, b: { role: 'feature', type: 'category' } } };
  expect(await clean('jsonl', '{"y":0,"a":0,"b":{"email":"person0@example.com"}}\n', own)).toEqual([
    { column: 'b', reason: 'an object where a single value belongs' },
  ]);
});
