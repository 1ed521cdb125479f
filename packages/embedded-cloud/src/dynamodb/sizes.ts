import { isJsonObject, type JsonObject } from '../cloud/json-protocol.ts';

/** Bytes of a number: two digits a byte, one for the exponent, one for the sign (DynamoDB Developer Guide, "Item sizes"). */
function numberBytes(text: string): number {
  const digits = text
    .replace(/^-/, '')
    .replace('.', '')
    .replace(/^0+|0+$/g, '');
  return Math.ceil(digits.length / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}

function valueBytes(value: JsonObject): number {
  const [type = '', inner] = Object.entries(value)[0] ?? [];
  const each = (bytes: (one: string) => number): number =>
    (Array.isArray(inner) ? inner : []).reduce((sum: number, one) => sum + bytes(String(one)), 0);
  switch (type) {
    case 'S':
      return Buffer.byteLength(String(inner));
    case 'N':
      return numberBytes(String(inner));
    case 'B':
      return Buffer.byteLength(String(inner), 'base64');
    case 'SS':
      return each((one) => Buffer.byteLength(one));
    case 'NS':
      return each(numberBytes);
    case 'BS':
      return each((one) => Buffer.byteLength(one, 'base64'));
    case 'L':
      return (Array.isArray(inner) ? inner : []).reduce(
        (sum: number, one) => sum + 1 + valueBytes(one as JsonObject),
        3,
      );
    case 'M':
      return isJsonObject(inner) ? 3 + Object.keys(inner).length + itemBytes(inner) : 3;
    default:
      return 1;
  }
}

/** Size of an item as DynamoDB counts it against 400 KB: names and values, texts in UTF-8. */
export const itemBytes = (item: JsonObject): number =>
  Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + (isJsonObject(value) ? valueBytes(value) : 0),
    0,
  );
