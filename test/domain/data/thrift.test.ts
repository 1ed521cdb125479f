import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listElements, readInteger, readStruct, writeInteger, writeStructs } from '#domain/data/thrift';

/** A value of a struct as this test writes it. */
type Value =
  | { readonly kind: 'flag'; readonly value: boolean }
  | { readonly kind: 'byte' | 'double' | 'uuid' | 'text'; readonly bytes: readonly number[] }
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'list'; readonly type: number; readonly items: readonly (readonly number[])[] }
  | { readonly kind: 'map'; readonly size: number }
  | { readonly kind: 'struct'; readonly fields: Fields };
type Fields = readonly (readonly [number, Value])[];

const varint = (value: bigint): number[] =>
  value < 128n ? [Number(value)] : [Number(value % 128n) + 128, ...varint(value / 128n)];
const zigzag = (value: number): number[] => varint(value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value));

/** The kind and the bytes of a value, by Thrift's specification. */
function encode(value: Value): { readonly type: number; readonly bytes: readonly number[] } {
  switch (value.kind) {
    case 'flag':
      return { type: value.value ? 1 : 2, bytes: [] };
    case 'byte':
      return { type: 3, bytes: value.bytes };
    case 'integer':
      return { type: 6, bytes: zigzag(value.value) };
    case 'double':
      return { type: 7, bytes: value.bytes };
    case 'text':
      return { type: 8, bytes: [...varint(BigInt(value.bytes.length)), ...value.bytes] };
    case 'list': {
      const { length } = value.items;
      const head = length < 15 ? [length * 16 + value.type] : [0xf0 + value.type, ...varint(BigInt(length))];
      return { type: 9, bytes: [...head, ...value.items.flat()] };
    }
    case 'map': {
      const pairs = Array.from({ length: value.size }, (_, i) => [...zigzag(i), 1]).flat();
      return { type: 11, bytes: value.size === 0 ? [0] : [...varint(BigInt(value.size)), 0x51, ...pairs] };
    }
    case 'struct':
      return { type: 12, bytes: encodeStruct(value.fields) };
    case 'uuid':
      return { type: 13, bytes: value.bytes };
  }
}
function encodeStruct(fields: Fields): number[] {
  let last = 0;
  const bytes = fields.flatMap(([id, value]) => {
    const { type, bytes: own } = encode(value);
    const step = id - last;
    last = id;
    return [...(step > 0 && step < 16 ? [step * 16 + type] : [type, ...zigzag(id)]), ...own];
  });
  return [...bytes, 0];
}

const bytes = (length: number) => fc.array(fc.nat(255), { minLength: length, maxLength: length });
const fields = fc.letrec<{ value: Value; fields: Fields }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.record({ kind: fc.constant('flag' as const), value: fc.boolean() }),
    fc.record({ kind: fc.constant('byte' as const), bytes: bytes(1) }),
    fc.record({ kind: fc.constant('double' as const), bytes: bytes(8) }),
    fc.record({ kind: fc.constant('uuid' as const), bytes: bytes(16) }),
    fc.record({ kind: fc.constant('text' as const), bytes: fc.array(fc.nat(255), { maxLength: 200 }) }),
    fc.record({ kind: fc.constant('integer' as const), value: fc.maxSafeInteger().map((n) => Math.trunc(n / 2)) }),
    fc.record({
      kind: fc.constant('list' as const),
      type: fc.constant(3),
      items: fc.array(bytes(1), { maxLength: 20 }),
    }),
    fc.record({
      kind: fc.constant('list' as const),
      type: fc.constant(1),
      items: fc.array(bytes(1), { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('map' as const), size: fc.nat(200) }),
    fc.record({ kind: fc.constant('struct' as const), fields: tie('fields') }),
  ),
  fields: fc
    .array(fc.tuple(fc.integer({ min: 1, max: 60 }), tie('value')), { maxLength: 8 })
    .map((all) => [...new Map(all)].toSorted(([a], [b]) => a - b)),
})).fields;

describe('values of Thrift', () => {
  test('are found with their bytes, whatever stands beside them', () => {
    fc.assert(
      fc.property(fields, (given) => {
        const whole = Uint8Array.from(encodeStruct(given));
        const found = readStruct(whole);
        expect([...found.keys()]).toEqual(given.map(([id]) => id));
        for (const [id, value] of given) {
          const at = found.get(id);
          const own = encode(value);
          expect(at?.type).toBe(own.type);
          expect([...whole.subarray(at?.start, at?.end)]).toEqual(own.bytes);
          if (value.kind === 'integer' && at) expect(readInteger(whole, at)).toBe(value.value);
          if (value.kind === 'list' && at)
            expect(listElements(whole, at.start).map(({ start, end }) => [...whole.subarray(start, end)])).toEqual(
              value.items,
            );
        }
      }),
    );
  });
  test('are written as they are read', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 52 }), fc.array(fields, { maxLength: 20 }), (number, structs) => {
        const written = writeInteger(number);
        expect(readInteger(written, { type: 6, start: 0, end: written.length })).toBe(number);
        const list = writeStructs(structs.map((own) => Uint8Array.from(encodeStruct(own))));
        const elements = listElements(list, 0);
        expect(elements.map(({ start, end }) => [...list.subarray(start, end)])).toEqual(structs.map(encodeStruct));
      }),
    );
  });
  test.each([
    ['that ends within a field', [0x15]],
    ['that ends before its last byte', [0x15, 0x02]],
    ['with a number of too many bytes', [0x16, ...Array(11).fill(0xff)]],
    ['of an unknown kind', [0x1f, 0]],
    ['with a list that ends early', [0x19, 0x3c, 0, 0]],
    ['with a list of more elements than bytes', [0x19, 0xf3, 0xff, 0x7f]],
    ['with a list of bytes that ends early', [0x19, 0x43, 1, 2]],
    ['with a list without its head', [0x19]],
    ['with a map that ends early', [0x1b, 2]],
  ])('are refused in a struct %s', (_, given) => {
    expect(() => readStruct(Uint8Array.from(given as number[]))).toThrow(/bytes|kind/i);
  });
});
