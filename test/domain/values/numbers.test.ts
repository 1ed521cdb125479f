import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nativeNumberText, numbersSchema } from '#domain/values/numbers';
import { readingFor, readTexts } from '../../fakes/values.ts';

const notFinite = '✗ not a finite number';
const undeclared =
  '✗ not a finite number in the notation of numbers: declare decimal, thousands, currency, percent or negatives';
const malformed = expect.stringContaining(notFinite);
const read = async (texts: readonly string[], numbers?: object) =>
  Object.fromEntries(
    (await readTexts('number', texts, { nullValues: [], ...(numbers ? { numbers } : {}) })).map((v, i) => [
      texts[i],
      v,
    ]),
  );

describe('a number without a declared notation', () => {
  test('is digits with a point, a sign or an exponent', async () => {
    const numbers = {
      '5': 5,
      '-5': -5,
      '+5': 5,
      '5.': 5,
      '.5': 0.5,
      '-.5': -0.5,
      '1e5': 1e5,
      '1E-5': 1e-5,
      '1e+5': 1e5,
      ' 5': 5,
      '5 ': 5,
      '\t5\n': 5,
      '007': 7,
      '-0': 0,
      '-0.0': 0,
      '12345678901234567890': 1.2345678901234567e19,
      '1e-400': 0,
    };
    expect(await read(Object.keys(numbers))).toEqual(numbers);
  });

  test('is nothing else, though other tools read it', async () => {
    const bad = [
      '',
      ' ',
      'abc',
      'NaN',
      'nan',
      'inf',
      '-inf',
      'Infinity',
      '1e400',
      '0x10',
      '0b11',
      '1_000',
      '1__0',
      '1d',
      '1f',
      '5L',
      '--5',
      '+-5',
      '-+5',
      '1e',
      'e5',
      '1e+-5',
      '1.2.3',
      '٥',
      '५',
      '５',
      '½',
      '²',
      '1 2 3 4x',
      'true',
      '1:30',
    ];
    for (const [text, value] of Object.entries(await read(bad))) expect([text, value]).toEqual([text, malformed]);
  });

  test('in another notation is malformed, and the message names the setting', async () => {
    const texts = [
      '1,234',
      '1,234.5',
      '1.234.567,89',
      '1 234',
      '1\u00a0234',
      "1'234",
      '12,5',
      '12 %',
      '12%',
      '$5',
      '€ 5',
      '5 €',
      '(12)',
      '12-',
      '\u22125',
      '($1,234.50)',
    ];
    expect(await read(texts)).toEqual(Object.fromEntries(texts.map((text) => [text, undeclared])));
  });

  test('is what a regular expression says, whatever the text', async () => {
    const blank = '[ \\t\\n\\v\\f\\r]*';
    const plain = new RegExp(`^${blank}[-+]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][-+]?\\d+)?${blank}$`);
    const text = fc.string({ unit: fc.constantFrom(...'0123456789+-.eE_ ,xXinfa'), minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 200, maxLength: 400 }), async (texts) => {
        const values = await readTexts('number', texts, { nullValues: [] });
        for (const [i, raw] of texts.entries()) {
          const number = plain.test(raw) && Number.isFinite(Number(raw)) ? Number(raw) : undefined;
          expect([raw, values[i]]).toEqual([raw, number === undefined ? malformed : number + 0]);
        }
      }),
      { numRuns: 10 },
    );
  });
});

