import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchEvent, validatePattern } from '#src/eventbridge/pattern';

const recorded = join(import.meta.dirname, '../../../../../shared/conformance/event-patterns.json');
interface RecordedCase {
  readonly name: string;
  readonly pattern: unknown;
  readonly event: unknown;
  readonly expected: 'match' | 'no-match' | 'invalid-pattern';
}

const verdict = (pattern: unknown, event: unknown): string => {
  try {
    return matchEvent(pattern, event) ? 'match' : 'no-match';
  } catch (error) {
    return (error as { code?: string }).code === 'InvalidEventPatternException' ? 'invalid-pattern' : String(error);
  }
};

describe.skipIf(!existsSync(recorded))('answers recorded from EventBridge (needs ../shared/conformance)', () => {
  const cases = existsSync(recorded) ? (JSON.parse(readFileSync(recorded, 'utf8')) as RecordedCase[]) : [];
  test.each(cases)('$name is $expected', ({ pattern, event, expected }) => {
    expect(verdict(pattern, event)).toBe(expected);
    expect(verdict(JSON.stringify(pattern), JSON.stringify(event))).toBe(expected);
  });
});

describe('exact values', () => {
  test.each([
    ['a text in an array of the event', { a: ['y'] }, { a: ['x', 'y'] }, 'match'],
    ['null', { a: [null] }, { a: null }, 'match'],
    ['null does not match an absent field', { a: [null] }, {}, 'no-match'],
    ['null does not match an empty array', { a: [null] }, { a: [] }, 'no-match'],
    ['true', { a: [true] }, { a: true }, 'match'],
    ['the text "true" is not true', { a: [true] }, { a: 'true' }, 'no-match'],
    ['the text "1" is not 1', { a: [1] }, { a: '1' }, 'no-match'],
    ['a number by value', { a: [3.018e2] }, { a: 301.8 }, 'match'],
    ['an account id beyond the numeric range', { a: [123456789012] }, { a: 123456789012 }, 'match'],
    ['an IPv6 address in another spelling', { a: ['2001:db8::1'] }, { a: '2001:0DB8:0:0:0:0:0:0001' }, 'match'],
    ['a path joined by dots in the pattern', { 'a.b': ['x'] }, { a: { b: 'x' } }, 'match'],
    ['a number as JSON text', '{"a":[1.0]}', '{"a":1}', 'match'],
  ])('%s', (_name, pattern, event, expected) => {
    expect(verdict(pattern, event)).toBe(expected);
  });
});

