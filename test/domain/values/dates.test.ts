import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readingFor, readTexts } from '../../fakes/values.ts';

const iso = '✗ not a date or time in ISO 8601';
const other = '✗ not a date or time in ISO 8601: declare its format';
const fourDigits = '✗ write the year with four digits, or declare a format';
const notDeclared = '✗ not a date or time of the declared format';
const outOfRange = '✗ a year before 1000 or after 9999';
const time = (text: string): string => new Date(text).toISOString();

const read = async (texts: readonly string[], column: object = {}) =>
  Object.fromEntries((await readTexts('datetime', texts, column)).map((value, i) => [texts[i], value]));

describe('without a format', () => {
  test.each([
    ['2024-01-05', '2024-01-05T00:00Z'],
    ['2024-1-5', '2024-01-05T00:00Z'],
    ['2024/01/05', '2024-01-05T00:00Z'],
    ['2024-01-05 10:00', '2024-01-05T10:00Z'],
    ['2024-01-05T10:00:30', '2024-01-05T10:00:30Z'],
    ['2024-01-05T10:00:30.5', '2024-01-05T10:00:30.5Z'],
    ['2024-01-05T10:00:00.123456789', '2024-01-05T10:00:00.123Z'],
    ['2024-01-05T10:00Z', '2024-01-05T10:00Z'],
    ['2024-01-05T10:00:00Z', '2024-01-05T10:00Z'],
    ['2024-01-05 10:00:00 UTC', '2024-01-05T10:00Z'],
    ['2024-01-05T10:00:00+02:00', '2024-01-05T08:00Z'],
    ['2024-01-05T10:00+02:00', '2024-01-05T08:00Z'],
    ['2024-01-05T10:00+0200', '2024-01-05T08:00Z'],
    ['2024-01-05 10:00:00.5 +02', '2024-01-05T08:00:00.5Z'],
    ['2024-01-05T10:00:00-05:30', '2024-01-05T15:30Z'],
    ['2024-01-05 10:00-05', '2024-01-05T15:00Z'],
    ['2024-01-05T24:00:00', '2024-01-06T00:00Z'],
    ['2024-02-29', '2024-02-29T00:00Z'],
    ['9999-12-31', '9999-12-31T00:00Z'],
    ['1000-01-01', '1000-01-01T00:00Z'],
  ])('%s is read', async (text, expected) => {
    expect(await read([text])).toEqual({ [text]: time(expected) });
  });

  test('a year of two digits is malformed, whatever its place', async () => {
    const texts = ['01/01/20', '21/01/05', '21-01-05', '1.2.05', '5 Jan 05', '05-Jan-24', '01/02/20 10:00'];
    expect(await read(texts)).toEqual(Object.fromEntries(texts.map((text) => [text, fourDigits])));
  });

  test('a date in another form is malformed, and the message says what to do', async () => {
    const texts = ['31.01.2024', '01/31/2024', '20240105', '1704412800', 'Jan 5, 2024', '2024-02-30', '2024-13-01'];
    expect(await read(texts)).toEqual(Object.fromEntries(texts.map((text) => [text, other])));
  });

  test('what a cast would take and no date is, is malformed', async () => {
    const bad = ['epoch', 'infinity', '-infinity', 'now', 'today', 'soon', '', ' ', '10:00', 'x'.repeat(100)];
    for (const value of Object.values(await readTexts('datetime', bad, { nullValues: [] }))) expect(value).toBe(iso);
    for (const text of [
      '2024-01-05 (BC)',
      '12024-01-05',
      '99999-01-01',
      '2024',
      '2024-01',
      '2024-W01-5',
      '2024-005',
      '2024-01-05Z',
      '2024-01-05T23:59:60Z',
      '2024-01-05T25:00:00',
      '2024-01-05T10:00:00+25:00',
      '2024-01-05T10',
      '2024-01-05T10:00:00 Europe/Berlin',
    ])
      expect([text, (await read([text]))[text]]).toEqual([text, expect.stringContaining('✗ not a date')]);
    expect(await read(['0024-01-05', '0999-12-31'])).toEqual({ '0024-01-05': outOfRange, '0999-12-31': outOfRange });
  });
});

