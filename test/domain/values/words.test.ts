import { describe, expect, test } from 'vitest';
import { readerNulls } from '#domain/data/value-settings';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../../fakes/data-run.ts';
import { readingFor, readTexts } from '../../fakes/values.ts';

describe('true and false', () => {
  test('have spellings of their own without a setting', async () => {
    expect(await readTexts('boolean', ['true', 'T', 'Yes', 'y', 'ON', '1', '1.0', '1.00', 'TRUE'])).toEqual(
      Array(9).fill(true),
    );
    expect(await readTexts('boolean', ['false', 'F', 'No', 'n', 'OFF', '0', '0.0', '-0', 'False'])).toEqual(
      Array(9).fill(false),
    );
    for (const value of await readTexts('boolean', ['2', 'maybe', ' true', 'ja', '-1', 'wahr']))
      expect(value).toBe('✗ not true or false');
    expect(await readTexts('boolean', ['', null])).toEqual([null, null]);
  });
  test('have the declared spellings instead', async () => {
    const german = { true: ['ja', 'J', 'Über'], false: ['nein', 0] };
    expect(await readTexts('boolean', ['JA', 'j', 'über', 'ÜBER', 'True'], german)).toEqual(Array(5).fill(true));
    expect(await readTexts('boolean', ['Nein', '0', '0.0', 'false'], german)).toEqual(Array(4).fill(false));
    for (const value of await readTexts('boolean', ['yes', '1', 'no'], german))
      expect(value).toBe('✗ not a declared spelling of true or false');
    expect(await readTexts('boolean', ['2', '1', 'true'], { true: [2], false: [1] })).toEqual([true, false, true]);
  });
  test('have no spelling in common', () => {
    expect(() => readingFor('boolean', { true: ['x'], false: ['X'] })).toThrow('a spelling means both true and false');
    expect(() => readingFor('boolean', { true: ['no'] })).toThrow('a spelling means both true and false');
    expect(() => readingFor('boolean', { true: [] })).toThrow();
  });
});

describe('a missing value', () => {
  test('is an empty text without a setting', async () => {
    expect(await readTexts('category', ['', ' ', 'NA', 'x'])).toEqual([null, ' ', 'NA', 'x']);
    expect(await readTexts('number', ['', ' 1 '])).toEqual([null, 1]);
  });
  test('is what the dataset says, unless its column says otherwise', async () => {
    const dataset = { nullValues: ['NA', -999], trim: true };
    expect(await readTexts('category', ['NA', ' NA\u00a0', '-999.00', 'na', '', ' x '], {}, dataset)).toEqual([
      null,
      null,
      null,
      'na',
      '',
      'x',
    ]);
    // Namibia
    expect(await readTexts('category', ['NA', '', '-999'], { nullValues: [''] }, dataset)).toEqual([
      'NA',
      null,
      '-999',
    ]);
    expect(await readTexts('number', ['-999', '-999.0', '-9.99e2', '5'], {}, dataset)).toEqual([null, null, null, 5]);
    expect(
      await readTexts('number', ['-1.000,0', '5'], { numbers: { decimal: ',', thousands: '.' }, nullValues: [-1000] }),
    ).toEqual([null, 5]);
    expect(await readTexts('datetime', ['9999-12-31', '2024-01-01'], { nullValues: ['9999-12-31'] })).toEqual([
      null,
      '2024-01-01T00:00:00.000Z',
    ]);
    expect(await readTexts('boolean', ['2', '1'], { nullValues: [2] })).toEqual([null, true]);
    expect(await readTexts('text', ['unknown', 'x'], { nullValues: ['unknown'] })).toEqual([null, 'x']);
  });
  test('may be one of many texts', async () => {
    const nullValues = ['', 'NA', 'N/A', '?', '-', 'null'];
    expect(await readTexts('category', [...nullValues, 'x'], { nullValues })).toEqual([
      ...nullValues.map(() => null),
      'x',
    ]);
  });
  test('is blank where blanks do not count', async () => {
    expect(await readTexts('category', [' ', '\t', '\u3000', '\u00a0'], {}, { trim: true })).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
  test('of a CSV file may be read where it was declared formerly, not of another file', async () => {
    const csv = { nullValues: ['?'], trim: true };
    expect(readingFor('category', {}, { csv })).toMatchObject({ nulls: ['?'], trim: true });
    expect(readingFor('category', {}, { csv, format: 'jsonl' })).toMatchObject({ nulls: [''], trim: false });
    expect(() => readingFor('category', {}, { csv, nullValues: [] })).toThrow('the former place of dataset.nullValues');
    expect(() => readingFor('category', {}, { csv, trim: false })).toThrow('the former place of dataset.trim');
  });
  test('is left to the reader of a file where all columns have the same texts for it', () => {
    const nulls = (dataset: Record<string, unknown>) =>
      readerNulls(pipelineSchema.parse(smallPipeline(dataset)).dataset);
    expect(nulls({})).toEqual(['']);
    expect(nulls({ nullValues: ['', 'NA'] })).toEqual(['', 'NA']);
    expect(nulls({ csv: { nullValues: ['?'] } })).toEqual(['?']);
    expect(nulls({ nullValues: [] })).toBeUndefined();
    expect(nulls({ nullValues: ['', -999] })).toBeUndefined();
    expect(nulls({ trim: true })).toBeUndefined();
    expect(nulls({ columns: { x: { role: 'feature', type: 'number', nullValues: [-1] } } })).toBeUndefined();
  });
});

describe('a setting of values', () => {
  test.each<[object, string]>([
    [{ role: 'feature', type: 'category', numbers: {} }, 'numbers'],
    [{ role: 'feature', type: 'number', format: 'iso' }, 'format'],
    [{ role: 'pii', action: 'drop', nullValues: [''] }, 'nullValues'],
    [{ role: 'ignore', nullValues: [''] }, 'only dataset.time is'],
    [{ role: 'ignore', format: '%d/%m/%y' }, 'needs a pivot'],
    [{ role: 'ignore', numbers: {} }, 'numbers'],
    [
      { role: 'quasi', action: 'generalize', keepFirst: 2, numbers: { percent: true } },
      'has no effect on a column that is read as a category',
    ],
    [
      { role: 'quasi', action: 'generalize', binWidth: 2, format: 'iso' },
      'has no effect on a column that is read as a number',
    ],
    [{ role: 'quasi', action: 'generalize', truncateTo: 'year', format: '%d/%m/%y' }, 'needs a pivot'],
  ])('is refused where it has no effect: %j', (column, message) => {
    const columns = { c: column, x: { role: 'feature', type: 'number' } };
    expect(() => pipelineSchema.parse(smallPipeline({ columns }))).toThrow(message);
  });
  test('is taken by a personal column of a fitting kind, and a slice', () => {
    const columns = {
      x: { role: 'feature', type: 'number' },
      income: { role: 'quasi', action: 'generalize', binWidth: 2, numbers: { decimal: ',' }, nullValues: [-1] },
      born: { role: 'quasi', action: 'generalize', truncateTo: 'year', format: '%d/%m/%Y', zone: 'Europe/Berlin' },
      email: { role: 'pii', action: 'tokenize', nullValues: ['none'] },
      region: { role: 'slice', nullValues: ['-'] },
    };
    expect(pipelineSchema.safeParse(smallPipeline({ columns })).error).toBeUndefined();
  });
});
