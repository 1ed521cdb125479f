import { buckets } from './keys.ts';

/** Packs bucket numbers as 65,536 bits in base64: bucket b is bit b % 8 of byte b / 8. */
export function packBuckets(used: Iterable<number>): string {
  const bytes = new Uint8Array(buckets / 8);
  for (const bucket of used) bytes[bucket >> 3] = (bytes[bucket >> 3] ?? 0) | (1 << (bucket & 7));
  return Buffer.from(bytes).toString('base64');
}

/** The bits of `packBuckets` as text of `0` and `1`, in the order of the buckets. */
export function bucketBitText(packed: string): string {
  const bytes = Buffer.from(packed, 'base64');
  return Array.from({ length: buckets }, (_, b) => ((bytes[b >> 3] ?? 0) >> (b & 7)) & 1).join('');
}

/** The buckets of either, packed as `packBuckets` does. */
export function joinBuckets(a: string, b: string): string {
  const other = Buffer.from(b, 'base64');
  return Buffer.from(Buffer.from(a, 'base64').map((byte, i) => byte | (other[i] ?? 0))).toString('base64');
}
