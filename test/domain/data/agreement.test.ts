import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { cleanFeatureSelect, cleanSelect } from '#domain/data/clean';
import { expectedColumns, featureColumns } from '#domain/data/columns';
import { requestRelation, requestTexts } from '#domain/data/online';
import { rawRelation } from '#domain/data/raw';
import { text } from '#domain/sql/literals';
import { prepareRawFile } from '#functions/shards/raw-file';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline, testEngine } from '../../fakes/data-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'agreement-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

type Format = 'csv' | 'jsonl' | 'parquet';
const definition = (format: Format, dataset: object, split: object = {}) =>
  pipelineSchema.parse(smallPipeline({ format, ...dataset }, { split }));

/** Cleans a file: its lines, or for Parquet a SELECT. */
async function clean(format: Format, content: string, dataset: object, split: object = {}) {
  const pipeline = definition(format, dataset, split);
  using engine = await testEngine();
  const path = join(folder, `${files++}.${format}`);
  if (format === 'parquet') await engine.query('write', `COPY (${content}) TO ${text(path)} (FORMAT parquet)`);
  else writeFileSync(path, content);
  const archive = { name: 'the file', path, compression: 'none', mostBytes: 1e9 } as const;
  const { file } = await prepareRawFile(engine, pipeline, archive, mkdtempSync(join(folder, 'rows-')));
  const { sql, problems } = cleanSelect(pipeline, rawRelation(file, pipeline.dataset, expectedColumns(pipeline)));
  const rows = await engine.query('clean', sql);
  return rows.map((row) => {
    const side = String(row['_side']);
    return side.startsWith('#') ? { malformed: problems[Number(side.slice(1).split(':')[0]) - 1]?.reason } : row;
  });
}

/** The clean model inputs of rows of a request. */
async function request(rows: readonly Record<string, unknown>[], dataset: object) {
  const pipeline = definition('csv', dataset);
  const columns = featureColumns(pipeline).map(({ name }) => name);
  const { sql, problems } = cleanFeatureSelect(pipeline, requestRelation(columns));
  using engine = await testEngine();
  const found = await engine.query('clean', `SELECT * FROM (${sql}) ORDER BY _ordinal`, [
    JSON.stringify(requestTexts(pipeline, rows)),
  ]);
  return found.map(({ _ordinal, _problem, ...row }) =>
    Number(_problem) === 0 ? row : { malformed: problems[Number(_problem) - 1]?.reason },
  );
}

const shape = {
  id: 'id',
  columns: {
    email: { role: 'pii', action: 'tokenize' },
    group: { role: 'slice' },
    c: { role: 'feature', type: 'category' },
    x: { role: 'feature', type: 'number' },
  },
};
const names = ['y', 'id', 'email', 'group', 'c', 'x'];
const split = { groupBy: { column: 'group' } };
const inAll = (value: string) => ['1', ...names.slice(1).map(() => value)];

