import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, deflateRawSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DataEngineError, DropVanishedError, MalformedDataError, SchemaMismatchError } from '#domain/errors';
import { tokenOf } from '#domain/privacy/tokenize';
import { artifactKeys, cleanKeys } from '#domain/runs/layout';
import { type DataRun, smallPipeline, startRun, testEngine, tokenKey } from '../../fakes/data-run.ts';

const personal = {
  id: 'id',
  time: 'at',
  maxMalformedFraction: 1,
  columns: {
    name: { role: 'pii', action: 'drop' },
    email: { role: 'pii', action: 'tokenize' },
    phone: { role: 'pii', action: 'mask', keepLast: 2 },
    zip: { role: 'quasi', action: 'generalize', keepFirst: 3 },
    sex: { role: 'slice' },
    note: { role: 'text', action: 'drop' },
    x: { role: 'feature', type: 'number' },
    b: { role: 'feature', type: 'boolean' },
  },
};
const header = 'id,y,at,name,email,phone,zip,sex,note,x,b';
const line = (i: number, over: Record<string, string> = {}): string => {
  const row: Record<string, string> = {
    id: `id-${i}`,
    y: String(i % 2),
    at: '2026-01-05T10:00:00+02:00',
    name: `Nobody ${i}`,
    email: `nobody${i}@example.com`,
    phone: `555-01${10 + (i % 90)}`,
    zip: '90210',
    sex: 'F',
    note: '"a, b"',
    x: String(i / 4),
    b: 'true',
    ...over,
  };
  return header
    .split(',')
    .map((f) => row[f])
    .join(',');
};
const file = (lines: readonly string[], end = '\n') => `${header}${end}${lines.join(end)}${end}`;
const many = (n: number) => Array.from({ length: n }, (_, i) => line(i));
const quarantineOf = async ({ clean, run }: DataRun, shard = 0) =>
  (await clean.readText(cleanKeys(run).quarantine(shard)))
    .trim()
    .split('\n')
    .map((l) => JSON.parse(l));
const bigintText = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as Error,
  );

/** An archive of several deflate blocks, each ended by a flush, and where they end. */
function deflatedInBlocks(text: string): { bytes: Buffer; boundaries: number[] } {
  const parts = [0, 1, 2].map((i) => text.slice((i * text.length) / 3, ((i + 1) * text.length) / 3));
  const blocks = parts.map((part) => deflateRawSync(part, { finishFlush: constants.Z_FULL_FLUSH }));
  const header = gzipSync('').subarray(0, 10);
  const boundaries = blocks.map((_, i) => header.length + blocks.slice(0, i + 1).reduce((sum, b) => sum + b.length, 0));
  return { bytes: Buffer.concat([header, ...blocks]), boundaries };
}

let run: DataRun;
beforeEach(async () => {
  run = await startRun(smallPipeline(personal));
});
afterEach(() => run[Symbol.dispose]());

