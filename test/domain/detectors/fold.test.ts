import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createScanner } from '#domain/detectors/find-spans';
import { folded } from '#domain/detectors/fold';
import { redactText } from '#domain/detectors/redact';

it.each([
  ['４１１１', '4111'],
  ['٠١٢٣٤٥٦٧٨٩', '0123456789'],
  ['۰۱۲۳۴۵۶۷۸۹', '0123456789'],
  ['०१२३४५६७८९', '0123456789'],
  ['jane＠example．com', 'jane@example.com'],
  ['a\u00a0b\u202fc\u3000d', 'a b c d'],
  ['536\u201122\u20138726', '536-22-8726'],
  ['größe 年齢 é', 'größe 年齢 é'],
])('%s is read as %s', (text, expected) => {
  expect(folded(text)).toBe(expected);
});

it('leaves each code unit in its place', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(folded(text)).toHaveLength(text.length);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
      expect(folded(text)).toBe(text);
    }),
  );
});

it('lets a text be redacted where it stands', () => {
  expect(redactText('送信先：jane＠example.com，谢谢', createScanner({}))).toBe('送信先：[email]，谢谢');
});
