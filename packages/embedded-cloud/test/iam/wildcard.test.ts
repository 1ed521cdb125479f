import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesAction, matchesArn, matchesWildcard } from '#src/iam/wildcard';

/** The definition of `*` and `?`, by recursion. */
const model = (pattern: string, text: string): boolean => {
  if (pattern === '') return text === '';
  const [head = ''] = pattern;
  const rest = pattern.slice(head.length);
  if (head === '*') return model(rest, text) || (text !== '' && model(pattern, text.slice(1)));
  return text !== '' && (head === '?' || head === text[0]) && model(rest, text.slice(1));
};

const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.', '+', '/', '$'), maxLength: 8 });
const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?', '/', '$'), maxLength: 8 });

describe('wildcards', () => {
  it('follow their definition', () => {
    fc.assert(
      fc.property(pattern, letters, (wildcard, text) => {
        expect(matchesWildcard(wildcard, text)).toBe(model(wildcard, text));
      }),
      { numRuns: 2000 },
    );
  });

  it('match a text with any stretch of it replaced by a star', () => {
    fc.assert(
      fc.property(letters, fc.nat(8), fc.nat(8), (text, from, length) => {
        expect(matchesWildcard(`${text.slice(0, from)}*${text.slice(from + length)}`, text)).toBe(true);
      }),
    );
  });

  it('stay quick on many stars', () => {
    expect(matchesWildcard(`${'*a'.repeat(12)}b`, 'a'.repeat(40))).toBe(false);
    expect(matchesWildcard('*'.repeat(500), 'x'.repeat(500))).toBe(true);
  });

  it('ignore case in actions alone', () => {
    expect(matchesAction('S3:Get*', 's3:getObject')).toBe(true);
    expect(matchesWildcard('S3', 's3')).toBe(false);
  });

  it('keep within the first five parts of an ARN', () => {
    expect(matchesArn('arn:aws:s3:::b/*', 'arn:aws:s3:::b/a:c/d')).toBe(true);
    expect(matchesArn('arn:*:s3:::b', 'arn:aws:s3:::b')).toBe(true);
    expect(matchesArn('arn:aws:*:b', 'arn:aws:s3:::b')).toBe(false);
  });
});