describe('desensitizing', () => {
  test('keeps what the pipeline keeps, by the action of each column', async () => {
    run.drop('small/d/a.csv', file(many(200)));
    expect(await run.desensitize('small/d/a.csv')).toMatchObject({ rows: 200, malformed: 0 });
    const [row] = await run.rows(cleanKeys(run.run).shard(0));
    expect(Object.keys(row ?? {})).toEqual([
      '_side',
      '_key',
      '_group',
      '_label',
      '_id',
      '_time',
      'email',
      'phone',
      'zip',
      'sex',
      'x',
      'b',
    ]);
    expect(row).toMatchObject({
      _label: 0,
      _id: tokenOf(tokenKey, 'id-0'),
      _time: '2026-01-05T08:00:00.000Z',
      email: tokenOf(tokenKey, 'nobody0@example.com'),
      phone: '***10',
      zip: '902',
      sex: 'F',
      x: 0,
      b: true,
    });
  });

  test('leaves no raw value behind in any object', async () => {
    run.drop('small/d/a.csv', file([...many(50), line(50, { x: 'nobody-number' }), 'nobody,too,short']));
    await run.desensitize('small/d/a.csv');
    using engine = await testEngine();
    for (const store of [run.clean, run.artifacts]) {
      for (const { key } of await store.list('')) {
        if (key === artifactKeys(run.run).config) continue;
        const text = key.endsWith('.parquet')
          ? JSON.stringify(await engine.query('read', `SELECT * FROM '${run.folder}/clean/${key}'`), bigintText)
          : await store.readText(key);
        expect(text).not.toMatch(/nobody|90210|555-01|id-\d|a, b/i);
      }
    }
  });

  test('joins: one value has one token in every column, shard and pipeline', async () => {
    run.drop('small/d/a.csv', file(many(30)));
    run.drop('small/d/b.csv', file([line(3, { email: 'id-5' }), line(5)]));
    await run.desensitize('small/d/a.csv', 0);
    await run.desensitize('small/d/b.csv', 1);
    const [first, second] = await run.rows(cleanKeys(run.run).shard(1));
    expect(first?.['email']).toBe(second?.['_id']);
    const before = (await run.rows(cleanKeys(run.run).shard(0))).find((r) => r['_id'] === first?.['_id']);
    expect(before?.['_group']).toBe(first?.['_group']);
  });

  test('gives the same objects when the task is retried', async () => {
    run.drop('small/d/a.csv', file([...many(50), line(50, { x: 'bad' })]));
    const content = async () => {
      const summary = await run.desensitize('small/d/a.csv');
      const keys = cleanKeys(run.run);
      return {
        summary,
        rows: await run.rows(keys.shard(0)),
        groups: (await run.rows(keys.split(0))).map((row) => JSON.stringify(row, bigintText)).toSorted(),
        counts: await run.counts(),
        quarantine: await quarantineOf(run),
      };
    };
    expect(await content()).toEqual(await content());
  });

  test('removes its temporary files, also after a failure', async () => {
    const own = mkdtempSync(join(tmpdir(), 'scratch-'));
    vi.stubEnv('TMPDIR', own);
    run.drop('small/d/a.csv', file(many(5)));
    await run.desensitize('small/d/a.csv');
    run.drop('small/d/b.csv', 'x;y\n1;2\n');
    expect(await failure(run.desensitize('small/d/b.csv'))).toBeInstanceOf(SchemaMismatchError);
    expect(readdirSync(own)).toEqual([]);
    vi.unstubAllEnvs();
    rmSync(own, { recursive: true });
  });

  test('reports an object that vanished', async () => {
    expect(await failure(run.desensitize('small/d/gone.csv'))).toBeInstanceOf(DropVanishedError);
  });
});