describe('a whole number', () => {
  const csv = (written: readonly string[]) =>
    clean('csv', `${names.join(',')}\n${written.map((own) => inAll(own).join(',')).join('\n')}\n`, shape, split);
  const jsonl = (written: readonly string[]) =>
    clean(
      'jsonl',
      `${written
        .map(
          (own) =>
            `{${inAll(own)
              .map((value, i) => `"${names[i]}":${value}`)
              .join(',')}}`,
        )
        .join('\n')}\n`,
      shape,
      split,
    );
  const parquet = (written: readonly string[], type: string) => {
    const fields = names.map((name, i) => `${i === 0 ? '1' : `CAST(v AS ${type})`} AS "${name}"`).join(', ');
    const values = written.map((own) => `('${own}')`).join(', ');
    return clean('parquet', `SELECT ${fields} FROM (VALUES ${values}) AS t(v)`, shape, split);
  };

  test('is the same id, token, group, category and number in every format and writing', async () => {
    const whole = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -999, max: 999 }), fc.constant(-0));
    await fc.assert(
      fc.asyncProperty(fc.array(whole, { minLength: 5, maxLength: 10 }), async (numbers) => {
        const plain = numbers.map((own) => String(own + 0));
        const wanted = await csv(plain);
        expect(wanted.some((row) => 'malformed' in row)).toBe(false);
        for (const end of ['.0', '.00']) expect(await csv(plain.map((own) => own + end))).toEqual(wanted);
        for (const written of [
          plain,
          plain.map((own) => `${own}.0`),
          plain.map((own) => `"${own}"`),
          plain.map((own) => `"${own}.00"`),
        ])
          expect(await jsonl(written)).toEqual(wanted);
        for (const type of ['BIGINT', 'DOUBLE', 'HUGEINT', 'DECIMAL(38,2)', 'DECIMAL(38,0)', 'VARCHAR'])
          expect(await parquet(plain, type)).toEqual(wanted);
        const rows = numbers.map((own) => ({ c: own, x: own }));
        expect(await request(rows, shape)).toEqual(
          wanted.map((row) => ({ c: (row as never)['c'], x: (row as never)['x'] })),
        );
      }),
      { numRuns: 3 },
    );
  }, 60_000);

  test('of a narrow type is the same too', async () => {
    const wanted = await csv(['7', '0', '120']);
    for (const type of [
      'TINYINT',
      'SMALLINT',
      'INTEGER',
      'UTINYINT',
      'USMALLINT',
      'UINTEGER',
      'UBIGINT',
      'UHUGEINT',
      'FLOAT',
      'DECIMAL(4,1)',
    ])
      expect(await parquet(['7', '0', '120'], type)).toEqual(wanted);
  });

  test('beyond 2^53 is exact', async () => {
    const big = ['9007199254740993', '18446744073709551615', '123456789012345678901'];
    const wanted = await csv(big);
    expect(await jsonl(big)).toEqual(wanted);
    expect(await parquet(big, 'DECIMAL(38,0)')).toEqual(wanted);
    expect(await parquet(big.slice(0, 2), 'UBIGINT')).toEqual(wanted.slice(0, 2));
    expect(wanted.map((row) => (row as never)['c'])).toEqual(big);
  });

  test('with an exponent is the number that it means', async () => {
    const wanted = await csv(['1000000000000000000000', '100']);
    expect(await jsonl(['1e21', '1E2'])).toEqual(wanted);
    expect(await parquet(['1e21', '1e2'], 'DOUBLE')).toEqual(wanted);
    expect(await csv(['1e+21', '1.0E2'])).toEqual(wanted);
    expect(await request([{ c: 1e21, x: 1e21 }], shape)).toMatchObject([{ c: '1000000000000000000000', x: 1e21 }]);
  });
});

describe('a fraction', () => {
  const dataset = { columns: { c: shape.columns.c, x: shape.columns.x } };
  test('is the same category and number in every format', async () => {
    const values = [0.1, 1 / 3, -2.5, 1e-7, 1.5e-5, 123456789.125, 0.5];
    const csv = await clean('csv', `y,c,x\n${values.map((v) => `1,${pythons(v)},${v}`).join('\n')}\n`, dataset);
    const jsonl = values.map((v) => `{"y":1,"c":${v},"x":${v}}`).join('\n');
    expect(await clean('jsonl', `${jsonl}\n`, dataset)).toEqual(csv);
    const rows = values.map((v) => `('${v}')`).join(', ');
    const select = `SELECT 1 AS y, CAST(v AS DOUBLE) AS c, CAST(v AS DOUBLE) AS x FROM (VALUES ${rows}) AS t(v)`;
    expect(await clean('parquet', select, dataset)).toEqual(csv);
    const online = await request(
      values.map((v) => ({ c: v, x: v })),
      dataset,
    );
    expect(online).toEqual(csv.map((row) => ({ c: (row as never)['c'], x: (row as never)['x'] })));
  });
  /** A float as Python writes it. */
  const pythons = (value: number): string => {
    if (value !== 0 && Math.abs(value) < 1e-4) return value.toExponential().replace(/e-(\d)$/, 'e-0$1');
    return String(value);
  };

  test('of a single-precision float is the number that its file shows', async () => {
    const select = `SELECT 1 AS y, v::FLOAT AS c, v::FLOAT AS x FROM (VALUES (0.1), (2.5), (16777216)) AS t(v)`;
    expect(await clean('parquet', select, dataset)).toMatchObject([
      { c: '0.1', x: 0.1 },
      { c: '2.5', x: 2.5 },
      { c: '16777216', x: 16777216 },
    ]);
  });

  test('of a decimal type loses the zeros that its type adds', async () => {
    const select = `SELECT 1 AS y, v::DECIMAL(9,3) AS c, v::DECIMAL(9,3) AS x FROM (VALUES (5.5), (5), (0), (-0.125), (100)) AS t(v)`;
    expect((await clean('parquet', select, dataset)).map((row) => (row as never)['c'])).toEqual([
      '5.5',
      '5',
      '0',
      '-0.125',
      '100',
    ]);
  });

  test('that is not a number is missing in Parquet, and one without bounds is malformed', async () => {
    const select = `SELECT 1 AS y, v::DOUBLE AS c, v::DOUBLE AS x FROM (VALUES ('NaN'), ('inf'), ('-inf'), ('-0.0')) AS t(v)`;
    expect(await clean('parquet', select, dataset)).toMatchObject([
      { c: null, x: null },
      { malformed: 'not a finite number' },
      { malformed: 'not a finite number' },
      { c: '0', x: 0 },
    ]);
  });
});

