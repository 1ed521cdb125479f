import type { PreparedCall } from '#src/cloud/service';
import { toRead, versionIdOf } from '../authorization.ts';
import { type Checksum, checksumHeader } from '../checksums/algorithms.ts';
import { requireBucket, type S3State, versioningOf } from '../state.ts';
import { sliceExtents } from '../store/blobs.ts';
import type { ObjectVersion } from '../store/versions.ts';
import type { S3Call } from '../wire/call.ts';
import { checkRead } from '../wire/conditions.ts';
import { methodNotAllowed, noSuchKey, noSuchVersion, S3Error } from '../wire/errors.ts';
import { type ByteRange, parseRange } from '../wire/range.ts';
import { keptHeaders, readHeaders } from './object-description.ts';

/**
 * The version a read means.
 * @throws S3Error NoSuchKey, NoSuchVersion, MethodNotAllowed when a delete marker is named
 */
export const resolveVersion = (
  { versions }: S3State,
  bucket: string,
  key: string,
  versionId: string | undefined,
): ObjectVersion => {
  const version = versionId === undefined ? versions.latest(bucket, key) : versions.find(bucket, key, versionId);
  if (!version) throw versionId === undefined ? noSuchKey(key) : noSuchVersion(key, versionId);
  if (!version.deleteMarker) return version;
  const headers = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': version.versionId };
  if (versionId === undefined) throw noSuchKey(key, headers);
  throw methodNotAllowed({ ...headers, allow: 'DELETE', 'last-modified': new Date(version.modified).toUTCString() });
};

/** The bytes of one part of a multipart object; an object of a single write is its own part 1. */
const partRange = ({ size, record }: ObjectVersion, partNumber: string): ByteRange | undefined => {
  const parts = record.parts ?? [{ number: 1, size }];
  const index = Number(partNumber) - 1;
  const part = parts[index];
  if (!part) {
    throw new S3Error('InvalidPartNumber', 'The requested partnumber is not satisfiable', 416, {
      PartNumberRequested: partNumber,
      ActualPartCount: parts.length,
    });
  }
  const first = parts.slice(0, index).reduce((sum, { size: before }) => sum + before, 0);
  return part.size === 0 ? undefined : { first, last: first + part.size - 1 };
};

/**
 * The checksum of what is read: of the whole object, or of the one part that the range is; a multipart object whose checksum
 * is joined has none for its parts (User Guide, "Checking object integrity").
 */
const checksumHeaders = ({ size, record }: ObjectVersion, range: ByteRange | undefined): Record<string, string> => {
  const shown = ({ algorithm, value }: Checksum) => ({
    [checksumHeader(algorithm)]: value,
    'x-amz-checksum-type': record.checksum.type,
  });
  if (range === undefined || (range.first === 0 && range.last === size - 1)) return shown(record.checksum);
  if (record.checksum.type !== 'COMPOSITE') return {};
  let first = 0;
  for (const part of record.parts ?? []) {
    if (range.first === first && range.last === first + part.size - 1) return shown(part.checksum);
    first += part.size;
  }
  return {};
};

/** `response-content-type=…` and its like in the query of a presigned URL. */
const overriddenHeaders = (call: S3Call): Record<string, string> =>
  Object.fromEntries(
    keptHeaders
      .map((name) => [name, call.query(`response-${name}`)] as const)
      .filter((pair): pair is [string, string] => pair[1] !== undefined),
  );

const readObject = (s3: S3State, call: S3Call, operation: 'GetObject' | 'HeadObject'): PreparedCall => {
  requireBucket(s3, call.bucket);
  const versionId = versionIdOf(call);
  return {
    operation,
    authorize: toRead(s3, { bucket: call.bucket, key: call.key, versionId }),
    execute: async () => {
      const version = resolveVersion(s3, call.bucket, call.key, versionId);
      const headers = readHeaders(version, versioningOf(s3, call.bucket));
      const outcome = checkRead(
        {
          ifMatch: call.header('if-match'),
          ifNoneMatch: call.header('if-none-match'),
          ifModifiedSince: call.header('if-modified-since'),
          ifUnmodifiedSince: call.header('if-unmodified-since'),
        },
        version,
        s3.context.clock.now(),
      );
      if (outcome === 'not-modified') return { status: 304, headers };
      const partNumber = call.query('partNumber');
      const range =
        partNumber === undefined ? parseRange(call.header('range'), version.size) : partRange(version, partNumber);
      const answered = {
        ...headers,
        ...overriddenHeaders(call),
        'content-length': String(range ? range.last - range.first + 1 : version.size),
        ...(range ? { 'content-range': `bytes ${range.first}-${range.last}/${version.size}` } : {}),
        ...(partNumber !== undefined && version.record.parts
          ? { 'x-amz-mp-parts-count': String(version.record.parts.length) }
          : {}),
        ...(call.header('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED' ? checksumHeaders(version, range) : {}),
      };
      const status = range ? 206 : 200;
      const extents = version.content === undefined ? undefined : s3.catalog.extentsOf(version.content);
      if (!extents) throw noSuchKey(call.key);
      if (operation === 'HeadObject') return { status, headers: answered };
      const body = s3.catalog.blobs.read(range ? sliceExtents(extents, range.first, range.last) : extents);
      return { status, headers: answered, body };
    },
  };
};

/** GetObject */
export const getObject = (s3: S3State, call: S3Call): PreparedCall => readObject(s3, call, 'GetObject');

/** HeadObject */
export const headObject = (s3: S3State, call: S3Call): PreparedCall => readObject(s3, call, 'HeadObject');
