import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern } from '#src/service-model/pattern';

const matches = (pattern: string, text: string): boolean => compilePattern(pattern).test(text);

describe('a pattern of a service model', () => {
  it('must match the whole text, as in Java', () => {
    expect(matches('[a-z]+', 'abc')).toBe(true);
    expect(matches('[a-z]+', 'abc!')).toBe(false);
    expect(matches('a|b', 'ab')).toBe(false);
    expect(matches('^[a-z]$', 'a')).toBe(true);
  });

  it('does not match a line end with a dot', () => {
    expect(matches('.*', 'one line')).toBe(true);
    expect(matches('.*', 'two\nlines')).toBe(false);
    expect(matches('[\\S\\s]*', 'two\nlines')).toBe(true);
  });

  it.each([
    // SageMaker: RoleArn
    [
      'arn:aws[a-z\\-]*:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+',
      'arn:aws:iam::123456789012:role/a/b',
      'arn:aws:iam::1:role/a',
    ],
    // SageMaker: CustomerMetadataKey, whose end is to come up to 128 times
    [['([\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@]*)$', '{1,128}'].join(''), 'Größe 1/2', 'a;b'],
    // SageMaker runtime: InferenceId
    ['\\A\\S[\\p{Print}]*\\z', 'id 1', ' id'],
    // CloudWatch Logs: ResourceType
    ['[\\w-_]*', 'a-b_c', 'a b'],
    ['\\p{Alnum}+', 'a1', 'ä'],
    ['[\\p{Upper}\\p{Digit}]+', 'A1', 'a1'],
    ['\\P{C}*', 'text', '\u0007'],
    ['[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\t]*', '😀', '\u0007'],
    ['a{2}', 'aa', 'a{2}'],
    ['{a}', '{a}', 'a'],
    ['[]a]+', ']a', 'b'],
    ['\\"\\_\\@', '"_@', '"_'],
  ])('%s takes %s and refuses %s', (pattern, good, bad) => {
    expect(matches(pattern, good)).toBe(true);
    expect(matches(pattern, bad)).toBe(false);
  });

  it.each(['[a[b]]', '[a&&b]', 'a*+', '\\Qa\\E', '(?i)a'])(
    '%s is refused by name: JavaScript has no like of it',
    (pattern) => {
      expect(() => compilePattern(pattern)).toThrow(pattern);
    },
  );

  it('matches escaped text and nothing else', () => {
    const escaped = (text: string) => text.replaceAll(/[^a-zA-Z0-9]/gu, (char) => `\\${char}`);
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~]{1,20}$/), fc.stringMatching(/^[ -~]{1,20}$/), (text, other) => {
        expect(matches(escaped(text), text)).toBe(true);
        expect(matches(escaped(text), other)).toBe(text === other);
      }),
    );
  });
});
