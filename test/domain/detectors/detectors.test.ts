import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createScanner } from '#domain/detectors/find-spans';
import { DETECTORS } from '#domain/detectors/registry';

const scanner = createScanner({});
/** The kinds and texts of what a scanner finds. */
const found = (text: string, own = scanner) =>
  own.find(text).map(({ detector, start, end }) => `${detector.name}: ${text.slice(start, end)}`);

describe('finding personal data in a text', () => {
  it.each([
    ['Write to jane.doe+x@mail.example.co.uk, please.', 'email: jane.doe+x@mail.example.co.uk'],
    ['<a href="mailto:josé@exämple.org">', 'email: josé@exämple.org'],
    ['{"contact": {"email": "person0@example.com"}}', 'email: person0@example.com'],
    ['see https://www.example.com/jane?x=1).', 'url: https://www.example.com/jane?x=1'],
    ['at www.example.de today', 'url: www.example.de'],
    ['from 203.0.113.7, again', 'ip: 203.0.113.7'],
    ['from 2001:db8::8a2e:370:7334 again', 'ip: 2001:db8::8a2e:370:7334'],
    ['pay to DE89 3704 0044 0532 0130 00 from now', 'iban: DE89 3704 0044 0532 0130 00'],
    ['pay to gb33bukb20201555555555.', 'iban: gb33bukb20201555555555'],
    ['card 4111-1111-1111-1111 is lost', 'card: 4111-1111-1111-1111'],
    ['card 378282246310005 is lost', 'card: 378282246310005'],
    ['my SSN is 536-22-8726.', 'ssn: 536-22-8726'],
    ['my SSN: 536228726', 'ssn: 536228726'],
    ['身份证号11010519491231002X。', 'cn-id: 11010519491231002X'],
    ['电话：010-6552-9988。', 'phone: 010-6552-9988'],
    ['我的手机13800138000', 'cn-mobile: 13800138000'],
    ['call +49 89 12345678 today', 'phone: +49 89 12345678'],
    ['call (212) 555-0123x99', 'phone: (212) 555-0123x99'],
    ['at 541-714-1388', 'phone: 541-714-1388'],
    ['Phone:\n467 3395', 'phone: 467 3395'],
    ['passport no. X1234567', 'passport: X1234567'],
    ['L898902C36UTO7408122F1204159ZE184226B<<<<<10', 'passport: L898902C36UTO7408122F1204159ZE184226B<<<<<10'],
    ['born on 1974-08-12 in', 'birth-date: 1974-08-12'],
    ['geboren am 12.08.1974', 'birth-date: 12.08.1974'],
  ])('finds what stands in "%s"', (text, expected) => {
    expect(found(text)).toContain(expected);
  });

  it.each([
    'an order of 2026-01-31 for 1,234,567.89 EUR',
    '2011-01-01T10:00:00Z and 12:30:45',
    'version 10.0.0.1 of the product',
    'card 4111 1111 1111 1112 fails the checksum',
    'a checksum 9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab',
    'a uuid 6781b04d-7b5f-4c1a-bceb-b953e6ef70d7',
    '-122.23, 37.88 and 0.05644299999999999',
    '000-12-3456 and 666-12-3456 and 987-65-4320',
    'GB33BUKB20201555555556 has a wrong checksum',
    'ISBN 978-3-16-148410-0',
    'milliseconds 1767225600000',
    'std::vector and 00:1A:2B:3C:4D:5E',
    'SKU 12-345-6789-01',
    'a@b',
    '110105194912310021',
    'from 2019 to 2020, pages 1000-2000',
  ])('finds nothing in "%s"', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('finds nothing in a text that the engine passes by', () => {
    const needs = new RegExp(scanner.needs ?? '(?!)');
    for (const { name, example } of DETECTORS.filter((own) => own.form !== undefined)) {
      expect([name, needs.test(example)]).toEqual([name, true]);
    }
    const piece = fc.constantFrom(
      'jane',
      '@',
      'example.com',
      'WWW.',
      '://',
      'call ',
      '５',
      '٥',
      '7',
      '＠',
      'ｗｗｗ．',
      ' ',
      '.',
      'http',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join('');
        if (!needs.test(text)) expect(scanner.find(text)).toEqual([]);
      }),
    );
    expect(createScanner({ patterns: [{ name: 'word', regex: 'word' }] }).needs).toBeUndefined();
  });

  it('keeps one kind where two claim the same characters', () => {
    expect(found('ftp://jane@example.com/')).toHaveLength(1);
  });

  it('reads numbers without a country code in the region of the data', () => {
    const ofSingapore = createScanner({ region: 'SG' });
    expect(found('6563 2233', ofSingapore)).toEqual(['phone: 6563 2233']);
    expect(found('6563 2233')).toEqual([]);
  });

  it('finds the patterns of the pipeline, in time that is linear in the text', () => {
    const own = createScanner({ patterns: [{ name: 'staff-number', regex: '\\bE[0-9]{6}\\b' }] });
    expect(found('by E123456.', own)).toEqual(['staff-number: E123456']);
    const greedy = createScanner({ patterns: [{ name: 'greedy', regex: '(a+)+$' }] });
    const started = process.cpuUsage();
    expect(found(`${'a'.repeat(50_000)}!`, greedy)).toEqual([]);
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(2000);
  });

  it('refuses a pattern that RE2 does not know', () => {
    expect(() => createScanner({ patterns: [{ name: 'p', regex: '(?=a)' }] })).toThrow(
      'the regex of "p" is none of RE2',
    );
  });

  it('finds a span wherever it stands in a long text', () => {
    const at = 99_990;
    const text = `${'x '.repeat(at / 2)}jane@example.com ${'y '.repeat(60_000)}`;
    expect(found(text)).toEqual(['email: jane@example.com']);
  });

  // Processor time: the clock of a busy machine tells nothing. Quadratic time would be minutes.
  it('takes time that is about linear in any text', () => {
    const pieces = [
      '1',
      '1-',
      '1 ',
      'a',
      'a@',
      'a.',
      '@a.',
      '((',
      ':',
      '::',
      '0.',
      'www.',
      'http://',
      'DE12 ',
      '19',
      '<',
    ];
    for (const piece of pieces) {
      const started = process.cpuUsage();
      scanner.find(piece.repeat(40_000));
      expect(process.cpuUsage(started).user / 1000, piece).toBeLessThan(2500);
    }
  });
});

