import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { cleanSelect } from '#domain/data/clean';
import { expectedColumns } from '#domain/data/columns';
import type { SqlRow } from '#domain/data/engine';
import { jsonKeysSql, rawRelation } from '#domain/data/raw';
import { tokenOf } from '#domain/privacy/tokenize';
import { rowKey } from '#domain/splits/keys';
import { text } from '#domain/sql/literals';
import { prepareRawFile } from '#functions/shards/raw-file';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline, testEngine, tokenKey } from '../../fakes/data-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-clean-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

interface Given {
  readonly format?: 'csv' | 'jsonl' | 'parquet';
  readonly dataset?: Record<string, unknown>;
  readonly split?: Record<string, unknown>;
  /** The file; for Parquet a SELECT that makes it. */
  readonly content: string;
  readonly columns?: readonly string[];
  readonly gzip?: boolean;
}
/** Reads a file as a pipeline does and cleans its rows. */
async function clean({ format = 'csv', dataset = {}, split = {}, content, gzip = false }: Given) {
  const pipeline = pipelineSchema.parse(smallPipeline({ format, ...dataset }, { split }));
  using engine = await testEngine();
  const path = join(folder, `${files++}.${format}`);
  if (format === 'parquet') await engine.query('write', `COPY (${content}) TO ${text(path)} (FORMAT parquet)`);
  else writeFileSync(path, gzip ? gzipSync(content) : content);
  const compression = gzip ? 'gzip' : 'none';
  const directory = mkdtempSync(join(folder, 'rows-'));
  const archive = { name: 'the file', path, compression, mostBytes: 1e9 } as const;
  const { file } = await prepareRawFile(engine, pipeline, archive, directory);
  const { sql, problems } = cleanSelect(pipeline, rawRelation(file, pipeline.dataset, expectedColumns(pipeline)));
  const rows = await engine.query('clean', sql);
  const malformed = (row: SqlRow) => {
    const side = String(row['_side']);
    return side.startsWith('#') ? problems[Number(side.slice(1).split(':')[0]) - 1] : undefined;
  };
  return { rows, malformed: rows.map(malformed) };
}

describe('the same rows, whatever the format', () => {
  const wanted = [
    { _label: 1, x: 1.5, c: '2' },
    { _label: 0, x: null, c: 'a' },
  ];
  const dataset = {
    columns: { x: { role: 'feature', type: 'number' }, c: { role: 'feature', type: 'category' } },
  };
  const columns = ['y', 'x', 'c'];
  test.each<[string, Given]>([
    ['CSV', { content: 'y,x,c\n1,1.5,2\n0,,a\n', columns }],
    ['CSV whose blanks count', { content: 'y,x,c\n1,1.5,2.0\n0,,a\n', columns, dataset: { csv: { trim: false } } }],
    ['compressed CSV', { content: 'y,x,c\n1, 1.5 ,2.0\n0,,a\n', columns, gzip: true }],
    ['CSV in another order', { content: 'c,y,x\n2,1,1.5\na,0,\n', columns: ['c', 'y', 'x'] }],
    ['JSON lines', { format: 'jsonl', content: '{"y":1,"x":1.5,"c":2}\n{"c":"a","y":0}\n', columns }],
    [
      'compressed JSON lines',
      { format: 'jsonl', content: '{"y":1,"x":1.5,"c":2}\n{"c":"a","y":0,"x":null}\n', columns, gzip: true },
    ],
    [
      'Parquet',
      {
        format: 'parquet',
        content: "SELECT * FROM (VALUES (1, 1.5, 2.0::DOUBLE::VARCHAR), (0, NULL, 'a')) AS t(y, x, c)",
        columns,
      },
    ],
  ])('%s', async (_, given) => {
    const { rows } = await clean({ ...given, dataset: { ...dataset, ...given.dataset } });
    expect(rows).toMatchObject(wanted);
  });

  test('of floats in Parquet, whole numbers are the category codes they were', async () => {
    const { rows } = await clean({
      format: 'parquet',
      content: 'SELECT * FROM (VALUES (1, 2.0::DOUBLE), (0, 2.5::DOUBLE), (0, 1e16::DOUBLE)) AS t(y, c)',
      columns: ['y', 'c'],
      dataset: { columns: { c: { role: 'feature', type: 'category' } } },
    });
    expect(rows.map((row) => row['c'])).toEqual(['2', '2.5', '10000000000000000']);
  });
});