describe('operators', () => {
  test.each([
    ['prefix ignoring case', { a: [{ prefix: { 'equals-ignore-case': 'EVENTb' } }] }, { a: 'eventBridge' }, 'match'],
    ['suffix ignoring case', { a: [{ suffix: { 'equals-ignore-case': '.PNG' } }] }, { a: 'x.png' }, 'match'],
    ['prefix of a number', { a: [{ prefix: '1' }] }, { a: 12 }, 'no-match'],
    ['prefix with an unknown operator', { a: [{ prefix: { wildcard: 'x*' } }] }, { a: 'x' }, 'invalid-pattern'],
    ['two operators in one expression', { a: [{ prefix: 'x', suffix: 'y' }] }, { a: 'xy' }, 'invalid-pattern'],
    ['an empty expression', { a: [{}] }, { a: 'x' }, 'invalid-pattern'],
    ['operators are case-sensitive', { a: [{ Prefix: 'x' }] }, { a: 'x' }, 'invalid-pattern'],
    ['exactly', { a: [{ exactly: 'x' }] }, { a: 'x' }, 'match'],
    ['exists: true on an object', { a: [{ exists: true }] }, { a: { b: 1 } }, 'no-match'],
    ['exists: false on an object', { a: [{ exists: false }] }, { a: { b: 1 } }, 'match'],
    ['exists: true on an empty array', { a: [{ exists: true }] }, { a: [] }, 'no-match'],
    ['exists: true on null', { a: [{ exists: true }] }, { a: null }, 'match'],
    ['exists: "yes"', { a: [{ exists: 'yes' }] }, { a: 1 }, 'invalid-pattern'],
    ['numeric of a text', { a: [{ numeric: ['>', 1] }] }, { a: '5' }, 'no-match'],
    ['numeric range upside down', { a: [{ numeric: ['>', 5, '<', 1] }] }, { a: 3 }, 'invalid-pattern'],
    ['numeric range that starts with <', { a: [{ numeric: ['<', 5, '>', 1] }] }, { a: 3 }, 'invalid-pattern'],
    ['numeric beyond 5e9', { a: [{ numeric: ['>', 6e9] }] }, { a: 7e9 }, 'invalid-pattern'],
    ['numeric with seven decimals in the pattern', { a: [{ numeric: ['=', 0.1234567] }] }, { a: 1 }, 'invalid-pattern'],
    ['numeric with seven decimals in the event', { a: [{ numeric: ['>', 0] }] }, { a: 0.1234567 }, 'no-match'],
    ['numeric with six decimals', { a: [{ numeric: ['=', 0.1] }] }, { a: 0.1 }, 'match'],
    ['numeric without terms', { a: [{ numeric: [] }] }, { a: 1 }, 'invalid-pattern'],
    ['numeric !=', { a: [{ numeric: ['!=', 1] }] }, { a: 2 }, 'invalid-pattern'],
    [
      'caseless, by the characters of the pattern',
      { a: [{ 'equals-ignore-case': 'straße' }] },
      { a: 'STRASSE' },
      'match',
    ],
    ['caseless, and no other spelling', { a: [{ 'equals-ignore-case': 'straße' }] }, { a: 'strasse' }, 'no-match'],
    ['caseless text with signs of its own', { a: [{ 'equals-ignore-case': 'a.[B]*' }] }, { a: 'A.[b]*' }, 'match'],
    ['caseless text is no expression', { a: [{ 'equals-ignore-case': 'a.c' }] }, { a: 'abc' }, 'no-match'],
    ['cidr whose base lies inside the block', { a: [{ cidr: '10.0.0.77/24' }] }, { a: '10.0.0.1' }, 'match'],
    ['cidr of everything', { a: [{ cidr: '0.0.0.0/0' }] }, { a: '203.0.113.9' }, 'match'],
    ['cidr with zeros before its numbers', { a: [{ cidr: '010.000.0.0/8' }] }, { a: '10.1.2.3' }, 'match'],
    ['cidr of one IPv4 address', { a: [{ cidr: '10.0.0.1/32' }] }, { a: '10.0.0.1' }, 'invalid-pattern'],
    ['cidr of one IPv6 address', { a: [{ cidr: '::1/128' }] }, { a: '::1' }, 'invalid-pattern'],
    ['cidr of 127 bits', { a: [{ cidr: '::2/127' }] }, { a: '::3' }, 'match'],
    ['cidr without a mask', { a: [{ cidr: '10.0.0.0' }] }, { a: '10.0.0.0' }, 'invalid-pattern'],
    ['cidr with a negative mask', { a: [{ cidr: '10.0.0.0/-1' }] }, { a: '10.0.0.0' }, 'invalid-pattern'],
    ['anything-but null in a list', { a: [{ 'anything-but': ['x', null] }] }, { a: 2 }, 'invalid-pattern'],
    ['anything-but nothing named', { a: [{ 'anything-but': {} }] }, { a: 2 }, 'invalid-pattern'],
    ['cidr of another family', { a: [{ cidr: '10.0.0.0/8' }] }, { a: '::1' }, 'no-match'],
    ['cidr with too many bits', { a: [{ cidr: '10.0.0.0/33' }] }, { a: '10.0.0.1' }, 'invalid-pattern'],
    ['wildcard in the middle', { a: [{ wildcard: 'a*c*e' }] }, { a: 'abcde' }, 'match'],
    ['wildcard parts must not overlap', { a: [{ wildcard: 'ab*ba' }] }, { a: 'aba' }, 'no-match'],
    ['an escaped wildcard', { a: [{ wildcard: 'a\\*c' }] }, { a: 'a*c' }, 'match'],
    ['an escaped wildcard is no wildcard', { a: [{ wildcard: 'a\\*c' }] }, { a: 'abc' }, 'no-match'],
    ['an escaped backslash', { a: [{ wildcard: 'a\\\\*' }] }, { a: 'a\\b' }, 'match'],
    ['another escape', { a: [{ wildcard: 'a\\b' }] }, { a: 'ab' }, 'invalid-pattern'],
    ['wildcards side by side', { a: [{ wildcard: 'a**' }] }, { a: 'ab' }, 'invalid-pattern'],
    ['anything-but one element of an array', { a: [{ 'anything-but': 'x' }] }, { a: ['x', 'y'] }, 'match'],
    ['anything-but every element of an array', { a: [{ 'anything-but': ['x', 'y'] }] }, { a: ['x', 'y'] }, 'no-match'],
    ['anything-but texts and numbers', { a: [{ 'anything-but': ['x', 1] }] }, { a: 2 }, 'invalid-pattern'],
    ['anything-but nothing', { a: [{ 'anything-but': [] }] }, { a: 2 }, 'invalid-pattern'],
    ['anything-but true', { a: [{ 'anything-but': true }] }, { a: 2 }, 'invalid-pattern'],
    ['anything-but a number, of a text', { a: [{ 'anything-but': 1 }] }, { a: '1' }, 'match'],
    ['anything-but a number', { a: [{ 'anything-but': 1 }] }, { a: 1.0 }, 'no-match'],
    ['anything-but numeric', { a: [{ 'anything-but': { numeric: ['>', 1] } }] }, { a: 1 }, 'invalid-pattern'],
    ['an unknown operator', { a: [{ regex: '.*' }] }, { a: 'x' }, 'invalid-pattern'],
    ['an array in an array', { a: [['x']] }, { a: 'x' }, 'invalid-pattern'],
    ['an empty object', { a: {} }, { a: 'x' }, 'invalid-pattern'],
    ['an empty pattern', {}, { a: 'x' }, 'invalid-pattern'],
    ['a list as pattern', [], { a: 'x' }, 'invalid-pattern'],
    ['broken JSON', '{"a": [', { a: 'x' }, 'invalid-pattern'],
  ])('%s', (_name, pattern, event, expected) => {
    expect(verdict(pattern, event)).toBe(expected);
  });
});