describe('malformed rows', () => {
  const bad = [
    { fields: { x: 'n/a' }, column: 'x', reason: 'not a finite number' },
    { fields: { x: 'inf' }, column: 'x', reason: 'not a finite number' },
    { fields: { b: 'perhaps' }, column: 'b', reason: 'not true or false' },
    { fields: { at: '31.12.2025' }, column: 'at', reason: 'not a date or time in ISO 8601: declare its format' },
    { fields: { y: '2' }, column: 'y', reason: 'the label is neither among label.positive nor label.negative' },
    { fields: { y: '' }, column: 'y', reason: 'the label is missing' },
    { fields: { id: '' }, column: 'id', reason: 'the id is missing' },
  ];

  test('go to the quarantine with line, column and reason, and never a value', async () => {
    const lines = [...many(3), ...bad.map((b, i) => line(3 + i, b.fields)), ...many(3)];
    run.drop('small/d/a.csv', file(lines));
    expect(await run.desensitize('small/d/a.csv')).toMatchObject({ rows: lines.length, malformed: bad.length });
    expect(await quarantineOf(run)).toEqual(
      bad.map(({ column, reason }, i) => ({ file: 'file 1 of the drop', line: 5 + i, column, reason })),
    );
    expect((await run.counts()).malformed.rows).toBe(bad.length);
    expect(await run.rows(cleanKeys(run.run).shard(0))).toHaveLength(6);
  });

  for (const [name, end, gzip] of [
    ['\\n', '\n', false],
    ['\\r\\n and a byte-order mark', '\r\n', false],
    ['gzip', '\n', true],
  ] as const) {
    test(`are found on the line an editor shows (${name})`, async () => {
      const multiline = line(1, { note: `"two${end}lines"` });
      const text = `${end === '\r\n' ? '\uFEFF' : ''}${file(
        [
          line(0),
          multiline,
          '',
          line(2, { x: 'bad' }),
          'too,short',
          line(3),
          `${line(4)},too,long`,
          line(5, { note: '"bro"ken' }),
          line(6, { b: 'bad' }),
        ],
        end,
      )}`;
      const key = `small/d/a.csv${gzip ? '.gz' : ''}`;
      run.drop(key, gzip ? gzipSync(text) : text);
      expect(await run.desensitize(key)).toMatchObject({ rows: 8, malformed: 5 });
      const found = (await quarantineOf(run)).map(({ line: at, column, reason }) => [at, column, reason]);
      expect(found).toEqual([
        [6, 'x', 'not a finite number'],
        [7, null, 'too few fields'],
        [9, null, 'too many fields'],
        [10, null, 'quotes that do not match'],
        [11, 'b', 'not true or false'],
      ]);
    });
  }

  test('in bytes that are not UTF-8 are set aside', async () => {
    const latin1 = Buffer.from(file([line(0), line(1, { sex: '\u00e9' }), line(2)]), 'latin1');
    run.drop('small/d/a.csv', latin1);
    await run.desensitize('small/d/a.csv');
    expect(await quarantineOf(run)).toEqual([
      { file: 'file 1 of the drop', line: 3, column: null, reason: 'bytes that are not UTF-8' },
    ]);
  });

  test('beyond the tolerated share refuse the file, naming the first places', async () => {
    using strict = await startRun(smallPipeline({ ...personal, maxMalformedFraction: 0.1 }));
    strict.drop('small/d/a.csv', file([...many(8), line(8, { x: 'secret value' }), line(9, { b: 'secret value' })]));
    const error = await failure(strict.desensitize('small/d/a.csv'));
    expect(error).toBeInstanceOf(MalformedDataError);
    expect(error?.message).toBe(
      'file 1 of the drop: 2 of 10 rows (20 %) are malformed, more than dataset.maxMalformedFraction (10 %) allows:\n' +
        '- column "x": not a finite number (1 row: line 10)\n- column "b": not true or false (1 row: line 11)\n' +
        'Fix the file and drop it again (the quarantine lists all positions), or change dataset.columns to match the file.',
    );
    expect(await quarantineOf(strict)).toHaveLength(2);
    expect(await strict.clean.list(cleanKeys(strict.run).shard(0))).toEqual([]);
  });

  test('of one reason are counted, and the first ones of each reason placed', async () => {
    using strict = await startRun(smallPipeline({ ...personal, maxMalformedFraction: 0.1 }));
    const bad = Array.from({ length: 6 }, (_, i) => line(i, { x: 'secret value' }));
    strict.drop(
      'small/d/a.csv',
      file([...bad, ...many(8), line(9, { b: 'secret value' }), 'too,short', line(9, { b: '?' })]),
    );
    expect((await failure(strict.desensitize('small/d/a.csv')))?.message.split('\n').slice(1, -1)).toEqual([
      '- column "x": not a finite number (6 rows: lines 2, 3, 4, …)',
      '- column "b": not true or false (2 rows: lines 16, 18)',
      '- too few fields (1 row: line 17)',
    ]);
  });

  test('up to the tolerated share are let pass', async () => {
    using strict = await startRun(smallPipeline({ ...personal, maxMalformedFraction: 0.1 }));
    strict.drop('small/d/a.csv', file([...many(9), line(9, { x: 'bad' })]));
    expect(await strict.desensitize('small/d/a.csv')).toMatchObject({ rows: 10, malformed: 1 });
  });
});