describe('with a format', () => {
  test.each<[unknown, string, string]>([
    ['%d/%m/%Y', '31/01/2024', '2024-01-31T00:00Z'],
    ['%d/%m/%Y', '1/2/2024', '2024-02-01T00:00Z'],
    ['%m/%d/%Y', '1/2/2024', '2024-01-02T00:00Z'],
    ['%d.%m.%Y %H:%M', '31.01.2024 9:05', '2024-01-31T09:05Z'],
    ['%m/%d/%Y %I:%M %p', '1/31/2024 12:30 AM', '2024-01-31T00:30Z'],
    ['%m/%d/%Y %I:%M:%S %p', '1/31/2024 5:07:09\u202fpm', '2024-01-31T17:07:09Z'],
    ['%d %b %Y', '5 MAR 2024', '2024-03-05T00:00Z'],
    ['%B %d, %Y', 'march 5, 2024', '2024-03-05T00:00Z'],
    ['%a, %d %b %Y %H:%M:%S %z', 'Tue, 05 Mar 2024 10:00:00 +0200', '2024-03-05T08:00Z'],
    ['%Y-%m-%d %H:%M%z', '2024-03-05 10:00Z', '2024-03-05T10:00Z'],
    ['%Y-%m-%d %H:%M:%S.%f', '2024-03-05 10:00:00.25', '2024-03-05T10:00:00.25Z'],
    ['%Y%m%d', '20240305', '2024-03-05T00:00Z'],
    ['%Y-%m', '2024-03', '2024-03-01T00:00Z'],
    ["%Y year's %m.%d", "2024 year's 3.5", '2024-03-05T00:00Z'],
    [{ epoch: 'seconds' }, '1704412800', '2024-01-05T00:00Z'],
    [{ epoch: 'seconds' }, '1704412800.5', '2024-01-05T00:00:00.5Z'],
    [{ epoch: 'seconds' }, '-1', '1969-12-31T23:59:59Z'],
    [{ epoch: 'milliseconds' }, '1704412800500', '2024-01-05T00:00:00.5Z'],
    [{ epoch: 'microseconds' }, '1704412800500000', '2024-01-05T00:00:00.5Z'],
    [['iso', '%d/%m/%Y', { epoch: 'seconds' }], '31/01/2024', '2024-01-31T00:00Z'],
    [['iso', '%d/%m/%Y', { epoch: 'seconds' }], '2024-01-31T10:00Z', '2024-01-31T10:00Z'],
    [['iso', '%d/%m/%Y', { epoch: 'seconds' }], '1704412800', '2024-01-05T00:00Z'],
  ])('%j reads %s', async (format, text, expected) => {
    expect(await read([text], { format })).toEqual({ [text]: time(expected) });
  });

  test.each<[unknown, string]>([
    ['%d/%m/%Y', '31/01/24'],
    ['%d/%m/%Y', '01/31/2024'],
    ['%d/%m/%Y', '30/02/2024'],
    ['%d/%m/%Y', '29/02/2023'],
    ['%d/%m/%Y', '2024-01-31'],
    ['%d/%m/%Y', ' 31/01/2024'],
    ['%d/%m/%Y', '31/01/2024 10:00'],
    ['%d/%m/%Y', '31/01/12024'],
    ['%m/%d/%Y %I:%M %p', '1/31/2024 13:30 PM'],
    ['%Y-%m-%d %H:%M', '2024-01-31 24:00'],
    ['%d %b %Y', '5 Mai 2024'],
    [{ epoch: 'seconds' }, '2024-01-31'],
    [{ epoch: 'seconds' }, '1e9'],
    [{ epoch: 'seconds' }, '+5'],
  ])('%j does not read %s', async (format, text) => {
    expect(await read([text], { format })).toEqual({ [text]: notDeclared });
  });

  test('an epoch in the wrong unit is out of range where it can be known', async () => {
    const [seconds, huge] = ['1704412800000', '999999999999999999'];
    expect(await read([seconds, huge], { format: { epoch: 'seconds' } })).toEqual({
      [seconds]: outOfRange,
      [huge]: outOfRange,
    });
  });

  test('a year of two digits is one of the hundred from the pivot', async () => {
    const texts = ['01/06/70', '01/06/69', '01/06/00', '29/02/00', '01/06/99'];
    const years = async (pivot: number) =>
      Object.values(await read(texts, { format: '%d/%m/%y', pivot })).map((value) => String(value).slice(0, 4));
    expect(await years(1970)).toEqual(['1970', '2069', '2000', '2000', '1999']);
    expect(await years(2000)).toEqual(['2070', '2069', '2000', '2000', '2099']);
    // 1900 is no leap year
    expect(await read(['29/02/00', '28/02/00'], { format: '%d/%m/%y', pivot: 1880 })).toEqual({
      '29/02/00': notDeclared,
      '28/02/00': time('1900-02-28T00:00Z'),
    });
  });

  test('dates survive being written in any format', async () => {
    const pad = (n: number, width = 2) => String(n).padStart(width, '0');
    const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
    const written: Readonly<Record<string, (d: Date) => string>> = {
      '%d/%m/%Y %H:%M': (d) =>
        `${d.getUTCDate()}/${d.getUTCMonth() + 1}/${d.getUTCFullYear()} ${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}`,
      '%b %d %Y %I:%M %p': (d) =>
        `${months[d.getUTCMonth()]} ${pad(d.getUTCDate())} ${d.getUTCFullYear()} ${pad(d.getUTCHours() % 12 || 12)}:${pad(d.getUTCMinutes())} ${d.getUTCHours() < 12 ? 'AM' : 'PM'}`,
      iso: (d) => d.toISOString(),
      seconds: (d) => String(d.getTime() / 1000),
    };
    const dates = fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    await fc.assert(
      fc.asyncProperty(fc.array(dates, { minLength: 20, maxLength: 40 }), async (raw) => {
        const minutes = raw.map((d) => new Date(Math.floor(d.getTime() / 60_000) * 60_000));
        for (const [name, write] of Object.entries(written)) {
          const format = name === 'seconds' ? { epoch: name } : name;
          expect(await readTexts('datetime', minutes.map(write), { format })).toEqual(
            minutes.map((d) => d.toISOString()),
          );
        }
      }),
      { numRuns: 5 },
    );
  });
});