describe('$or', () => {
  const either = { s: ['x'], $or: [{ a: [1] }, { b: [2], $or: [{ c: [3] }, { d: [4] }] }] };
  test.each([
    [{ s: 'x', a: 1 }, 'match'],
    [{ s: 'x', b: 2, d: 4 }, 'match'],
    [{ s: 'x', b: 2 }, 'no-match'],
    [{ a: 1 }, 'no-match'],
  ])('nests: %j is %s', (event, expected) => {
    expect(verdict(either, event)).toBe(expected);
  });
  test('two alternatives in different objects multiply', () => {
    const pattern = { $or: [{ a: [1] }, { b: [1] }], detail: { $or: [{ c: [1] }, { d: [1] }] } };
    expect(verdict(pattern, { b: 1, detail: { c: 1 } })).toBe('match');
    expect(verdict(pattern, { detail: { c: 1 } })).toBe('no-match');
  });
  test('is an ordinary field before an object', () => {
    expect(verdict({ $or: { a: ['x'] } }, { $or: { a: 'x' } })).toBe('match');
  });
  test('needs two alternatives', () => {
    expect(verdict({ $or: [{ a: ['x'] }] }, { a: 'x' })).toBe('invalid-pattern');
  });
  test('refuses a reserved word as a field name further down', () => {
    expect(verdict({ $or: [{ a: { prefix: ['x'] } }, { b: ['y'] }] }, { b: 'y' })).toBe('invalid-pattern');
  });
  test('refuses more than a thousand combinations', () => {
    const level = (n: number) => ({ $or: [{ [`a${n}`]: [1] }, { [`b${n}`]: [1] }, { [`c${n}`]: [1] }] });
    const deep = Object.fromEntries(Array.from({ length: 7 }, (_, n) => [`l${n}`, level(n)]));
    expect(verdict(deep, {})).toBe('invalid-pattern');
  });
});

describe('arrays of objects', () => {
  const people = {
    people: [
      { first: 'Ada', last: 'Hale' },
      { first: 'Ben', last: 'Roe' },
    ],
  };
  test('fields must come from the same element', () => {
    expect(verdict({ people: { first: ['Ada'], last: ['Hale'] } }, people)).toBe('match');
    expect(verdict({ people: { first: ['Ada'], last: ['Roe'] } }, people)).toBe('no-match');
  });
  test('an absent field is searched beside what the fields before it found', () => {
    const event = { list: [{ a: 1, b: 1 }, { a: 2 }] };
    const beside = (a: number) => ({ list: { a: [a], b: [{ exists: false }] } });
    expect(verdict(beside(2), event)).toBe('match');
    expect(verdict(beside(1), event)).toBe('no-match');
  });
  test('an absent field is searched in the whole event where no field came before', () => {
    expect(verdict({ people: { last: [{ exists: false }] } }, { people: [{ first: 'Ada' }, { last: 'Roe' }] })).toBe(
      'no-match',
    );
  });
});

