import { DataEngineError } from '#domain/errors';

/**
 * Bytes in Thrift's compact protocol, in which Parquet writes its footer (Apache Thrift, "Thrift Compact protocol encoding"). Values are
 * found and skipped where they stand, so that bytes of a kind that is not known here can be copied as they are.
 */

/** A value: its kind and its bytes. */
export interface ThriftValue {
  readonly type: number;
  readonly start: number;
  /** The byte after the last one. */
  readonly end: number;
}

const binary = 8;
const list = 9;
const set = 10;
const map = 11;
const struct = 12;

const cut = () => new DataEngineError('The bytes end within a value.');

/** An unsigned number of 7 bits a byte, exact up to 2^53, and the byte after it. */
function readVarint(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } {
  let value = 0;
  let factor = 1;
  for (let i = at; i < at + 10; i++) {
    const byte = bytes[i];
    if (byte === undefined) throw cut();
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, end: i + 1 };
    factor *= 128;
  }
  throw new DataEngineError('A number has too many bytes.');
}

const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);

/** A whole number. */
export const readInteger = (bytes: Uint8Array, { start }: ThriftValue): number =>
  unzigzag(readVarint(bytes, start).value);

/** A whole number that is not negative, as a value. */
export const writeInteger = (value: number): Uint8Array => Uint8Array.from(varint(value * 2));

/** What is before the elements of a list: their kind and number, and the byte after it. */
function listHead(bytes: Uint8Array, at: number) {
  const head = bytes[at];
  if (head === undefined) throw cut();
  if (head >> 4 < 15) return { type: head & 15, size: head >> 4, end: at + 1 };
  const { value, end } = readVarint(bytes, at + 1);
  return { type: head & 15, size: value, end };
}

/** The byte after a map. */
function mapEnd(bytes: Uint8Array, at: number): number {
  const { value: size, end } = readVarint(bytes, at);
  if (size === 0) return end;
  const types = bytes[end];
  if (types === undefined) throw cut();
  let next = end + 1;
  for (let i = 0; i < size; i++) next = elementEnd(bytes, elementEnd(bytes, next, types >> 4), types & 15);
  return next;
}

/** The byte after an element of a list, a set or a map. A boolean has a byte there. */
const elementEnd = (bytes: Uint8Array, at: number, type: number): number =>
  type <= 2 ? at + 1 : valueEnd(bytes, at, type);

/** The byte after a value. */
function valueEnd(bytes: Uint8Array, at: number, type: number): number {
  switch (type) {
    // booleans have their value in their kind
    case 1:
    case 2:
      return at;
    case 3:
      return at + 1;
    case 4:
    case 5:
    case 6:
      return readVarint(bytes, at).end;
    case 7:
      return at + 8;
    case binary: {
      const { value, end } = readVarint(bytes, at);
      return end + value;
    }
    case list:
    case set:
      return listElements(bytes, at).at(-1)?.end ?? listHead(bytes, at).end;
    case map:
      return mapEnd(bytes, at);
    case struct:
      return structEnd(bytes, at);
    case 13:
      return at + 16;
    default:
      throw new DataEngineError('A value is of no kind of Thrift.');
  }
}

function structEnd(bytes: Uint8Array, at: number): number {
  let end = at + 1;
  for (const [, value] of walk(bytes, at)) end = value.end + 1;
  return end;
}

/** The fields of a struct with their numbers. */
function* walk(bytes: Uint8Array, at: number): Generator<readonly [number, ThriftValue]> {
  let id = 0;
  let next = at;
  for (;;) {
    const head = bytes[next];
    if (head === undefined) throw cut();
    if (head === 0) return;
    next++;
    if (head >> 4 === 0) {
      const { value, end } = readVarint(bytes, next);
      id = unzigzag(value);
      next = end;
    } else id += head >> 4;
    const type = head & 15;
    const value = { type, start: next, end: valueEnd(bytes, next, type) };
    yield [id, value];
    next = value.end;
  }
}

/** The fields of a struct by their numbers. @throws DataEngineError when the bytes are none */
export const readStruct = (bytes: Uint8Array, at = 0): ReadonlyMap<number, ThriftValue> => new Map(walk(bytes, at));

/** The elements of a list. @throws DataEngineError when the bytes are none */
export function listElements(bytes: Uint8Array, at: number): ThriftValue[] {
  const { type, size, end } = listHead(bytes, at);
  if (size > bytes.length) throw cut();
  const elements: ThriftValue[] = [];
  let next = end;
  for (let i = 0; i < size; i++) {
    const element = { type, start: next, end: elementEnd(bytes, next, type) };
    elements.push(element);
    next = element.end;
  }
  if (next > bytes.length) throw cut();
  return elements;
}

/** A list of structs that are bytes already. */
export function writeStructs(structs: readonly Uint8Array[]): Uint8Array {
  const size = structs.length;
  const head = size < 15 ? [(size << 4) | struct] : [0xf0 | struct, ...varint(size)];
  return concatenate([Uint8Array.from(head), ...structs]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) + 128);
  return [...bytes, left];
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
