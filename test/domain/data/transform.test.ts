import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { xgboost } from '#domain/algorithms/xgboost/xgboost';
import { toCsv } from '#domain/data/online';
import {
  absentSources,
  csvLabel,
  csvOutput,
  encodeCsv,
  encodeRelation,
  featureSelectSql,
} from '#domain/data/transform';
import type { FittedFeature } from '#schemas/records/fitted-transform';
import { testEngine } from '../../fakes/data-run.ts';

/** The model inputs a feature gives for some SQL values of its source column `v`. */
async function encode(feature: FittedFeature, values: string): Promise<unknown[]> {
  using engine = await testEngine();
  const sql = featureSelectSql({ features: [feature] }, `(SELECT unnest([${values}]) AS v)`);
  return (await engine.query('encode', sql)).map((r) => r['x0']);
}
const of = { name: 'f', source: 'v' } as const;

describe('a fitted feature', () => {
  test('number: fills what is missing, or leaves it missing', async () => {
    expect(await encode({ ...of, kind: 'number', fill: 2.5 }, '1.5::DOUBLE, NULL')).toEqual([1.5, 2.5]);
    expect(await encode({ ...of, kind: 'number', fill: null }, '1.5::DOUBLE, NULL')).toEqual([1.5, null]);
  });
  test('missing: says where the value is absent', async () => {
    expect(await encode({ ...of, kind: 'missing' }, "'a', NULL")).toEqual([0, 1]);
  });
  test('equals: is 1 for its category alone, and for missing when that was fitted so', async () => {
    const feature = { ...of, kind: 'equals', category: "o'b" } as const;
    expect(await encode({ ...feature, orMissing: false }, "'o''b', 'a', NULL")).toEqual([1, 0, 0]);
    expect(await encode({ ...feature, orMissing: true }, "'o''b', 'a', NULL")).toEqual([1, 0, 1]);
  });
  test('other: is 1 for what was not known, not for what is missing', async () => {
    expect(await encode({ ...of, kind: 'other', known: ['a', 'b'] }, "'a', 'zz', NULL")).toEqual([0, 1, 0]);
  });
  test('ordinal: is the position, missing for an unknown category', async () => {
    const feature = { ...of, kind: 'ordinal' as const, order: ['low', 'high'] };
    expect(await encode({ ...feature, fill: null }, "'high', 'low', 'x', NULL")).toEqual([1, 0, null, null]);
    expect(await encode({ ...feature, fill: 1 }, "'low', 'x', NULL")).toEqual([0, null, 1]);
  });
  test('boolean: is 0 or 1', async () => {
    expect(await encode({ ...of, kind: 'boolean', fill: null }, 'true, false, NULL')).toEqual([1, 0, null]);
    expect(await encode({ ...of, kind: 'boolean', fill: 1 }, 'NULL::BOOLEAN')).toEqual([1]);
  });
  test('datetime: gives the part, Monday being 1', async () => {
    const monday = "TIMESTAMP '2026-03-02 17:45:00'";
    const part = async (p: string) => (await encode({ ...of, kind: 'datetime', part: p }, monday))[0];
    expect(await part('hour')).toBe(17);
    expect(await part('dayOfWeek')).toBe(1);
    expect(await part('dayOfMonth')).toBe(2);
    expect(await part('month')).toBe(3);
    expect(await part('year')).toBe(2026);
    expect(await part('epochDays')).toBe(Date.UTC(2026, 2, 2) / 86_400_000);
    expect(await encode({ ...of, kind: 'datetime', part: 'hour' }, 'NULL::TIMESTAMP')).toEqual([null]);
  });
  test('whose source column is gone reads it as missing', () => {
    const fitted = { features: [{ ...of, kind: 'number', fill: 3 }] as FittedFeature[] };
    expect(absentSources(fitted, ['w'])).toEqual(['v']);
    expect(encodeRelation(fitted, 'r', { available: ['w'] }).inputs[0]).toContain('NULL');
  });
});

test('the label is a class number, or the value itself in a regression', async () => {
  using engine = await testEngine();
  const written = async (task: 'binary' | 'multiclass' | 'regression') =>
    (
      await engine.query(
        'label',
        `SELECT CAST(${csvLabel({ task })} AS VARCHAR) AS v FROM (SELECT 2.0::DOUBLE AS _label)`,
      )
    )[0]?.['v'];
  expect([await written('binary'), await written('multiclass'), await written('regression')]).toEqual([
    '2',
    '2',
    '2.0',
  ]);
});

describe('the CSV a model reads', () => {
  const twoNumbers = {
    features: ['a', 'b'].map((source): FittedFeature => ({ kind: 'number', name: source, source, fill: null })),
  };
  const written = async (rows: string, fitted: { features: FittedFeature[] }): Promise<string> => {
    const folder = mkdtempSync(join(tmpdir(), 'csv-'));
    try {
      using engine = await testEngine();
      const { inputs, from } = encodeCsv(fitted, `(${rows})`, xgboost.input);
      await engine.query(
        'write',
        `COPY (SELECT ${inputs.join(', ')} FROM ${from}) TO '${folder}/o.csv' ${csvOutput(xgboost.input)}`,
      );
      return readFileSync(`${folder}/o.csv`, 'utf8');
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  test('brings every float64 back bit for bit', async () => {
    const value = fc.double({ noNaN: true, noDefaultInfinity: true });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 50 }), async (rows) => {
        const values = rows.map(([a, b]) => `(CAST('${a}' AS DOUBLE), CAST('${b}' AS DOUBLE))`).join(', ');
        const text = await written(`SELECT * FROM (VALUES ${values}) t(a, b)`, twoNumbers);
        const back = text
          .trim()
          .split('\n')
          .map((line) => line.split(',').map(Number));
        // a negative zero comes back as zero, which no tree tells apart
        expect(back).toEqual(rows.map((row) => row.map((v) => v + 0)));
      }),
      { numRuns: 25 },
    );
  });
  test('has an empty field where a value is missing', async () => {
    expect(await written('SELECT 1.0::DOUBLE AS a, NULL::DOUBLE AS b', twoNumbers)).toBe('1.0,\n');
  });
  test('has no empty line, not even for a model of one input', async () => {
    const one = { features: twoNumbers.features.slice(0, 1) };
    expect(await written('SELECT unnest([NULL, 2.0::DOUBLE]) AS a', one)).toBe('nan\n0002.0\n');
  });
  test('has numbers of a model of one input in which no sign is as frequent as a digit, and which are the same', async () => {
    const one = { features: twoNumbers.features.slice(0, 1) };
    const value = fc.double({ noNaN: true, noDefaultInfinity: true });
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 50 }), async (values) => {
        const list = values.map((v) => `CAST('${v}' AS DOUBLE)`).join(', ');
        const lines = (await written(`SELECT unnest([${list}]) AS a`, one)).trim().split('\n');
        const online = toCsv(
          { rows: values.length, features: ['a'], values: Float64Array.from(values) },
          xgboost.input,
        );

        expect(lines.map(Number)).toEqual(values.map((v) => v + 0));
        expect(online.split('\n').map(Number)).toEqual(values.map((v) => v + 0));
        for (const line of [...lines, ...online.split('\n')]) {
          const count = (character: string) => line.split(character).length - 1;
          expect(Math.max(...[...'+-.'].map(count)), line).toBeLessThan(count('0'));
        }
      }),
      { numRuns: 25 },
    );
  });
});