describe('other formats', () => {
  const dataset = { columns: { x: { role: 'feature', type: 'number' }, c: { role: 'feature', type: 'category' } } };

  test('JSON lines: are read with malformed lines set aside', async () => {
    using json = await startRun(smallPipeline({ ...dataset, format: 'jsonl', maxMalformedFraction: 1 }));
    const lines = [
      '{"y":1,"x":1.50,"c":"a"}',
      '',
      '{"y":0,"c":7,"x":null}',
      'not json',
      '[1]',
      '{"y":0,"x":"wide","c":"b"}',
      '{"c":true,"y":1,"x":2}',
    ];
    json.drop('small/d/a.jsonl.gz', gzipSync(`${lines.join('\n')}\n`));
    expect(await json.desensitize('small/d/a.jsonl.gz')).toMatchObject({ rows: 6, malformed: 3 });
    const rows = await json.rows(cleanKeys(json.run).shard(0));
    expect(rows.map((r) => [r['_label'], r['x'], r['c']])).toEqual([
      [1, 1.5, 'a'],
      [0, null, '7'],
      [1, 2, 'true'],
    ]);
    expect((await quarantineOf(json)).map((r) => [r.line, r.column, r.reason])).toEqual([
      [4, null, 'not a JSON object'],
      [5, null, 'not a JSON object'],
      [6, 'x', 'not a finite number'],
    ]);
  });

  test('JSON lines: with an unknown or a missing key are refused', async () => {
    using json = await startRun(smallPipeline({ ...dataset, format: 'jsonl' }));
    json.drop('small/d/a.jsonl', '{"y":1,"x":1,"c":"a"}\n{"y":1,"x":1,"c":"a","d":2}\n');
    expect((await failure(json.desensitize('small/d/a.jsonl')))?.message).toContain(
      'not expected key 2 of the 4 keys in alphabetical order.',
    );
    json.drop('small/d/e.jsonl', '{"y":1,"x":1,"c":"a","jane@example.com":2}\n');
    const error = await failure(json.desensitize('small/d/e.jsonl'));
    expect(error?.message).toContain('not expected key 2 of the 4 keys in alphabetical order.');
    expect(error?.message).not.toContain('jane');
    json.drop('small/d/b.jsonl', '{"a":1,"b":1}\n');
    expect((await failure(json.desensitize('small/d/b.jsonl')))?.message).toContain('missing "y", "x", "c"');
    json.drop('small/d/c.jsonl', 'no object at all\n');
    expect(await failure(json.desensitize('small/d/c.jsonl'))).toBeInstanceOf(SchemaMismatchError);
  });

  test('Parquet: typed columns are read as their text would be', async () => {
    using parquet = await startRun(
      smallPipeline({
        ...dataset,
        format: 'parquet',
        time: 't',
        maxMalformedFraction: 1,
        columns: { ...dataset.columns, t: { role: 'feature', type: 'datetime', parts: ['hour'] } },
      }),
    );
    parquet.drop('small/d/a.parquet', '');
    using engine = await testEngine();
    const values =
      "(1, 0.1::FLOAT, 2.0::DOUBLE, TIMESTAMP '2026-01-01 10:00:00'), (0, NULL, NULL, NULL), (0, 'nan'::FLOAT, 3.5, NULL)";
    await engine.query(
      'write',
      `COPY (SELECT * FROM (VALUES ${values}) v(y, x, c, t)) TO '${parquet.folder}/raw/small/d/a.parquet' (FORMAT parquet)`,
    );
    expect(await parquet.desensitize('small/d/a.parquet')).toMatchObject({ rows: 3, malformed: 0 });
    const rows = await parquet.rows(cleanKeys(parquet.run).shard(0));
    expect(rows.map((r) => [r['x'], r['c'], r['_time']])).toEqual([
      [0.1, '2', '2026-01-01T10:00:00.000Z'],
      [null, null, null],
      [null, '3.5', null],
    ]);
  });

  test('Parquet: a name that may be a value is not shown', async () => {
    using parquet = await startRun(smallPipeline({ ...dataset, format: 'parquet' }));
    parquet.drop('small/d/a.parquet', '');
    using engine = await testEngine();
    await engine.query(
      'write',
      `COPY (SELECT 1 AS y, 2 AS x, 'a' AS c, 1 AS "jane@example.com") TO '${parquet.folder}/raw/small/d/a.parquet' (FORMAT parquet)`,
    );
    const error = await failure(parquet.desensitize('small/d/a.parquet'));
    expect(error?.message).toContain('not expected column 4');
    expect(error?.message).not.toContain('jane');
  });

  test('a file that is not what its name says is refused without quoting it', async () => {
    run.drop('small/d/a.csv.gz', file([line(0, { name: 'Jane Secret' })]));
    const error = await failure(run.desensitize('small/d/a.csv.gz'));
    expect(error).toBeInstanceOf(DataEngineError);
    expect(error?.message).toBe(
      'Cannot read file 1 of the drop: it is not gzip, though its name ends in .gz. Write it again.',
    );
    using parquet = await startRun(smallPipeline({ ...dataset, format: 'parquet' }));
    parquet.drop('small/d/a.parquet', 'Jane Secret');
    const other = await failure(parquet.desensitize('small/d/a.parquet'));
    expect(other).toBeInstanceOf(DataEngineError);
    expect(`${other?.message}${other?.stack}${other?.cause}`).not.toContain('Jane');
  });
});