describe('numbers in a declared notation', () => {
  const dataset = {
    numbers: { decimal: ',', thousands: '.' },
    label: { column: 'y', positive: { above: 1.5 } },
    columns: {
      x: shape.columns.x,
      c: shape.columns.c,
      z: { role: 'quasi', action: 'generalize', binWidth: 0.5, feature: { type: 'number' } },
    },
  };
  test('are texts alone: numbers of JSON, Parquet and requests are numbers already', async () => {
    const wanted = [
      { _label: 1, x: 1.234, c: '1.234', z: 1 },
      { _label: 0, x: 1234, c: '1.25', z: 1234.5 },
    ];
    const csv = 'y;x;c;z\n1,6;1,234;1.234;1,2\n1,4;1.234;1.25;1.234,7\n';
    expect(await clean('csv', csv, { ...dataset, csv: { delimiter: ';' } })).toMatchObject(wanted);
    const jsonl = '{"y":1.6,"x":1.234,"c":1.234,"z":1.2}\n{"y":"1,4","x":"1.234","c":"1.25","z":"1.234,7"}\n';
    expect(await clean('jsonl', jsonl, dataset)).toMatchObject(wanted);
    const select =
      'SELECT * FROM (VALUES (1.6::DOUBLE, 1.234::DOUBLE, 1.234, 1.2::DOUBLE), (1.4, 1234, 1.25, 1234.7)) AS t(y, x, c, z)';
    expect(await clean('parquet', select, dataset)).toMatchObject(wanted);
    const rows = [
      { x: 1.234, c: 1.234, z: 1.2 },
      { x: '1.234', c: '1.25', z: '1.234,7' },
    ];
    expect(await request(rows, dataset)).toMatchObject(wanted.map(({ _label, ...row }) => row));
  });
});