describe('every detector', () => {
  it('finds its form only in texts that have what it needs', () => {
    const needing = DETECTORS.filter(({ needs }) => needs !== undefined);
    expect(needing.map(({ name }) => name)).toContain('ip');
    for (const detector of needing) expect(detector.needs?.test(detector.example)).toBe(true);
    const pieces = fc.constantFrom(
      ...['1', '12', '123', '4567', '19740812', '123456789', ':', '::', '.', '-', '/', ' ', 'a', 'de', 'GB', 'K', 'X1'],
      ...['www.', 'WWW', 'http://', '\u017f', '\u212a', 'ssn ', '年', '月', '<', 'ff'],
    );
    const text = fc.array(pieces, { maxLength: 14 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.constantFrom(...needing), (own, { form, needs }) => {
        if (own.match(form as RegExp) !== null) expect(needs?.test(own)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
  it.each(DETECTORS.map((d) => [d.name, d] as const))('%s knows its own example', (_, detector) => {
    if (detector.form) expect(found(detector.example)[0]?.split(':')[0] ?? 'by context').toMatch(/./);
    expect(detector.possible?.(detector.example, {}) ?? true).toBe(true);
    expect(detector.source).not.toBe('');
  });

  it('has a name of its own', () => {
    expect(new Set(DETECTORS.map(({ name }) => name)).size).toBe(DETECTORS.length);
  });

  it('shows an example that does not give the value away', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...DETECTORS),
        fc.string({ minLength: 4, maxLength: 60, unit: 'grapheme' }),
        (detector, value) => {
          const masked = detector.masked(value);
          const kept = [...masked].filter((c) => !'*@.-:/'.includes(c)).join('');
          expect(kept.length).toBeLessThanOrEqual('https'.length);
          if (!/^(https?|ftp)/i.test(kept)) expect(kept.length).toBeLessThanOrEqual(2);
        },
      ),
    );
  });

  it('finds spans inside the text that do not overlap', () => {
    const part = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom(...DETECTORS.map(({ example }) => example)));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const text = parts.join(' ');
        let end = 0;
        for (const span of scanner.find(text)) {
          expect(span.start).toBeGreaterThanOrEqual(end);
          expect(span.end).toBeGreaterThan(span.start);
          end = span.end;
        }
        expect(end).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});