describe('malformed rows', () => {
  test('name the first thing that is wrong with them', async () => {
    const { malformed } = await clean({
      dataset: { id: 'id', time: 'at', columns: { x: { role: 'feature', type: 'number' } } },
      columns: ['id', 'y', 'at', 'x'],
      content:
        'id,y,at,x\ni,1,2026-01-01,1\n,1,2026-01-01,1\ni,,2026-01-01,1\ni,5,2026-01-01,1\ni,1,soon,1\ni,1,2026-01-01,much\n',
    });
    expect(malformed).toEqual([
      undefined,
      { column: 'id', reason: 'the id is missing' },
      { column: 'y', reason: 'the label is missing' },
      { column: 'y', reason: 'the label is neither among label.positive nor label.negative' },
      { column: 'at', reason: 'not a date or time in ISO 8601' },
      { column: 'x', reason: 'not a finite number' },
    ]);
  });

  test('of JSON lines are those that are no object', async () => {
    const { malformed } = await clean({ format: 'jsonl', columns: ['y', 'x'], content: '{"y":1,"x":1}\n[1,2]\n7\n' });
    expect(malformed).toEqual([
      undefined,
      { column: null, reason: 'not a JSON object' },
      { column: null, reason: 'not a JSON object' },
    ]);
  });

  test('of JSON lines are those with a key twice, for one of the two values would be lost', async () => {
    const { malformed } = await clean({
      format: 'jsonl',
      columns: ['y', 'x'],
      content: '{"y":1,"x":1}\n{"y":1,"x":1,"y":0}\n{"y":1,"x":1,"\\u0078":1}\n',
    });
    const twice = { column: null, reason: 'an object has a key twice' };
    expect(malformed).toEqual([undefined, twice, twice]);
  });
});

test('personal columns leave as tokens, masks and coarse values, or not at all', async () => {
  const { rows } = await clean({
    dataset: {
      id: 'id',
      columns: {
        name: { role: 'pii', action: 'drop' },
        email: { role: 'pii', action: 'tokenize' },
        phone: { role: 'pii', action: 'mask', keepFirst: 1, keepLast: 2 },
        zip: { role: 'quasi', action: 'generalize', keepFirst: 2 },
        age: { role: 'quasi', action: 'generalize', binWidth: 10 },
        born: { role: 'quasi', action: 'generalize', truncateTo: 'month' },
        x: { role: 'feature', type: 'number' },
      },
    },
    columns: ['id', 'y', 'name', 'email', 'phone', 'zip', 'age', 'born', 'x'],
    content: 'id,y,name,email,phone,zip,age,born,x\ni1,1,Ann,ann@example.com,0151234567,10115,37,1990-05-17,1\n',
  });
  expect(rows).toEqual([
    {
      _side: '',
      _key: rowKey('tidegate', 'i1', '3:1.0'),
      _group: expect.anything(),
      _label: 1,
      _id: tokenOf(tokenKey, 'i1'),
      email: tokenOf(tokenKey, 'ann@example.com'),
      phone: '0***67',
      zip: '10',
      age: 30,
      born: '1990-05-01T00:00:00.000Z',
      x: 1,
    },
  ]);
});

describe('rows that belong together are of one group and one bucket', () => {
  const lines = (make: (i: number) => string) => Array.from({ length: 300 }, (_, i) => `${make(i)}\n`).join('');
  /** The groups and buckets of the rows, by what they should be grouped by. */
  const groupsBy = (rows: readonly SqlRow[], group: (row: number) => unknown) => {
    const found = new Map<unknown, Set<unknown>>();
    for (const [i, { _group, _key }] of rows.entries()) {
      const own = `${_group} ${Math.floor(Number(_key) / 2 ** 36)}`;
      found.set(group(i), (found.get(group(i)) ?? new Set()).add(own));
    }
    return [...found.values()];
  };
  const columns = { x: { role: 'feature', type: 'number' }, g: { role: 'ignore' } };

  test.each<[string, Record<string, unknown>, Record<string, unknown>, (i: number) => unknown]>([
    ['by id', { id: 'id' }, {}, (i) => i % 40],
    ['by equal features where there is no id', {}, {}, (i) => i % 60],
    ['by equal features where the split says so', { id: 'id' }, { groupBy: 'duplicates' }, (i) => i % 60],
    ['by a column', { id: 'id' }, { groupBy: { column: 'g' } }, (i) => i % 30],
  ])('%s', async (_, dataset, split, group) => {
    const id = 'id' in dataset;
    const { rows } = await clean({
      dataset: { ...dataset, columns },
      split,
      columns: [...(id ? ['id'] : []), 'y', 'x', 'g'],
      content: `${id ? 'id,' : ''}y,x,g\n${lines((i) => `${id ? `i${i % 40},` : ''}${i % 2},${i % 60},g${i % 30}`)}`,
    });
    const groups = groupsBy(rows, group);
    expect(rows).toHaveLength(300);
    expect(groups.every((own) => own.size === 1)).toBe(true);
    expect(new Set(rows.map((row) => row['_group'])).size).toBe(groups.length);
  });

  test('by equal features where the column is missing', async () => {
    const { rows } = await clean({
      dataset: { columns },
      split: { groupBy: { column: 'g' } },
      columns: ['y', 'x', 'g'],
      content: `y,x,g\n${lines((i) => `${i % 2},${i % 60},`)}`,
    });
    expect(groupsBy(rows, (i) => i % 60).every((own) => own.size === 1)).toBe(true);
    expect(new Set(rows.map((row) => row['_group'])).size).toBe(60);
  });
});

