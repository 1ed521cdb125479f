import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pageAfter } from '#src/cloud/paging';
import { canonicalJson, sameValue } from '#src/cloud/same-value';
import { AwsError } from '#src/cloud/service';

const refuse = () => new AwsError('InvalidToken', 'no such token');
const key = (name: string) => name;

test('pages of any size show every item once, in order', () => {
  const names = fc.uniqueArray(fc.string({ maxLength: 5 }), { maxLength: 30 }).map((all) => all.sort());
  fc.assert(
    fc.property(names, fc.integer({ min: 1, max: 7 }), (all, limit) => {
      const seen: string[] = [];
      let token: string | undefined;
      do {
        const page = pageAfter(all, key, limit, token, refuse);
        expect(page.items.length).toBeLessThanOrEqual(limit);
        seen.push(...page.items);
        token = page.next;
      } while (token !== undefined);
      expect(seen).toEqual(all);
    }),
  );
});

test('what comes and goes between two pages neither repeats nor hides the others', () => {
  const { next } = pageAfter(['a', 'c', 'e'], key, 2, undefined, refuse);
  expect(pageAfter(['a', 'b', 'c', 'd', 'e'], key, 9, next, refuse).items).toEqual(['d', 'e']);
  expect(pageAfter(['a', 'e'], key, 9, next, refuse)).toEqual({ items: ['e'] });
  expect(pageAfter(['a', 'b'], key, 9, next, refuse)).toEqual({ items: [] });
});

test('a token that no page gave is refused, an empty one is none', () => {
  expect(() => pageAfter(['a'], key, 1, 'oops', refuse)).toThrow('no such token');
  expect(pageAfter(['a'], key, 1, '', refuse).items).toEqual(['a']);
});

test('values are the same whatever the order of their members, and lists by their order', () => {
  expect(sameValue({ a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1, e: undefined })).toBe(true);
  expect(sameValue([1, 2], [2, 1])).toBe(false);
  expect(sameValue({ a: 1 }, { a: '1' })).toBe(false);
  expect(canonicalJson(undefined)).toBe('null');
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