describe('a declared notation', () => {
  test.each<[object, Record<string, number>]>([
    [{ decimal: ',' }, { '12,5': 12.5, '-0,5': -0.5, ',5': 0.5, '5,': 5, '1234': 1234, '1,5e3': 1500 }],
    [
      { decimal: ',', thousands: '.' },
      { '1.234.567,89': 1234567.89, '1.234': 1234, '-1.234': -1234, '1234,5': 1234.5, '999': 999 },
    ],
    [{ thousands: ',' }, { '1,234': 1234, '1,234.5': 1234.5, '1,234,567': 1234567, '1234.5': 1234.5, '+1,234': 1234 }],
    [{ thousands: ' ' }, { '1 234': 1234, '1\u00a0234.5': 1234.5, '1\u202f234\u202f567': 1234567, '1\u2009234': 1234 }],
    [{ thousands: "'" }, { "1'234.5": 1234.5, '1\u2019234': 1234 }],
    [
      { currency: true },
      {
        $5: 5,
        '€ 5.5': 5.5,
        '5 €': 5,
        '5€': 5,
        'EUR 5': 5,
        '5 USD': 5,
        '-$5': -5,
        '$-5': -5,
        US$5: 5,
        '£ 5': 5,
        '¥5': 5,
        '5': 5,
        '\u22125 €': -5,
      },
    ],
    [
      { currency: ['Fr.', 'zł'], decimal: ',' },
      { 'Fr. 5,50': 5.5, '12,5 zł': 12.5, '5': 5 },
    ],
    [{ percent: true }, { '12 %': 0.12, '12%': 0.12, '-7.5%': -0.075, '12\u00a0%': 0.12, '0.12': 0.12, '100%': 1 }],
    [{ negatives: ['parentheses'] }, { '(12)': -12, '(1.5)': -1.5, '-12': -12, '12': 12 }],
    [{ negatives: ['trailing'] }, { '12-': -12, '12\u2212': -12, '12': 12 }],
    [
      { decimal: ',', thousands: '.', currency: true, percent: true, negatives: ['parentheses', 'trailing'] },
      { '(1.234,50 €)': -1234.5, '€ 1.234,50-': -1234.5, '1.234,5 %': 12.345, '-1.234,5': -1234.5 },
    ],
  ])('%j reads its numbers', async (numbers, expected) => {
    expect(await read(Object.keys(expected), numbers)).toEqual(expected);
  });

  test.each<[object, string[]]>([
    [{ decimal: ',' }, ['12.5', '1.234,5', '1,2,3', '1,234.5']],
    [
      { decimal: ',', thousands: '.' },
      ['1.23', '1.2345', '12.34.567', '1..234', '.234', '1,234.5', '1.234,5.6', '1234.567', '0x10'],
    ],
    [
      { thousands: ',' },
      ['1,23,4', '1,2345', ',234', '1,,234', '1234,567', '12,34,567', '1.234,5', '1 234', '1_000', '1d'],
    ],
    [{ thousands: ' ' }, ['1  234', '1 23', '1\t234', '1,234']],
    [{ currency: true }, ['$', '€', 'EUR', '$€5', '$5$', '5 EURO', 'eur 5', '5 x', '$1,234']],
    [{ currency: ['€'] }, ['$5', 'EUR 5']],
    [{ percent: true }, ['%', '12 %%', '%12', '12 percent', '12 ‰']],
    [{ negatives: ['parentheses'] }, ['(12', '12)', '()', '(-12)', '-(12)', '12-', '((12))']],
    [{ negatives: ['trailing'] }, ['-12-', '12--', '(12)', '-']],
    [
      { decimal: ',', thousands: '.', currency: true, percent: true, negatives: ['trailing'] },
      ['NaN', 'inf', '1e999', '٥', ''],
    ],
  ])('%j reads nothing else', async (numbers, texts) => {
    for (const [text, value] of Object.entries(await read(texts, numbers)))
      expect([text, value]).toEqual([text, malformed]);
  });

  test('reads what the same notation wrote', async () => {
    const group = (digits: string, separator: string) => digits.replace(/\B(?=(\d{3})+(?!\d))/g, separator);
    const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 });
    const notation = fc
      .record({
        decimal: fc.constantFrom('.', ','),
        thousands: fc.constantFrom(undefined, ',', '.', ' ', "'"),
        percent: fc.boolean(),
        currency: fc.boolean(),
        negatives: fc.subarray(['parentheses', 'trailing']),
      })
      .filter(({ decimal, thousands }) => decimal !== thousands);
    await fc.assert(
      fc.asyncProperty(notation, fc.array(number, { minLength: 20, maxLength: 50 }), async (own, values) => {
        const { thousands, ...rest } = own;
        const numbers = { ...rest, ...(thousands === undefined ? {} : { thousands }) };
        const written = values.map((value) => {
          const [whole = '', fraction] = Math.abs(value).toFixed(4).split('.');
          const digits = `${group(whole, thousands ?? '')}${own.decimal}${fraction}`;
          const money = own.currency ? `${digits} €` : digits;
          if (value >= 0) return money;
          if (own.negatives.includes('parentheses')) return `(${money})`;
          return own.negatives.includes('trailing') ? `${money}-` : `-${money}`;
        });
        expect(await readTexts('number', written, { numbers })).toEqual(values.map((v) => Number(v.toFixed(4)) + 0));
      }),
      { numRuns: 20 },
    );
  });

  test('of a dataset is that of its columns that have none', () => {
    const dataset = { numbers: { decimal: ',', thousands: '.' } };
    expect(readingFor('number', {}, dataset).numbers).toMatchObject(dataset.numbers);
    expect(readingFor('number', { numbers: { percent: true } }, dataset).numbers).toMatchObject({
      decimal: '.',
      percent: true,
    });
  });

  test('has two characters for its two purposes', () => {
    expect(() => readingFor('number', { numbers: { thousands: '.' } })).toThrow('the same character as decimal');
  });

  test('writes a number of JSON so that it reads the same', () => {
    expect(nativeNumberText('1.234', numbersSchema.parse({ decimal: ',', thousands: '.' }))).toBe('1,234');
    expect(nativeNumberText('1.234', numbersSchema.parse({ thousands: ',' }))).toBe('1.234');
  });
});