describe('dates', () => {
  const dataset = (column: object) => ({
    time: 'at',
    columns: { at: { role: 'feature', type: 'datetime', parts: ['hour'], ...column } },
  });
  const instant = '2024-01-05T09:30:00.000Z';
  test('of Parquet need no format, and obey the zone', async () => {
    const at = async (type: string, column: object = {}) => {
      const rows = await clean('parquet', `SELECT 1 AS y, ${type} AS at`, dataset(column));
      return (rows[0] as never)['_time'] ?? rows[0];
    };
    for (const column of [{}, { format: '%d/%m/%Y' }, { format: { epoch: 'seconds' } }]) {
      expect(await at("DATE '2024-01-05'", column)).toBe('2024-01-05T00:00:00.000Z');
      for (const type of ['TIMESTAMP', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP_NS'])
        expect(await at(`'2024-01-05 09:30:00'::${type}`, column)).toBe(instant);
      expect(await at("'2024-01-05 11:30:00+02'::TIMESTAMPTZ", column)).toBe(instant);
      expect(await at("'2024-01-05 10:30:00'::TIMESTAMP", { ...column, zone: 'Europe/Berlin' })).toBe(instant);
      expect(await at("'2024-01-05 11:30:00+02'::TIMESTAMPTZ", { ...column, zone: 'Asia/Tokyo' })).toBe(instant);
    }
    expect(await at("'infinity'::TIMESTAMP")).toEqual({ malformed: 'not a date or time in ISO 8601' });
    expect(await at("'05/01/2024'", { format: '%d/%m/%Y' })).toBe('2024-01-05T00:00:00.000Z');
    expect(await at('1704447000::BIGINT', { format: { epoch: 'seconds' } })).toBe(instant);
    expect(await at('1704447000::DOUBLE', { format: { epoch: 'seconds' } })).toBe(instant);
    expect(await at('1704447000::BIGINT')).toEqual({ malformed: 'not a date or time in ISO 8601: declare its format' });
  });
  test('of JSON may be numbers', async () => {
    const epoch = dataset({ format: { epoch: 'milliseconds' } });
    const rows = await clean(
      'jsonl',
      '{"y":1,"at":1704447000000}\n{"y":1,"at":"1704447000000"}\n{"y":1,"at":1.704447e12}\n',
      epoch,
    );
    expect(rows.map((row) => (row as never)['at'])).toEqual([instant, instant, instant]);
    expect(await request([{ at: 1704447000000 }, { at: '1704447000000' }], epoch)).toEqual([
      { at: instant },
      { at: instant },
    ]);
  });
  test('of the time of a row have the format of the dataset where its column is no other', async () => {
    const own = { time: 'at', dates: { format: '%d/%m/%y', pivot: 1970 } };
    const rows = await clean('csv', 'y,at,x\n1,05/01/24,1\n1,2024-01-05,1\n', own);
    expect(rows).toMatchObject([
      { _time: '2024-01-05T00:00:00.000Z' },
      { malformed: 'not a date or time of the declared format' },
    ]);
  });
});

describe('true and false', () => {
  const dataset = {
    label: { column: 'y', positive: true },
    columns: { b: { role: 'feature', type: 'boolean' }, c: { role: 'feature', type: 'category' } },
  };
  test('are the same in every format, label, column and request', async () => {
    const wanted = [
      { _label: 1, b: true, c: 'true' },
      { _label: 0, b: false, c: 'false' },
    ];
    for (const [yes, no] of [
      ['True', 'False'],
      ['true', 'false'],
      ['TRUE', 'FALSE'],
    ] as const) {
      expect(await clean('csv', `y,b,c\n${yes},${yes},${yes}\n${no},${no},${no}\n`, dataset)).toMatchObject(wanted);
    }
    expect(await clean('csv', 'y,b,c\n1,1.0,true\n0,No,false\n', dataset)).toMatchObject(wanted);
    expect(await clean('jsonl', '{"y":true,"b":true,"c":true}\n{"y":0,"b":0.0,"c":"False"}\n', dataset)).toMatchObject(
      wanted,
    );
    expect(
      await clean('parquet', 'SELECT * FROM (VALUES (true, true, true), (false, false, false)) AS t(y, b, c)', dataset),
    ).toMatchObject(wanted);
    expect(
      await clean('parquet', "SELECT * FROM (VALUES (1::DOUBLE, 1, 'True'), (0, 0, 'False')) AS t(y, b, c)", dataset),
    ).toMatchObject(wanted);
    const rows = [
      { b: true, c: true },
      { b: 0, c: 'False' },
    ];
    expect(await request(rows, dataset)).toEqual(wanted.map(({ _label, ...row }) => row));
  });
  test('as texts of a label are the same too', async () => {
    const texts = { ...dataset, label: { column: 'y', positive: 'True', negative: 'False' } };
    expect(await clean('jsonl', '{"y":true}\n{"y":"TRUE"}\n{"y":false}\n', texts)).toMatchObject([
      { _label: 1 },
      { _label: 1 },
      { _label: 0 },
    ]);
  });
});

describe('missing values', () => {
  const dataset = { nullValues: ['', 'NA', -999], trim: true, columns: { c: shape.columns.c, x: shape.columns.x } };
  test('are the same in every format and request', async () => {
    const wanted = Array.from({ length: 4 }, () => ({ c: null, x: null }));
    const texts = ['', ' NA ', '-999.0', '\u00a0'];
    expect(await clean('csv', `y,c,x\n${texts.map((own) => `1,${own},${own}`).join('\n')}\n`, dataset)).toMatchObject(
      wanted,
    );
    const json = ['""', '" NA "', '-999', '"\u00a0"'];
    expect(
      await clean('jsonl', `${json.map((own) => `{"y":1,"c":${own},"x":${own}}`).join('\n')}\n`, dataset),
    ).toMatchObject(wanted);
    const values = texts.map((own) => `(1, '${own}', '${own}')`).join(', ');
    expect(await clean('parquet', `SELECT * FROM (VALUES ${values}) AS t(y, c, x)`, dataset)).toMatchObject(wanted);
    expect(await clean('parquet', 'SELECT 1 AS y, -999 AS c, -999.0::DOUBLE AS x', dataset)).toMatchObject(
      wanted.slice(0, 1),
    );
    expect(await request([...texts.map((own) => ({ c: own, x: own })), { c: -999, x: -999 }, {}], dataset)).toEqual([
      ...wanted,
      ...wanted.slice(0, 2),
    ]);
  });
  test('are empty texts without a setting, in every format', async () => {
    const own = { columns: dataset.columns };
    expect(await clean('jsonl', '{"y":1,"c":"","x":""}\n', own)).toMatchObject([{ c: null, x: null }]);
    expect(await clean('parquet', "SELECT 1 AS y, '' AS c, '' AS x", own)).toMatchObject([{ c: null, x: null }]);
    expect(await request([{ c: '', x: '' }], own)).toEqual([{ c: null, x: null }]);
  });
});

test('texts that look the same are the same, however their characters are composed', async () => {
  const dataset = { id: 'id', columns: { c: shape.columns.c, e: shape.columns.email } };
  const rows = await clean('csv', 'y,id,c,e\n1,café,café,café\n1,cafe\u0301,cafe\u0301,\u200bcafe\u0301\n', dataset);
  const [first, second] = rows.map(({ _side, ...row }: Record<string, unknown>) => row);
  expect(second).toEqual(first);
  expect(await request([{ c: 'cafe\u0301' }], dataset)).toEqual([{ c: 'café' }]);
});
