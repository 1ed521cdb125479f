import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { examineDates } from '#domain/detectors/birth-years';
import { passesLuhn } from '#domain/detectors/checks';
import { columnWords } from '#domain/detectors/column-words';
import { examineColumn, type Suspicion } from '#domain/detectors/examine-column';
import { createScanner } from '#domain/detectors/find-spans';
import { describeFinding, judged, refusePersonalData } from '#domain/detectors/judge';
import { mergeSearches } from '#domain/detectors/merge';
import { PersonalDataError } from '#domain/errors';
import type { Finding } from '#schemas/records/personal-data';

const scanner = createScanner({});
const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));
/** Five digits after 41111111111 that pass Luhn's check, from a number on. */
const card = (from: number): string => {
  let n = from;
  while (!passesLuhn(`41111111111${n}`)) n++;
  return String(n);
};
const kinds = (column: string, values: readonly string[], own = scanner) =>
  examineColumn(column, values, own, 0.01).map(({ kind, by }) => `${kind} by ${by}`);

describe('the words of a column', () => {
  it.each([
    ['dateOfBirth', 'date of birth'],
    ['DATE_OF_BIRTH', 'date of birth'],
    ['customer.e-mail', 'customer e mail'],
    ['CCNumber', 'cc number'],
    ['IPAddress', 'ip address'],
    ['生年月日', '生年月日'],
  ])('%s are "%s"', (name, words) => {
    expect(columnWords(name)).toBe(words);
  });
});

describe('a column', () => {
  it.each([
    ['mobile', times(50, (i) => `13${i % 10}0013${8000 + i}`), 'cn-mobile by values'],
    ['phone', times(50, (i) => `2125550${100 + i}`), 'phone by name'],
    ['ssn', times(50, (i) => `${536_220_000 + i * 7}`), 'ssn by name'],
    ['Geburtsdatum', times(50, (i) => `${1 + (i % 28)}.08.${1950 + i}`), 'birth-date by name'],
    ['first_name', times(50, (i) => `Name${'abcdefghijklmnopqrstuvwxy'[i % 25]}`), 'person-name by name'],
    ['street', times(50, (i) => `Main Street ${i}`), 'address by name'],
    ['passport', times(50, (i) => `X${1_000_000 + i}`), 'passport by name'],
    ['seen_from', times(50, (i) => `203.0.${i}.7`), 'ip by values'],
    ['paid_by', times(300, (i) => (i % 20 ? 'cash' : `41111111111${card(11_111 + i)}`)), 'card by values'],
    ['paid_by', times(300, (i) => (i % 10 ? String(i) : `41111111111${card(11_111 + i)}`)), 'card by values'],
    ['reference', times(300, (i) => (i % 10 ? 'none' : `536-22-${8000 + i}`)), 'ssn by values'],
    ['seen_from', times(300, (i) => (i % 10 ? 'unknown' : `203.0.${i % 250}.7`)), 'ip by values'],
    ['reach', times(300, (i) => (i % 10 ? 'no' : `+49 171 ${2_000_000 + i * 37}`)), 'phone by values'],
    ['contact', times(50, (i) => `person${i}＠example.com`), 'email by values'],
    ['paid_by', times(50, () => '４１１１１１１１１１１１１１１１'), 'card by values'],
    ['paid_by', times(50, () => '4111\u00a01111\u00a01111\u00a01111'), 'card by values'],
    ['reach', times(50, (i) => `+49\u2011171\u2011${2_000_000 + i * 37}`), 'phone by values'],
    [
      'reach',
      times(50, (i) => `+49 171 ${2_000_000 + i * 37}`.replace(/\d/g, (d) => String.fromCharCode(0x660 + Number(d)))),
      'phone by values',
    ],
    ['note', times(50, (i) => (i === 3 || i === 9 ? 'call me at 541-714-1388' : 'nothing')), 'phone by values'],
  ])('%s looks like what it holds', (column, values, expected) => {
    expect(kinds(column, values)).toContain(expected);
  });

  it.each([
    ['counter', times(200, (i) => String(13_800_138_000 + i))],
    ['amount', times(200, (i) => String(20_000 + i * 997))],
    ['longitude', times(200, (i) => `-122.${i}`)],
    ['timestamp', times(200, (i) => String(1_767_225_600_000 + i * 60_000))],
    ['seconds', times(200, (i) => String(1_767_225_600 + i * 60))],
    ['order', times(200, (i) => String(4_000_000_000_000_000 + i * 7919))],
    ['version', times(200, (i) => `1.2.${i}`)],
    ['release', times(200, (i) => `1.2.${i % 20}.${i % 7}`)],
    ['code', times(200, (i) => `A-${1000 + i}-${i % 10}`)],
    ['digest', times(200, (i) => `${'9c56cc51b374c3ba189210d5b6d4bf57'.slice(i % 16)}${i}`)],
    ['gdp', times(300, (i) => String(Math.round(1.03 ** i * 1e7)))],
    ['revenue', times(300, (i) => (i % 60 ? String(1000 + i * 31) : String(13_800_138_000 + i * 7919)))],
    ['order', times(300, (i) => (i % 10 ? 'none' : String(4_000_000_000_000_000 + i * 7919)))],
    ['firmware', times(300, (i) => (i % 10 ? 'none' : `1.2.${i % 20}.${i % 7}`))],
    ['phone', times(200, (i) => (i % 2 ? 'yes' : 'no'))],
    ['telephone', times(200, (i) => `A19${1 + (i % 2)}`)],
    ['birth_order', times(200, (i) => String(i % 5))],
    ['address_changes', times(200, (i) => String(i % 5))],
    ['dteday', times(200, (i) => `2011-01-${String(1 + (i % 28)).padStart(2, '0')}`)],
    ['a', times(200, (i) => (i === 7 ? 'a@example.com' : 'x'))],
  ])('%s looks like nothing', (column, values) => {
    expect(kinds(column, values)).toEqual([]);
  });

  it('counts each of its values, and shows none of them', () => {
    const secret = fc.stringMatching(/^[a-z]{6,12}$/);
    fc.assert(
      fc.property(fc.array(secret, { minLength: 2, maxLength: 30 }), (names) => {
        const [found] = examineColumn(
          'contact',
          names.map((name) => `${name}@example.com`),
          scanner,
          0.01,
        );
        expect(found).toMatchObject({ kind: 'email', examined: names.length, found: names.length, share: 1 });
        for (const name of names) expect(JSON.stringify(found?.examples)).not.toContain(name);
      }),
    );
  });

  it('is examined in time that is linear in its values, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 200 }), { maxLength: 20 }), (values) => {
        for (const { found, examined } of examineColumn('x', values, scanner, 0.01))
          expect(found).toBeLessThanOrEqual(examined);
      }),
    );
  });
});