/** Kinds of patterns that others saw EventBridge take, or refuse as too complex; the others follow from the rule. */
describe('the complexity of wildcards', () => {
  const wildcards = (texts: string[]) => ({ a: texts.map((wildcard) => ({ wildcard })) });
  const names = ['one', 'two', 'three', 'four'];
  test.each([
    ['four extensions', wildcards(['*.jpg', '*.png', '*.gif', '*.txt']), 'no-match'],
    ['three names in the middle', wildcards(names.slice(1).map((name) => `*:stack/${name}/*`)), 'no-match'],
    ['four names in the middle', wildcards(names.map((name) => `*:stack/${name}/*`)), 'invalid-pattern'],
    ['two paths', wildcards(['*/datasync/*.bif', '*/datasync/*.tif']), 'no-match'],
    ['four paths', wildcards(['b', 't', 'g', 'p'].map((c) => `*/datasync/*.${c}if`)), 'invalid-pattern'],
    ['many beginnings', wildcards(Array.from({ length: 40 }, (_, n) => `bucket-${n}/*`)), 'no-match'],
    ['many texts without a star', wildcards(Array.from({ length: 40 }, (_, n) => `bucket-${n}`)), 'no-match'],
    ['an ARN', wildcards(['arn:*:*:*:*:event-bus/*']), 'no-match'],
    ['a repeated character after a star', wildcards(['*aaaaaaaaaaaa']), 'invalid-pattern'],
    ['the same of anything-but', { a: [{ 'anything-but': { wildcard: '*aaaaaaaaaaaa' } }] }, 'invalid-pattern'],
    [
      'one wildcard in each of four fields',
      Object.fromEntries(names.map((n) => [n, [{ wildcard: '*/a/*/b' }]])),
      'no-match',
    ],
    [
      'alternatives of one field',
      { $or: names.map((name) => ({ a: [{ wildcard: `*:stack/${name}/*` }] })) },
      'invalid-pattern',
    ],
  ])('%s: %j', (_name, pattern, expected) => {
    expect(verdict(pattern, {})).toBe(expected);
  });
});

const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
const name = fc.stringMatching(/^[a-z]{1,4}$/);
const event = fc.dictionary(name, fc.oneof(leaf, fc.dictionary(name, leaf, { minKeys: 1 })), { minKeys: 1 });
type Node = Record<string, unknown>;
const exactPattern = (node: Node): Node =>
  Object.fromEntries(
    Object.entries(node).map(([k, v]) => [k, typeof v === 'object' && v !== null ? exactPattern(v as Node) : [v]]),
  );

describe('properties', () => {
  test('an event matches the pattern made of its own values, also with more fields', () => {
    fc.assert(
      fc.property(event, leaf, (e, extra) => {
        expect(matchEvent(exactPattern(e), e)).toBe(true);
        expect(matchEvent(exactPattern(e), { ...e, EXTRA: extra })).toBe(true);
      }),
    );
  });
  test('on a leaf that is present, anything-but is the opposite of the operator it negates', () => {
    const affix = fc.string({ minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.constantFrom('prefix', 'suffix'), affix, leaf, (operator, operand, v) => {
        const plain = matchEvent({ a: [{ [operator]: operand }] }, { a: v });
        expect(matchEvent({ a: [{ 'anything-but': { [operator]: operand } }] }, { a: v })).toBe(!plain);
      }),
    );
  });
  test('exists: true and exists: false are opposites', () => {
    fc.assert(
      fc.property(event, name, (e, n) => {
        expect(matchEvent({ [n]: [{ exists: true }] }, e)).toBe(!matchEvent({ [n]: [{ exists: false }] }, e));
      }),
    );
  });
  test('a wildcard matches like the equivalent regular expression', () => {
    const letters = fc.stringMatching(/^[ab*]{0,8}$/).filter((s) => !s.includes('**'));
    fc.assert(
      fc.property(letters, fc.stringMatching(/^[ab]{0,12}$/), (pattern, s) => {
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(s);
        expect(matchEvent({ a: [{ wildcard: pattern }] }, { a: s })).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });
  test('a numeric range is the conjunction of its two ends', () => {
    const n = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(n, fc.integer({ min: 1, max: 500 }), n, (low, width, v) => {
        const e = { a: v / 8 };
        const both = matchEvent({ a: [{ numeric: ['>=', low / 8, '<', (low + width) / 8] }] }, e);
        const apart =
          matchEvent({ a: [{ numeric: ['>=', low / 8] }] }, e) &&
          matchEvent({ a: [{ numeric: ['<', (low + width) / 8] }] }, e);
        expect(both).toBe(apart);
      }),
    );
  });
  test('whatever JSON is given as a pattern is accepted or refused by name', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (pattern) => {
        try {
          validatePattern(JSON.stringify(pattern));
        } catch (error) {
          expect(error).toMatchObject({ code: 'InvalidEventPatternException' });
        }
      }),
    );
  });
});
