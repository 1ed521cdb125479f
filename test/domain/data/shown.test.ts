import { describe, expect, test } from 'vitest';
import { bounded, looksLikeName, shownList } from '#domain/data/shown';

describe('a text that may be shown as a name', () => {
  test.each([
    'income',
    'x1',
    '_label',
    'Account length',
    'größe',
    'employment_years',
    'note-2',
    'c10',
    'a123',
    'abc123',
    'abcdefg1234',
    'x'.repeat(40),
  ])('is %s', (name) => expect(looksLikeName(name)).toBe(true));
  test.each([
    '',
    'jane@example.com',
    'jane.roe',
    'Jane Roe',
    'Anna-Maria Jane Roe',
    '42',
    '1.5e3',
    '2026-01-31',
    'AB1234567',
    'a\nb',
    'a,b',
    'x'.repeat(41),
    'ab123',
    'abcdefghijkl12345',
    'Jo-Ann Roe',
  ])('is not %j', (name) => expect(looksLikeName(name)).toBe(false));
});

test('a text is cut to its bound and put on one line', () => {
  expect(bounded('short', 10)).toBe('short');
  expect(bounded('x'.repeat(10), 10)).toBe('x'.repeat(10));
  expect(bounded('x'.repeat(11), 10)).toBe(`${'x'.repeat(9)}…`);
  expect(bounded('a\r\nb', 10)).toBe('a b');
  expect(bounded(`${'\n'.repeat(15)}abcdefg`, 10)).toBe(' abcde');
  expect(bounded(`${'\n'.repeat(15)}abcde`, 10)).toBe(' abcde');
  expect(bounded('x'.repeat(1e6), 10)).toBe(`${'x'.repeat(9)}…`);
});

test('a list shows a few and counts the rest', () => {
  expect(shownList(['a', 'b'])).toBe('a, b');
  expect(shownList(Array(5).fill('a'))).toBe('a, a, a, a, a');
  expect(shownList(Array(6).fill('a'))).toBe('a, a, a, a, a and 1 more');
  expect(shownList(Array(1205).fill('a'), 2)).toBe('a, a and 1,203 more');
});