describe('dates that span decades', () => {
  it('are a hint of dates of birth', () => {
    expect(
      examineDates(
        'when',
        times(100, (i) => `${1940 + (i % 60)}-05-05`),
      ),
    ).toMatchObject({ kind: 'birth-date', by: 'range' });
  });
  it.each([
    ['a few years', times(100, (i) => `${2001 + (i % 10)}-05-05`)],
    ['few values', times(10, (i) => `${1940 + i * 5}-05-05`)],
    ['the future', times(100, (i) => `${1990 + i}-05-05`)],
  ])('are none with %s', (_, values) => {
    expect(examineDates('when', values)).toBeUndefined();
  });
});

describe('the outcome', () => {
  const suspicion = {
    column: 'contact',
    kind: 'email',
    plural: 'e-mail addresses',
    by: 'values' as const,
    examined: 1000,
    found: 970,
    share: 0.97,
    examples: ['j***@***'],
  } satisfies Suspicion;

  it.each([
    ['refuse', [], 'refused'],
    ['warn', [], 'warned'],
    ['allow', [], 'allowed'],
    ['refuse', ['contact'], 'allowed'],
  ] as const)('of %s with %j allowed is %s', (undeclared, allow, outcome) => {
    expect(judged(suspicion, { undeclared, allow: [...allow] }).outcome).toBe(outcome);
  });

  it('of a hint is a warning alone', () => {
    expect(judged({ ...suspicion, by: 'range' }, { undeclared: 'refuse', allow: [] }).outcome).toBe('warned');
    expect(judged({ ...suspicion, kind: 'unique' }, { undeclared: 'refuse', allow: [] }).outcome).toBe('warned');
  });

  it('is said with column, kind, share and masked examples', () => {
    expect(describeFinding(suspicion)).toBe('looks like e-mail addresses in 97 % of 1,000 values (j***@***)');
    expect(describeFinding({ ...suspicion, by: 'name' })).toContain(', and so does its name');
    expect(describeFinding({ ...suspicion, by: 'range', examples: [] })).toContain('values, by the years they span');
  });

  it('names the first of many columns', () => {
    const refused = times(7, (i): Finding => ({ ...suspicion, column: `c${i}`, outcome: 'refused' }));
    expect(() => refusePersonalData(refused, 'file 1', 'Fix it.')).toThrow(PersonalDataError);
    expect(() => refusePersonalData(refused, 'file 1', 'Fix it.')).toThrow(/c4.*; and 2 more\. Fix it\./);
    expect(() => refusePersonalData([], 'file 1', '')).not.toThrow();
  });

  it('of several shards adds up, and the most severe stays', () => {
    const of = (found: number, outcome: Finding['outcome']) => ({
      columns: 2,
      values: 1000,
      findings: [{ ...suspicion, found, share: found / 1000, outcome }],
    });
    expect(mergeSearches([of(500, 'allowed'), of(1000, 'warned')])).toEqual({
      columns: 2,
      values: 2000,
      findings: [{ ...suspicion, examined: 2000, found: 1500, share: 0.75, outcome: 'warned' }],
    });
    expect(mergeSearches([])).toEqual({ columns: 0, values: 0, findings: [] });
  });
});
