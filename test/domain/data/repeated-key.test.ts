import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repeatedKey } from '#domain/data/repeated-key';

describe('a key that an object of JSON has twice', () => {
  it.each([
    ['{"a":1,"a":2}', ['a']],
    ['{"a":1,"\\u0061":2}', ['a']],
    ['{"rows":[{"x":1},{"x":{"y":1,"z":[],"y":"}"}}]}', ['rows', 1, 'x', 'y']],
    ['[[1,2,{"":1,"":2}]]', [0, 2, '']],
    ['{"a\\"":"\\\\","a\\"":1}', ['a"']],
    ['[{"a":1},{"a":1},{"b":{"a":1},"a":2}]', undefined],
    ['{"a":"\\"a\\":1,\\"a\\":2","b":"{"}', undefined],
    ['{"__proto__":1,"__proto__":2}', ['__proto__']],
    ['"a"', undefined],
    ['[]', undefined],
  ] as const)('of %s is found', (json, path) => {
    JSON.parse(json);
    expect(repeatedKey(json)).toEqual(path);
  });

  it('is none in what JSON.stringify writes, and the one that is put in', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.string(), fc.nat({ max: 2 }), (value, other, key, indent) => {
        const json = JSON.stringify(value, undefined, indent);
        expect(repeatedKey(json)).toBeUndefined();
        const name = JSON.stringify(key);
        const doubled = `[${json}, {${name}: ${JSON.stringify(other)}, ${name} : ${json}}]`;
        expect(repeatedKey(doubled)).toEqual([1, key]);
      }),
    );
  });
});