describe('a time zone', () => {
  const berlin = (texts: readonly string[], column: object = {}) => read(texts, { zone: 'Europe/Berlin', ...column });
  test('says what times without an offset mean', async () => {
    expect(
      await berlin(['2024-01-05 10:00', '2024-07-05T10:00:00', '2024-01-05 10:00Z', '2024-01-05 10:00+05:00']),
    ).toEqual({
      '2024-01-05 10:00': time('2024-01-05T09:00Z'),
      '2024-07-05T10:00:00': time('2024-07-05T08:00Z'),
      '2024-01-05 10:00Z': time('2024-01-05T10:00Z'),
      '2024-01-05 10:00+05:00': time('2024-01-05T05:00Z'),
    });
    expect(await berlin(['05.01.2024 10:00'], { format: '%d.%m.%Y %H:%M' })).toEqual({
      '05.01.2024 10:00': time('2024-01-05T09:00Z'),
    });
  });
  test('leaves a date without a time the date that it is', async () => {
    expect(await berlin(['2024-01-05'])).toEqual({ '2024-01-05': time('2024-01-05T00:00Z') });
    expect(await berlin(['5.1.2024'], { format: '%d.%m.%Y' })).toEqual({ '5.1.2024': time('2024-01-05T00:00Z') });
  });
  test('has hours that its clocks skip, which are malformed, and hours that it has twice, of which the later counts', async () => {
    expect(await berlin(['2024-03-31 02:30', '2024-03-31 03:00', '2024-10-27 02:30'])).toEqual({
      '2024-03-31 02:30': '✗ a time that the clocks of its time zone skip',
      '2024-03-31 03:00': time('2024-03-31T01:00Z'),
      '2024-10-27 02:30': time('2024-10-27T01:30Z'),
    });
  });
});

describe('settings of dates', () => {
  const refused = (message: string, column: object, dataset: object = {}) => {
    expect(() => readingFor('datetime', column, dataset)).toThrow(message);
  };
  test.each<[string, object, string]>([
    ['two digits of a year without a pivot', { format: '%d/%m/%y' }, 'a year of two digits needs a pivot'],
    ['a pivot without two digits', { format: '%d/%m/%Y', pivot: 1970 }, 'has no effect without %y'],
    ['two formats that read the same texts', { format: ['%d/%m/%Y', '%m/%d/%Y'] }, 'which of day and month is first?'],
    ['a pattern without a year', { format: '%d/%m' }, 'a pattern needs a year'],
    ['two years', { format: '%Y/%y', pivot: 1970 }, 'a pattern has one year'],
    ['a directive that is not known', { format: '%Y-%Q' }, 'is not known; known are %Y'],
    ['a directive twice', { format: '%Y-%d-%d' }, 'occurs twice'],
    ['twelve hours without AM or PM', { format: '%Y-%m-%d %I' }, '%I and %p go together'],
    ['a day without a month', { format: '%Y-%d' }, 'a pattern with a day needs a month'],
    ['a format in other words', { format: 'dd/mm/yyyy' }, 'give iso, a pattern'],
    ['a zone that does not exist', { zone: 'Europe/Nowhere' }, 'not a time zone'],
    ['an offset as zone', { zone: '+02:00' }, 'not a time zone'],
    ['a setting of numbers', { numbers: { decimal: ',' } }, 'numbers'],
  ])('refuse %s', (_, column, message) => {
    refused(message, column);
  });
  test('of a dataset are those of its columns that have none, and of its time', async () => {
    const dataset = { dates: { format: '%d/%m/%Y', zone: 'Europe/Berlin' } };
    expect(readingFor('datetime', {}, dataset).dates).toEqual({ format: '%d/%m/%Y', zone: 'Europe/Berlin' });
    expect(readingFor('datetime', { format: 'iso' }, dataset).dates).toEqual({ format: 'iso', zone: 'Europe/Berlin' });
    expect(readingFor('datetime', { zone: 'UTC' }, dataset).dates).toEqual({ format: '%d/%m/%Y', zone: 'UTC' });
    refused('a year of two digits needs a pivot', {}, { dates: { format: '%d/%m/%y' } });
  });
});