describe('a value that holds others', () => {
  const columns = {
    c: { role: 'feature', type: 'category' },
    x: { role: 'feature', type: 'number' },
    b: { role: 'feature', type: 'boolean' },
    e: { role: 'pii', action: 'tokenize' },
    s: { role: 'slice' },
    gone: { role: 'pii', action: 'drop' },
    unread: { role: 'ignore' },
  };
  const good = { y: 1, c: 'a', x: 1, b: true, e: 'e', s: 's', gone: 'g', unread: 'u', id: 'i', at: '2026-01-01' };
  const dataset = { columns, id: 'id', time: 'at', maxMalformedFraction: 1 };
  const secret = { name: 'Jane Secret' };

  test('is malformed in JSON lines, whatever its column is for, and gets nowhere', async () => {
    using json = await startRun(smallPipeline({ ...dataset, format: 'jsonl' }));
    const used = ['y', 'c', 'x', 'b', 'e', 's', 'id', 'at'] as const;
    const bad = used.flatMap((name) => [
      { ...good, [name]: secret },
      { ...good, [name]: ['Jane Secret'] },
    ]);
    const lines = [
      { ...good, gone: secret, unread: [secret], c: '{"a text": "that looks like one"}' },
      ...bad,
      good,
    ].map((row) => JSON.stringify(row));
    // neither of two equal keys is the one that counts
    lines.push(JSON.stringify(good).replace('"c":"a"', '"c":{"name":"Jane Secret"},"c":"a"'));
    json.drop('small/d/a.jsonl', lines.join('\n'));
    expect(await json.desensitize('small/d/a.jsonl')).toMatchObject({ rows: 19, malformed: 17 });
    const found = await quarantineOf(json);
    expect(found.map((r) => [r.line, r.column, r.reason])).toEqual([
      ...used.flatMap((name, i) => [
        [2 + 2 * i, name, 'an object where a single value belongs'],
        [3 + 2 * i, name, 'a list where a single value belongs'],
      ]),
      [19, null, 'an object has a key twice'],
    ]);
    const rows = await json.rows(cleanKeys(json.run).shard(0));
    expect(rows.map((r) => r['c'])).toEqual(['{"a text": "that looks like one"}', 'a']);
    expect(JSON.stringify([found, rows, await json.counts()], bigintText)).not.toContain('Jane');
  });

  test('is malformed in Parquet: structs, lists, maps and JSON texts', async () => {
    const nested = ['st', 'li', 'fi', 'ma', 'js'];
    using parquet = await startRun(
      smallPipeline({
        format: 'parquet',
        maxMalformedFraction: 1,
        columns: {
          ...Object.fromEntries(nested.map((name) => [name, { role: 'feature', type: 'category' }])),
          skipped: { role: 'ignore' },
        },
      }),
    );
    parquet.drop('small/d/a.parquet', '');
    using engine = await testEngine();
    const values: Record<string, string> = {
      st: "{'name': 'Jane Secret'}",
      li: "['Jane Secret']",
      fi: "['Jane Secret']::VARCHAR[1]",
      ma: "MAP {'Jane Secret': 1}",
      js: `'{"name": "Jane Secret"}'::JSON`,
      skipped: "{'name': 'Jane Secret'}",
    };
    const row = (only: string) =>
      `SELECT 1 AS y, ${Object.entries(values)
        .map(([name, value]) => {
          const shown = name === only || name === 'skipped';
          return `${shown ? value : `CASE WHEN false THEN ${value} END`} AS ${name}`;
        })
        .join(', ')}`;
    const plainJson = row('').replace(/CASE WHEN false THEN ('[^']+'::JSON) END/, `'"plain"'::JSON`);
    await engine.query(
      'write',
      `COPY (${[...nested.map(row), row(''), plainJson].join(' UNION ALL ')}) TO '${parquet.folder}/raw/small/d/a.parquet' (FORMAT parquet)`,
    );
    expect(await parquet.desensitize('small/d/a.parquet')).toMatchObject({ rows: 7, malformed: 5 });
    expect((await quarantineOf(parquet)).map((r) => [r.row, r.column, r.reason])).toEqual([
      [1, 'st', 'a struct where a single value belongs'],
      [2, 'li', 'a list where a single value belongs'],
      [3, 'fi', 'a list where a single value belongs'],
      [4, 'ma', 'a map where a single value belongs'],
      [5, 'js', 'an object where a single value belongs'],
    ]);
    const rows = await parquet.rows(cleanKeys(parquet.run).shard(0));
    expect(rows.map((r) => r['js'])).toEqual([null, 'plain']);
    expect(JSON.stringify([rows, await parquet.counts()], bigintText)).not.toContain('Jane');
  });

  test('refuses the file when it is in too many rows, naming column and type only', async () => {
    using json = await startRun(smallPipeline({ ...dataset, format: 'jsonl', maxMalformedFraction: 0.1 }));
    json.drop('small/d/a.jsonl', `${JSON.stringify({ ...good, c: secret })}\n`.repeat(10));
    const error = await failure(json.desensitize('small/d/a.jsonl'));
    expect(error).toBeInstanceOf(MalformedDataError);
    expect(error?.message).toContain('column "c": an object where a single value belongs (10 rows: lines 1, 2, 3, …)');
    expect(error?.message).not.toContain('Jane');
  });
});

describe('an archive', () => {
  const rows = Array.from({ length: 4000 }, (_, i) => `${i % 2},${(i * 7919) % 10_007}`);
  const csv = `y,x\n${rows.join('\n')}\n`;
  const jsonl = rows.map((row) => `{"y":${row[0]},"x":${row.slice(2)}}\n`).join('');
  const cutMessage = (key: string) =>
    `Cannot read ${key}: it is cut off before its end. Write it again, and drop it again.`;

  for (const [format, text] of [
    ['csv', csv],
    ['jsonl', jsonl],
  ] as const) {
    const key = `small/d/a.${format}.gz`;
    const whole = gzipSync(text);
    const members = Buffer.concat([gzipSync(text.slice(0, 20_001)), gzipSync(text.slice(20_001))]);
    const outcome = async (bytes: Uint8Array) => {
      using own = await startRun(smallPipeline({ format, maxMalformedFraction: 1 }));
      own.drop(key, bytes);
      return await own.desensitize(key).catch((e: Error) => e);
    };

    test(`cut off anywhere is refused by name (${format})`, async () => {
      const first = members.length - gzipSync(text.slice(20_001)).length;
      const flushed = deflatedInBlocks(text);
      const cuts = [
        ...[
          5,
          11,
          Math.floor(whole.length / 2),
          whole.length - 9,
          whole.length - 8,
          whole.length - 4,
          whole.length - 1,
        ].map((n) => whole.subarray(0, n)),
        ...[first + 1, first + 9, first + 500, members.length - 5].map((n) => members.subarray(0, n)),
        ...flushed.boundaries.map((n) => flushed.bytes.subarray(0, n)),
        whole.subarray(0, 1),
      ];
      for (const bytes of cuts) {
        const error = await outcome(bytes);
        expect(error).toBeInstanceOf(DataEngineError);
        expect((error as Error).message).toBe(cutMessage('file 1 of the drop'));
      }
    });
    test(`with a flipped byte is refused by name (${format})`, async () => {
      for (const at of [Math.floor(whole.length / 2), whole.length - 6]) {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ 0x55;
        const error = await outcome(bytes);
        expect(error).toBeInstanceOf(DataEngineError);
        expect((error as Error).message).toMatch(`Cannot read file 1 of the drop: it is `);
      }
    });
    test(`of several members is read whole (${format})`, async () => {
      expect(await outcome(members)).toMatchObject({ rows: 4000, malformed: 0 });
    });
  }
});

test.each(['\n', '\r\n'])('blank lines before the header are no rows, with line ends %j', async (end) => {
  const columns = { a: { role: 'feature', type: 'number' }, b: { role: 'feature', type: 'category' } };
  for (const blank of [1, 2, 3]) {
    using own = await startRun(smallPipeline({ columns, maxMalformedFraction: 1 }));
    own.drop('small/d/a.csv', `${end.repeat(blank)}y,a,b${end}0,1,x${end}1,bad,"x${end}y"${end}${end}1,2,x${end}`);

    expect(await own.desensitize('small/d/a.csv')).toMatchObject({ rows: 3, malformed: 1 });
    expect(await quarantineOf(own)).toEqual([
      { file: 'file 1 of the drop', line: blank + 3, column: 'a', reason: 'not a finite number' },
    ]);
  }
});

describe('a quote that is left open', () => {
  const dataset = { columns: { a: { role: 'feature', type: 'number' }, b: { role: 'feature', type: 'category' } } };
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => `${(from + i) % 2},${from + i},x\n`).join('');
  const clean = async (csv: string, over: Record<string, unknown> = {}, key = 'small/d/a.csv') => {
    using own = await startRun(smallPipeline({ ...dataset, maxMalformedFraction: 1, ...over }));
    own.drop(key, key.endsWith('.gz') ? gzipSync(csv) : csv);
    const summary = await own.desensitize(key).catch((e: Error) => e);
    const count = (await own.counts().catch(() => undefined))?.malformed;
    return { summary, count, quarantine: summary instanceof Error ? [] : await quarantineOf(own).catch(() => []) };
  };

  test('takes in the rest of the file: every line of it is a malformed row', async () => {
    const csv = `y,a,b\n${lines(0, 1000)}0,1000,"5 inch\n${lines(1001, 3000)}`;
    const refused = (await clean(csv, { maxMalformedFraction: 0.01 })).summary;
    expect(refused).toBeInstanceOf(MalformedDataError);
    expect((refused as Error).message).toContain('2000 of 3000 rows (66.7 %) are malformed');
    expect((refused as Error).message).toContain('- quotes that do not match (2,000 rows: lines 1002, …)');
    for (const key of ['small/d/a.csv', 'small/d/a.csv.gz']) {
      const { summary, count } = await clean(csv, {}, key);
      expect(summary).toMatchObject({ rows: 3000, malformed: 2000 });
      expect(count?.rows).toBe(2000);
    }
  });
  test('and closes where the next one stands: the lines between are malformed rows', async () => {
    const csv = `y,a,b\n${lines(0, 10)}0,10,"5 inch\n${lines(11, 30)}0,30,"6 inch\n${lines(31, 40)}`;
    expect((await clean(csv)).summary).toMatchObject({ rows: 40, malformed: 21 });
  });
  test('and closes at the end of a field: the lines are no value, not even of a column that is dropped', async () => {
    const csv = `y,a,b\n${lines(0, 10)}0,10,"5 inch\n${lines(11, 30)}0,30,6 inch"\n${lines(31, 40)}`;
    const { summary, quarantine } = await clean(csv);
    expect(summary).toMatchObject({ rows: 40, malformed: 21 });
    expect(quarantine).toEqual([
      { file: 'file 1 of the drop', line: 12, column: 'b', reason: 'a quote that takes in the rows after it' },
    ]);
    const columns = { a: { role: 'feature', type: 'number' }, b: { role: 'text', action: 'drop' } };
    expect((await clean(csv, { columns })).summary).toMatchObject({ rows: 40, malformed: 21 });
  });
  test('is told from texts with line breaks, blank lines and delimiters', async () => {
    const text = '"two\n\nlines, of text\nwithout a row"';
    const csv = `y,a,b\n\n${lines(0, 10)}0,10,${text}\n\n${lines(11, 20)}0,20,5" nails\n1,21,x`;
    expect((await clean(csv)).summary).toMatchObject({ rows: 22, malformed: 0 });
  });
  test('counts in a file without a header, of other line ends, and beside other malformed rows', async () => {
    const csv = `${lines(0, 10)}0,wide,x\n1,2\n0,12,"5 inch\n${lines(13, 33)}`.replaceAll('\n', '\r\n');
    const { summary } = await clean(csv, { csv: { header: false, names: ['y', 'a', 'b'] } });
    expect(summary).toMatchObject({ rows: 33, malformed: 23 });
  });
});

