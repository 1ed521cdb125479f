import { createHash } from 'node:crypto';
import type { MessageAttributes } from './queue-store.ts';

export const md5 = (data: string | Uint8Array): string => createHash('md5').update(data).digest('hex');

const withLength = (data: Uint8Array): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.byteLength);
  return Buffer.concat([length, data]);
};

/**
 * The MD5 of message attributes, or undefined when there are none: name, type, transport byte (1 text, 2 binary) and
 * value of each in order of name, lengths in front (SQS developer guide, "Calculating the MD5 message digest").
 */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const parts = names.map((name) => {
    const { DataType = '', StringValue, BinaryValue } = attributes[name] ?? {};
    const value = StringValue === undefined ? Buffer.from(BinaryValue ?? '', 'base64') : Buffer.from(StringValue);
    return Buffer.concat([
      withLength(Buffer.from(name)),
      withLength(Buffer.from(DataType)),
      Buffer.of(StringValue === undefined ? 2 : 1),
      withLength(value),
    ]);
  });
  return md5(Buffer.concat(parts));
}
