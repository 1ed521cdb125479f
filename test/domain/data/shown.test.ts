import { expect, test } from 'vitest';
import { bounded, shownList, shownPath } from '#domain/data/shown';

test('the path of a problem hides the keys of raw rows', () => {
  expect(shownPath(['pipeline'])).toBe('pipeline');
  expect(shownPath(['rows', 3, 'jane@example.com', 'deep'])).toBe(
    'rows.3.(a key that is not shown).(a key that is not shown)',
  );
  expect(shownPath(['cases', 0, 'row', 'jane'])).toBe('cases.0.row.(a key that is not shown)');
  expect(shownPath([])).toBe('');
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
