import { invalidArgument, S3Error } from './errors.ts';

/** Inclusive byte positions. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** An empty object or a range past its end. */
const invalidRange = (header: string, size: number) =>
  new S3Error(
    'InvalidRange',
    'The requested range is not satisfiable',
    416,
    { RangeRequested: header, ActualObjectSize: size },
    { 'content-range': `bytes */${size}` },
  );

/**
 * Reads a `Range` header (RFC 9110 section 14.2). Like S3, ignores what it cannot read and lists of several ranges.
 * @param size bytes in the object.
 * @returns undefined when the whole object is meant.
 * @throws S3Error InvalidRange (416) when the object has no byte of the range.
 */
export const parseRange = (header: string | undefined, size: number): ByteRange | undefined => {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (header === undefined || from === undefined || to === undefined || (from === '' && to === '')) return undefined;
  if (from === '') {
    const length = Number(to);
    if (length === 0 || size === 0) throw invalidRange(header, size);
    return { first: Math.max(size - length, 0), last: size - 1 };
  }
  const first = Number(from);
  const last = to === '' ? size - 1 : Number(to);
  if (to !== '' && last < first) return undefined;
  if (first >= size) throw invalidRange(header, size);
  return { first, last: Math.min(last, size - 1) };
};

/**
 * Reads `x-amz-copy-source-range`: both ends are given, and both lie within the source.
 * @param size bytes in the source.
 * @throws S3Error InvalidArgument
 */
export const parseCopyRange = (header: string, size: number): ByteRange => {
  const refuse = (message: string) => invalidArgument(message, 'x-amz-copy-source-range', header);
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(header.trim()) ?? [];
  if (first === undefined || last === undefined || Number(first) > Number(last)) {
    throw refuse(
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
    );
  }
  if (Number(last) >= size) throw refuse(`Range specified is not valid for source object of size: ${size}`);
  return { first: Number(first), last: Number(last) };
};
