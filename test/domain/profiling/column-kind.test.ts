import { describe, expect, it } from 'vitest';
import { notations } from '#domain/profiling/column-facts';
import { kindOfColumn } from '#domain/profiling/column-kind';
import { type Described, factsOf, numbered } from './a-column.ts';

const kindOf = (described: Described) => kindOfColumn(factsOf(described));

describe('the kind of a column', () => {
  it('is a number, with words for a missing one', () => {
    expect(kindOf({ values: { 1: 40, 2.5: 50, NA: 10 }, words: ['NA'] })).toEqual({
      kind: 'number',
      numbers: notations[0],
      whole: false,
      nullWords: ['NA'],
      unread: 0,
      because: 'numbers, 2 different; 10 % NA',
    });
  });

  it('is a number where a few texts of many are none, which become malformed rows', () => {
    expect(kindOf({ values: { 1: 600, 2: 399, x: 1 } })).toMatchObject({ kind: 'number', unread: 1, whole: false });
    expect(kindOf({ values: { 1: 60, 2: 39, x: 1 } })).toMatchObject({ kind: 'category' });
  });

  it.each([
    [1, 'groups by ","'],
    [2, 'a decimal comma and groups by "."'],
    [5, 'a percent sign'],
    [7, 'groups by "," and a currency'],
  ])('is a number in notation %i', (notation, because) => {
    const found = kindOf({ values: { '1,0': 5, '2,0': 5 }, notation });
    expect(found).toMatchObject({
      kind: 'number',
      numbers: notations[notation],
      because: `numbers with ${because}, 2 different`,
    });
  });

  it('says where a number far from the others seems to mean "missing"', () => {
    const values = { 1: 20, 2: 20, 3: 20, 4: 20, 5: 20, '-999': 5 };
    expect(kindOf({ values })).toMatchObject({ kind: 'number', nullNumber: -999 });
    expect(kindOf({ values: { ...values, '-999': 1 }, rows: 10_000, present: 10_000 })).not.toHaveProperty(
      'nullNumber',
    );
    expect(kindOf({ values: { 1: 9, 2: 9, '-999': 5 } })).not.toHaveProperty('nullNumber');
    expect(kindOf({ values: { 1: 9, 2: 9, 3: 9, 4: 9, 700: 9, 999: 5 } })).not.toHaveProperty('nullNumber');
    expect(kindOf({ values: { 1: 9, 2: 9, 3: 9, 4: 9, 70: 9, 999: 5 } })).toMatchObject({ nullNumber: 999 });
    expect(kindOf({ values: { '-5': 9, 2: 9, 3: 9, 4: 9, 70: 9, '-999': 5 } })).not.toHaveProperty('nullNumber');
  });

  it('is a category where digits begin with zeros', () => {
    expect(kindOf({ values: { '01234': 5, '90210': 5 } })).toMatchObject({
      kind: 'category',
      because: 'digits with leading zeros: codes, no amounts',
    });
  });

  it('is a date in the form that reads nearly all', () => {
    const dates = [
      { settings: {}, read: 2 },
      { settings: { format: '%d/%m/%Y' }, read: 10 },
    ];
    expect(kindOf({ values: { '31/01/2020': 10 }, dates })).toMatchObject({
      kind: 'datetime',
      dates: { format: '%d/%m/%Y' },
      because: 'dates as %d/%m/%Y',
    });
    expect(kindOf({ values: { '2020-01-31': 2, '2020-02-01': 1 }, dates: [{ settings: {}, read: 3 }] })).toMatchObject({
      because: 'dates in ISO 8601',
    });
    expect(kindOf({ values: { '31/01/2020': 100 }, dates })).toMatchObject({ kind: 'category' });
  });

  it('asks which of day and month is first where the values do not say, and what two digits of a year mean', () => {
    const both = [
      { settings: { format: '%d/%m/%Y' }, read: 3 },
      { settings: { format: '%m/%d/%Y' }, read: 3 },
    ];
    expect(kindOf({ values: { '01/02/2020': 3 }, dates: both })).toMatchObject({
      doubt: 'every value is also one of %m/%d/%Y: which of day and month is first?',
    });
    const short = [{ settings: { format: '%d/%m/%y', pivot: 1927 }, read: 3 }];
    expect(kindOf({ values: { '01/02/20': 3 }, dates: short })).toMatchObject({
      doubt: 'years of two digits: 1927 is the first that they may mean',
    });
  });

  it('is a time in UTC until somebody says otherwise, where the values have no offset', () => {
    const dates = [{ settings: {}, read: 3 }];
    const of = (local: number, offset: number, settings: object = {}) =>
      kindOf({ values: { '2020-01-31 10:00': 3 }, dates: [{ settings, read: 3 }], clocks: { local, offset } });
    expect(of(3, 0)).toMatchObject({
      dates: { zone: 'UTC' },
      because: 'times in ISO 8601 without an offset',
      doubt: expect.stringMatching(/^are these in UTC\? .*Europe\/Berlin/),
    });
    expect(of(1, 2)).toMatchObject({
      dates: { zone: 'UTC' },
      because: 'times in ISO 8601, some without an offset',
      doubt: expect.stringMatching(/^are those without in UTC\?/),
    });
    expect(of(0, 3)).toEqual({
      kind: 'datetime',
      dates: {},
      nullWords: [],
      unread: 0,
      because: 'times in ISO 8601 with an offset, so each is an instant; parts of it are those of UTC',
    });
    expect(of(3, 0, { format: '%d/%m/%y %H:%M', pivot: 1970 })).toMatchObject({
      dates: { format: '%d/%m/%y %H:%M', pivot: 1970, zone: 'UTC' },
      because: 'times as %d/%m/%y %H:%M without an offset',
      doubt: expect.stringMatching(/^years of two digits: .*\. Are these in UTC\?/),
    });
    expect(kindOf({ values: { '2020-01-31': 3 }, dates })).toMatchObject({ dates: {}, because: 'dates in ISO 8601' });
  });

  it('is a date where eight digits are all days, and a time since 1970 where the name says so', () => {
    const dates = [{ settings: { format: '%Y%m%d' }, read: 20 }];
    expect(kindOf({ values: { 20200131: 10, 20211231: 10 }, dates })).toMatchObject({ kind: 'datetime' });
    expect(kindOf({ values: { 20200131: 10, 92211231: 10 }, dates })).toMatchObject({ kind: 'number' });
    const seconds = { 1600000000: 1, 1700000000: 1 };
    expect(kindOf({ name: 'createdAt', values: seconds })).toMatchObject({ dates: { format: { epoch: 'seconds' } } });
    expect(kindOf({ name: 'amount', values: seconds })).toMatchObject({ kind: 'number' });
    expect(kindOf({ name: 'ts', values: { 1600000000000: 1, 1700000000000: 1 } })).toMatchObject({
      dates: { format: { epoch: 'milliseconds' } },
    });
    expect(kindOf({ name: 'time', values: { 9: 1, 17: 1 } })).toMatchObject({ kind: 'number' });
  });

  it('is true or false for a pair of words that mean it', () => {
    expect(kindOf({ values: { yes: 4, no: 6, '?': 1 }, words: ['?'] })).toMatchObject({
      kind: 'boolean',
      nullWords: ['?'],
    });
    expect(kindOf({ values: { yes: 4, maybe: 6 } })).toMatchObject({ kind: 'category' });
  });

  it('is free text where words are many and differ', () => {
    const values = numbered(30, (i) => `the customer called ${i} times`);
    expect(kindOf({ values, meanWords: 5 })).toMatchObject({
      kind: 'text',
      because: '5 words on average, 30 different',
    });
    expect(kindOf({ values, meanWords: 2 })).toMatchObject({ kind: 'category' });
  });

  it('has no value, or nothing but words for "missing"', () => {
    expect(kindOf({ values: {}, rows: 3 })).toMatchObject({ kind: 'empty', because: 'no value at all' });
    expect(kindOf({ values: { NA: 3 }, words: ['NA'] })).toMatchObject({ because: 'nothing but words for "missing"' });
  });

  it('does not take a word of a category for a missing value unless it means nothing else', () => {
    expect(kindOf({ values: { gold: 3, none: 3, '?': 3 }, words: ['none', '?'] })).toMatchObject({ nullWords: ['?'] });
    expect(kindOf({ values: { DE: 3, FR: 3, NA: 3 }, words: ['NA'] })).toMatchObject({ nullWords: [] });
  });
});
