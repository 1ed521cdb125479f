import { ModelFileError } from '#domain/trees/model-file-error';

type Value = null | boolean | number | string | readonly Value[] | NumberArray | { readonly [key: string]: Value };
type NumberArray = Uint8Array | Float64Array;

/** Bytes and reader of each type of number, all of them big-endian. */
const numbers: Readonly<Record<string, readonly [bytes: number, read: (view: DataView, at: number) => number]>> = {
  i: [1, (view, at) => view.getInt8(at)],
  U: [1, (view, at) => view.getUint8(at)],
  I: [2, (view, at) => view.getInt16(at)],
  l: [4, (view, at) => view.getInt32(at)],
  L: [8, (view, at) => Number(view.getBigInt64(at))],
  d: [4, (view, at) => view.getFloat32(at)],
  D: [8, (view, at) => view.getFloat64(at)],
};

/**
 * Reads Universal Binary JSON (ubjson.org, Draft 12): what XGBoost writes its models as (XGBoost documentation, "Introduction to Model
 * IO"). Arrays of one type of number are typed arrays. High-precision numbers, of which it writes none, are refused.
 *
 * @throws ModelFileError where the bytes are no such document
 */
export function readUbjson(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const latin = new TextDecoder('latin1');
  let at = 0;
  const broken = (what: string): ModelFileError => new ModelFileError(`byte ${at}: ${what}`);
  const take = (count: number): number => {
    if (count < 0 || at + count > bytes.length) throw broken('the file ends too early');
    at += count;
    return at - count;
  };
  const marker = (): string => String.fromCharCode(bytes[take(1)] as number);
  const peek = (): string => String.fromCharCode(bytes[at] ?? 0);
  const number = (type: string): number => {
    const known = numbers[type];
    if (!known) throw broken('an unknown type');
    return known[1](view, take(known[0]));
  };
  const size = (): number => number(marker());
  const text = (): string => {
    const length = size();
    const from = take(length);
    return latin.decode(bytes.subarray(from, from + length));
  };
  /** The type of all elements, and their number, where a container says so. */
  const header = (): { type?: string; count?: number } => {
    let type: string | undefined;
    if (peek() === '$') {
      at++;
      type = marker();
    }
    if (peek() !== '#') {
      if (type !== undefined) throw broken('a type without a count');
      return {};
    }
    at++;
    const count = size();
    return type === undefined ? { count } : { type, count };
  };
  const list = (): Value => {
    const { type, count } = header();
    if (type !== undefined && numbers[type] !== undefined && count !== undefined) {
      if (count < 0 || at + count > bytes.length) throw broken('the file ends too early');
      return Float64Array.from({ length: count }, () => number(type));
    }
    const values: Value[] = [];
    while (count === undefined ? peek() !== ']' : values.length < count) values.push(value(type ?? marker()));
    if (count === undefined) at++;
    return values;
  };
  const object = (): Value => {
    const { type, count } = header();
    const entries: [string, Value][] = [];
    while (count === undefined ? peek() !== '}' : entries.length < count)
      entries.push([text(), value(type ?? marker())]);
    if (count === undefined) at++;
    return Object.fromEntries(entries);
  };
  const value = (type: string): Value => {
    switch (type) {
      case '{':
        return object();
      case '[':
        return list();
      case 'S':
        return text();
      case 'C':
        return marker();
      case 'T':
      case 'F':
        return type === 'T';
      case 'Z':
        return null;
      default:
        return number(type);
    }
  };
  return value(marker());
}
