import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentOf, keptVersionOf, testDigest, versionKey, versionPrefix } from '#domain/endpoint-tests/versions';

const endpoint = 'tidegate-dev-loan';
const content = { kind: 'contract', request: { body: '1,2' }, expect: { min: 0, max: 1 } };

describe('the key of a version', () => {
  it('sorts as the number does', () => {
    const number = fc.integer({ min: 1, max: 99_999_999 });
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect(versionKey('t', a) < versionKey('t', b)).toBe(a < b);
      }),
    );
  });

  it('belongs to one test alone, whatever its id', () => {
    const id = fc.string({ unit: fc.constantFrom('a', '#', '%', '0', '/'), minLength: 1 });
    fc.assert(
      fc.property(id, id, fc.integer({ min: 1, max: 99 }), (a, b, version) => {
        expect(versionKey(a, version).startsWith(versionPrefix(b))).toBe(a === b);
      }),
    );
  });
});

describe('the digest of a test', () => {
  it('does not depend on the order of keys', () => {
    const { kind, request, expect: bounds } = content;
    expect(testDigest(endpoint, 't', { expect: { max: bounds.max, min: bounds.min }, request, kind })).toBe(
      testDigest(endpoint, 't', content),
    );
  });

  it.each([
    ['another endpoint', ['other', 't', content]],
    ['another id', [endpoint, 'u', content]],
    ['a changed bound', [endpoint, 't', { ...content, expect: { min: 0, max: 2 } }]],
    ['a list in another order', [endpoint, 't', { ...content, list: [2, 1] }]],
  ] as const)('is another for %s', (_, [name, id, other]) => {
    expect(testDigest(name, id, other)).not.toBe(testDigest(endpoint, 't', { ...content, list: [1, 2] }));
    expect(testDigest(name, id, other)).not.toBe(testDigest(endpoint, 't', content));
  });

  it("covers a set of the table's as a list in order", () => {
    expect(testDigest(endpoint, 't', { tags: new Set(['b', 'a']) })).toBe(
      testDigest(endpoint, 't', { tags: ['a', 'b'] }),
    );
  });
});

describe('the version of a current test', () => {
  const item = {
    ...content,
    pk: endpoint,
    sk: 'test#t',
    id: 't',
    version: 3,
    digest: testDigest(endpoint, 't', content),
  };

  it('is the one it was kept with, as long as nobody changed the item', () => {
    expect(contentOf(item)).toEqual(content);
    expect(keptVersionOf(endpoint, 't', item)).toBe(3);
    expect(keptVersionOf(endpoint, 't', { ...item, expect: {} })).toBeUndefined();
    expect(keptVersionOf('tidegate-dev-other', 't', item)).toBeUndefined();
    expect(keptVersionOf(endpoint, 't', { ...item, version: '3' })).toBeUndefined();
    expect(keptVersionOf(endpoint, 't', { ...content })).toBeUndefined();
  });
});