describe('keeping rows together', () => {
  const sidesOf = (r: DataRun) =>
    r.divide().then(async () => (await r.sided()).map((row) => [row['x'], row['_side']] as const));
  test('puts duplicate rows on one side when there is no id', async () => {
    using twice = await startRun(smallPipeline());
    const rows = Array.from({ length: 300 }, (_, i) => `${i % 2},${i % 100}`);
    twice.drop('small/d/a.csv', `y,x\n${rows.join('\n')}\n`);
    await twice.desensitize('small/d/a.csv');
    const bySide = Map.groupBy(await sidesOf(twice), ([x]) => x);
    expect(bySide.size).toBe(100);
    for (const rowsOfX of bySide.values()) expect(new Set(rowsOfX.map(([, side]) => side)).size).toBe(1);
  });
  test('by a column puts its rows on one side, and rows without a value by themselves', async () => {
    using grouped = await startRun(
      smallPipeline(
        { columns: { x: { role: 'feature', type: 'number' }, g: { role: 'pii', action: 'drop' } } },
        { split: { groupBy: { column: 'g' } } },
      ),
    );
    const rows = Array.from({ length: 400 }, (_, i) => `${i % 2},${i},${i < 200 ? 'same' : ''}`);
    grouped.drop('small/d/a.csv', `y,x,g\n${rows.join('\n')}\n`);
    await grouped.desensitize('small/d/a.csv');
    const found = await sidesOf(grouped);
    expect(new Set(found.slice(0, 200).map(([, side]) => side)).size).toBe(1);
    expect(new Set(found.slice(200).map(([, side]) => side)).size).toBe(3);
  });
});