test('the keys of JSON lines are counted, broken lines left out', async () => {
  const path = join(folder, 'keys.jsonl');
  const lines = ['{"b":1,"a":2}', '{"a":3}', '{"broken', '[1]', '7'];
  writeFileSync(path, lines.map((json, i) => `${i + 1}\x1f${json}\n`).join(''));
  using engine = await testEngine();
  expect(await engine.query('keys', jsonKeysSql(path))).toEqual([
    { key: 'a', count: 2 },
    { key: 'b', count: 1 },
  ]);
});

describe('a value that holds others is malformed', () => {
  const columns = {
    x: { role: 'feature', type: 'number' },
    c: { role: 'feature', type: 'category' },
    note: { role: 'ignore' },
  };
  test.each([
    ['a list', "['a', 'b']"],
    ['a struct', "{'a': 1}"],
    ['a map', "MAP {'a': 1}"],
  ])('in Parquet: %s', async (kind, value) => {
    const { malformed } = await clean({
      format: 'parquet',
      dataset: { columns },
      content: `SELECT * FROM (VALUES (1, 1.5, ${value}, [1]), (0, 2.5, NULL, [2])) AS t(y, x, c, note)`,
      columns: ['y', 'x', 'c', 'note'],
    });
    expect(malformed).toEqual([{ column: 'c', reason: `${kind} where a single value belongs` }, undefined]);
  });
  test('in a Parquet column of JSON, whose single values are texts', async () => {
    const { rows, malformed } = await clean({
      format: 'parquet',
      dataset: { columns },
      content: `SELECT y, x, c::JSON AS c, 1 AS note FROM (VALUES (1, 1.5, '{"a":1}'), (1, 1, '["a"]'), (0, 2.5, '"red"'), (0, 2, NULL)) AS t(y, x, c)`,
      columns: ['y', 'x', 'c', 'note'],
    });
    expect(malformed).toEqual([
      { column: 'c', reason: 'an object where a single value belongs' },
      { column: 'c', reason: 'a list where a single value belongs' },
      undefined,
      undefined,
    ]);
    expect(rows.slice(2).map((row) => row['c'])).toEqual(['red', null]);
  });
  test('in JSON lines, unless it is a text that looks like one or stands in a column that is not used', async () => {
    const { rows, malformed } = await clean({
      format: 'jsonl',
      dataset: { columns },
      content:
        '{"y":1,"c":{"k":1}}\n{"y":0,"c":[1]}\n{"y":0,"c":"{k}"}\n{"y":0,"c":"[k"}\n{"y":1,"c":"v","note":{"k":[1]}}\n',
      columns: ['y', 'c', 'note'],
    });
    expect(malformed).toEqual([
      { column: 'c', reason: 'an object where a single value belongs' },
      { column: 'c', reason: 'a list where a single value belongs' },
      undefined,
      undefined,
      undefined,
    ]);
    expect(rows.slice(2).map((row) => row['c'])).toEqual(['{k}', '[k', 'v']);
  });
});

test('a Parquet column of unknown type is read as text', () => {
  const { dataset } = pipelineSchema.parse(smallPipeline({ format: 'parquet' }));
  const { sql, checks } = rawRelation({ path: 'p', columns: ['y', 'x'] }, dataset, ['x']);
  expect(sql).toBe('(SELECT false AS _unreadable, CAST("x" AS VARCHAR) AS "x" FROM read_parquet(\'p\'))');
  expect(checks).toEqual([]);
});

test('a whole number in a float column of Parquet has no fraction, of any size', async () => {
  const dataset = pipelineSchema.parse(smallPipeline({ format: 'parquet' })).dataset;
  const { sql } = rawRelation({ path: 'p', columns: ['x'], types: ['DOUBLE'] }, dataset, ['x']);
  using engine = await testEngine();
  const numbers = '(VALUES (2.0::DOUBLE), (-2.0), (2.5), (999999999999999.0), (1e15), (-1e15), (NULL)) AS t(x)';
  const rows = await engine.query('read', `SELECT x FROM ${sql.replace("read_parquet('p')", numbers)}`);

  expect(rows.map(({ x }) => x)).toEqual([
    '2',
    '-2',
    '2.5',
    '999999999999999',
    '1000000000000000',
    '-1000000000000000',
    null,
  ]);
});
