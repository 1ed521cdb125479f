import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { isMobile } from '#domain/detectors/checks';
import { examineColumn } from '#domain/detectors/examine-column';
import { createScanner } from '#domain/detectors/find-spans';
import { DETECTORS } from '#domain/detectors/registry';

const folder = new URL('../../../../shared/data/', import.meta.url);
const scanner = createScanner({});
const read = (name: string): string => {
  const bytes = readFileSync(new URL(name, folder));
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
};

interface Labelled {
  readonly full_text: string;
  readonly spans: readonly {
    readonly entity_type: string;
    readonly start_position: number;
    readonly end_position: number;
  }[];
}

describe.skipIf(!existsSync(folder))('on labelled sets (../shared/data, skipped without them)', () => {
  it.each([
    ['EMAIL_ADDRESS', ['email'], 0.98, 0.95],
    ['IBAN_CODE', ['iban'], 0.98, 0.95],
    ['CREDIT_CARD', ['card'], 0.98, 0.95],
    ['US_SSN', ['ssn'], 0.98, 0.95],
    ['IP_ADDRESS', ['ip'], 0.98, 0.95],
    ['DOMAIN_NAME', ['url'], 0.98, 0.95],
    ['PHONE_NUMBER', ['phone', 'cn-mobile'], 0.8, 0.8],
  ])('finds %s spans of presidio', (type, kinds, recall, precision) => {
    let [hit, missed, wrong] = [0, 0, 0];
    for (const { full_text, spans } of JSON.parse(read('presidio_synth_dataset_v2.json.gz')) as Labelled[]) {
      const wanted = spans.filter(({ entity_type }) => entity_type === type);
      const mine = scanner.find(full_text).filter(({ detector }) => kinds.includes(detector.name));
      const meets = (a: Labelled['spans'][number], b: { start: number; end: number }) =>
        b.start < a.end_position && a.start_position < b.end;
      const found = wanted.filter((span) => mine.some((own) => meets(span, own))).length;
      hit += found;
      missed += wanted.length - found;
      wrong += mine.filter((own) => !wanted.some((span) => meets(span, own))).length;
    }
    expect(hit / (hit + missed)).toBeGreaterThanOrEqual(recall);
    expect(hit / (hit + wrong)).toBeGreaterThanOrEqual(precision);
  });

  const cases = () =>
    (parse(read('pii_identifier_cases.csv'), { columns: true }) as Record<string, string>[]).filter(
      // the options are those of another library
      ({ options }) => options === '',
    );
  const agreement = (rows: readonly Record<string, string>[], isOne: (row: Record<string, string>) => boolean) => {
    expect(rows.length).toBeGreaterThan(20);
    return rows.filter((row) => isOne(row) === (row['valid'] === '1')).length / rows.length;
  };

  it.each([
    ['EMAIL', '', 'email'],
    ['URL', '', 'url'],
    ['CREDIT_CARD', '', 'card'],
    ['IBAN', '', 'iban'],
    ['PASSPORT', '', 'passport'],
    ['NATIONAL_ID', 'zh-CN', 'cn-id'],
    ['MOBILE_PHONE', 'zh-CN', 'cn-mobile'],
  ])('agrees on the cases of %s %s', (type, locale, kind) => {
    const detector = DETECTORS.find(({ name }) => name === kind);
    const rows = cases().filter((row) => row['type'] === type && (locale === '' || row['locale'] === locale));
    const agreed = agreement(rows, ({ value = '', locale: region }) =>
      Boolean(detector?.possible?.(value, { region: type === 'PASSPORT' ? region : undefined })),
    );
    expect(agreed).toBeGreaterThanOrEqual(0.95);
  });

  it('agrees on the mobile numbers of every region', () => {
    const regional = cases().filter(({ type, locale = '' }) => type === 'MOBILE_PHONE' && /-[A-Z]{2}$/.test(locale));
    expect(
      agreement(regional, ({ value = '', locale = '' }) => isMobile(value, locale.slice(-2))),
    ).toBeGreaterThanOrEqual(0.95);
  });

  it('takes nearly every mobile number for a phone number', () => {
    const phone = DETECTORS.find(({ name }) => name === 'phone');
    const valid = cases().filter(
      ({ type, valid, locale = '' }) => type === 'MOBILE_PHONE' && valid === '1' && /-[A-Z]{2}$/.test(locale),
    );
    const taken = valid.filter(({ value = '', locale = '' }) => phone?.possible?.(value, { region: locale.slice(-2) }));
    expect(taken.length / valid.length).toBeGreaterThanOrEqual(0.95);
  });

  it.each([
    ['credit_default_taiwan.csv.gz', ',', true],
    ['german_credit.csv', ',', false],
    ['winequality-white.csv', ';', true],
    ['winequality-red.csv', ';', true],
    ['adult.data.gz', ',', false],
    ['california_housing.csv.gz', ',', true],
    ['bike_sharing_hour.csv.gz', ',', true],
    ['elec2.csv.gz', ',', true],
  ])('calls no column of %s personal', (name, delimiter, hasHeader) => {
    const rows = parse(read(name), {
      delimiter,
      trim: true,
      bom: true,
      relax_column_count: true,
      to: 3000,
    }) as string[][];
    const header = hasHeader ? rows.shift() : rows[0]?.map((_, i) => `column ${i}`);
    const found = header?.flatMap((column, i) =>
      examineColumn(
        column,
        rows.flatMap((row) => row[i] || []),
        scanner,
        0.01,
      ),
    );
    expect(found).toEqual([]);
  });

  it('finds the personal columns of invented people', () => {
    const [header = [], ...rows] = parse(read('fakenamegenerator_100.csv'), { bom: true }) as string[][];
    const found = header.flatMap((column, i) =>
      examineColumn(
        column,
        rows.flatMap((row) => row[i] || []),
        scanner,
        0.01,
      ).map(({ kind }) => `${column} ${kind}`),
    );
    expect(found).toEqual(
      expect.arrayContaining([
        'GivenName person-name',
        'Surname person-name',
        'StreetAddress address',
        'EmailAddress email',
        'TelephoneNumber phone',
        'Birthday birth-date',
        'CCNumber card',
      ]),
    );
    const personal = /name|address|phone|birth|ccnumber|national|username/i;
    expect(found.filter((one) => !personal.test(one.split(' ')[0] ?? ''))).toEqual([]);
  });
});
