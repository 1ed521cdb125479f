import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalOf, canonicalSql, doubleText, numberText } from '#domain/values/canonical';
import { testEngine } from '../../fakes/data-run.ts';
import { readTexts } from '../../fakes/values.ts';

describe('the canonical form of a text', () => {
  const forms: Readonly<Record<string, string>> = {
    '5': '5',
    '5.0': '5',
    '5.00': '5',
    '-7.0': '-7',
    '0.0': '0',
    '-0': '0',
    '-0.0': '0',
    '-0.00': '0',
    '05': '05',
    '05.0': '05.0',
    '007': '007',
    '1.10': '1.10',
    '1.2.0': '1.2.0',
    'a.0': 'a.0',
    '5.': '5.',
    '.0': '.0',
    '2.50': '2.50',
    '10': '10',
    '100.0': '100',
    '+5': '+5',
    '1e+21': '1000000000000000000000',
    '1.0E21': '1000000000000000000000',
    '1.5e+3': '1500',
    '1e21': '1e21',
    '1E50': '1E50',
    '12E5': '12E5',
    '1e+400': '1e+400',
    '1.5e-07': '1.5e-07',
    '9007199254740993': '9007199254740993',
    '12345678901234567890123': '12345678901234567890123',
    '12345678901234567890123.0': '12345678901234567890123',
    True: 'true',
    TRUE: 'true',
    false: 'false',
    False: 'false',
    yes: 'yes',
    truE: 'truE',
    'True ': 'True ',
    'e\u0301': 'é',
    'caf\u00e9': 'café',
    '\u200b5': '5',
    '\ufeff5.0': '5',
    'a\u200db': 'a\u200db',
    'x\u00ad': 'x',
    ' 5': ' 5',
    '': '',
    '5\u00a0': '5\u00a0',
  };
  test('is the same in SQL and in code', async () => {
    const texts = Object.keys(forms);
    expect(
      Object.fromEntries((await readTexts('category', texts, { nullValues: [] })).map((v, i) => [texts[i], v])),
    ).toEqual(forms);
    expect(Object.fromEntries(texts.map((text) => [text, canonicalOf(text)]))).toEqual(forms);
    expect(await readTexts('text', ['5.0', null], { nullValues: [] })).toEqual(['5', null]);
  });

  test('is its own canonical form, and the same in SQL and in code, whatever the text', async () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'0159.-+eE', 'true', '\u200b', '\u0301', 'é', 'e'), maxLength: 8 }),
      fc.string({ unit: 'grapheme', maxLength: 8 }).filter((own) => !own.includes('\0')),
      fc.double({ noNaN: true }).map(String),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 100, maxLength: 200 }), async (texts) => {
        const wellFormed = texts.map((own) => own.toWellFormed());
        const once = await readTexts('category', wellFormed, { nullValues: [] });
        expect(once).toEqual(wellFormed.map(canonicalOf));
        expect(await readTexts('category', once as string[], { nullValues: [] })).toEqual(once);
      }),
      { numRuns: 10 },
    );
  });
});

describe('the text of a number', () => {
  test('is the same in SQL and in code, and canonical', async () => {
    using engine = await testEngine();
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.constantFrom(
        0,
        -0,
        1e15,
        1e16,
        1e21,
        -1e21,
        1e22,
        1e37,
        1e38,
        1.5e300,
        0.1,
        1e-4,
        1e-5,
        1.5e-7,
        123456789012345.6,
        5e-324,
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(number, { minLength: 50, maxLength: 100 }), async (numbers) => {
        const texts = numbers.map((own) => (Object.is(own, -0) ? '-0.0' : String(own)));
        const rows = await engine.query(
          'write numbers',
          `SELECT ${doubleText('v')} AS t, ${canonicalSql('t')} AS c FROM (SELECT CAST(unnest(from_json($1::JSON, '["VARCHAR"]')) AS DOUBLE) AS v)`,
          [JSON.stringify(texts)],
        );
        expect(rows.map((row) => row['t'])).toEqual(numbers.map(numberText));
        const small = rows.filter((_, i) => Math.abs(numbers[i] as number) < 1e38);
        expect(small.map((row) => row['c'])).toEqual(small.map((row) => row['t']));
      }),
      { numRuns: 10 },
    );
  });

  test('of NaN is none', async () => {
    using engine = await testEngine();
    const [row] = await engine.query('write', `SELECT ${doubleText('v')} AS t FROM (SELECT 'NaN'::DOUBLE AS v)`);
    expect(row?.['t']).toBeNull();
  });
});
