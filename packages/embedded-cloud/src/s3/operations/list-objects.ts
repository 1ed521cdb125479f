import type { PreparedCall } from '#src/cloud/service';
import { requireBucket, type S3State } from '../state.ts';
import { listObjects as readObjects, listVersions as readVersions } from '../store/listing.ts';
import type { Cursor } from '../store/paging.ts';
import type { S3Call } from '../wire/call.ts';
import { invalidArgument } from '../wire/errors.ts';
import {
  emptyPage,
  entriesOf,
  keyWriter,
  limitOf,
  nameOfLast,
  objectElement,
  ownerElement,
  prefixElements,
  toList,
  xmlResponse,
} from './listing-request.ts';

const afterKey = (key: string | undefined): Cursor | undefined => (key ? { key, inclusive: false } : undefined);

/** Tokens are opaque to clients: the name of the last line, in base64. */
const toToken = (name: string): string => Buffer.from(name).toString('base64');

const fromToken = (token: string): string => {
  const name = Buffer.from(token, 'base64').toString('utf8');
  if (name !== '' && toToken(name) === token) return name;
  throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
};

/** ListObjectsV2 */
export const listObjectsV2 = (s3: S3State, call: S3Call): PreparedCall => {
  requireBucket(s3, call.bucket);
  const prefix = call.query('prefix') ?? '';
  const delimiter = call.query('delimiter') || undefined;
  const startAfter = call.query('start-after') || undefined;
  const token = call.query('continuation-token');
  const limit = limitOf(call, 'max-keys');
  const write = keyWriter(call);
  return {
    operation: 'ListObjectsV2',
    authorize: [toList(s3, call, 's3:ListBucket')],
    execute: async () => {
      const start = afterKey(token === undefined ? startAfter : fromToken(token));
      const request = { prefix, delimiter, limit, start };
      const { lines, truncated } = limit === 0 ? emptyPage : readObjects(s3.catalog.database, call.bucket, request);
      const last = nameOfLast(lines);
      const withOwner = call.query('fetch-owner') === 'true';
      return xmlResponse('ListBucketResult', {
        Name: call.bucket,
        Prefix: write(prefix),
        Delimiter: delimiter && write(delimiter),
        StartAfter: startAfter && write(startAfter),
        ContinuationToken: token,
        NextContinuationToken: truncated && last !== undefined ? toToken(last) : undefined,
        KeyCount: lines.length,
        MaxKeys: limit,
        IsTruncated: truncated,
        EncodingType: call.query('encoding-type') || undefined,
        Contents: entriesOf(lines).map((version) => ({
          ...objectElement(version, write),
          Owner: withOwner ? ownerElement(s3) : undefined,
        })),
        CommonPrefixes: prefixElements(lines, write),
      });
    },
  };
};

/** ListObjects, the first version: pages continue at a marker, which the response names only when there is a delimiter. */
export const listObjects = (s3: S3State, call: S3Call): PreparedCall => {
  requireBucket(s3, call.bucket);
  const prefix = call.query('prefix') ?? '';
  const delimiter = call.query('delimiter') || undefined;
  const marker = call.query('marker') ?? '';
  const limit = limitOf(call, 'max-keys');
  const write = keyWriter(call);
  return {
    operation: 'ListObjects',
    authorize: [toList(s3, call, 's3:ListBucket')],
    execute: async () => {
      const request = { prefix, delimiter, limit, start: afterKey(marker), skipsPrefix: true };
      const { lines, truncated } = limit === 0 ? emptyPage : readObjects(s3.catalog.database, call.bucket, request);
      const last = nameOfLast(lines);
      return xmlResponse('ListBucketResult', {
        Name: call.bucket,
        Prefix: write(prefix),
        Marker: write(marker),
        NextMarker: truncated && delimiter !== undefined && last !== undefined ? write(last) : undefined,
        MaxKeys: limit,
        Delimiter: delimiter && write(delimiter),
        IsTruncated: truncated,
        EncodingType: call.query('encoding-type') || undefined,
        Contents: entriesOf(lines).map((version) => ({ ...objectElement(version, write), Owner: ownerElement(s3) })),
        CommonPrefixes: prefixElements(lines, write),
      });
    },
  };
};

/** Where ListObjectVersions continues; the marker of a deleted version means the next key. */
const versionCursor = (s3: S3State, bucket: string, key: string, versionId: string): Cursor | undefined => {
  if (key === '') return undefined;
  const version = versionId === '' ? undefined : s3.versions.find(bucket, key, versionId);
  return version ? { key, inclusive: true, after: version.sequence } : { key, inclusive: false };
};

/** ListObjectVersions */
export const listObjectVersions = (s3: S3State, call: S3Call): PreparedCall => {
  requireBucket(s3, call.bucket);
  const prefix = call.query('prefix') ?? '';
  const delimiter = call.query('delimiter') || undefined;
  const keyMarker = call.query('key-marker') ?? '';
  const versionMarker = call.query('version-id-marker') ?? '';
  const limit = limitOf(call, 'max-keys');
  const write = keyWriter(call);
  if (versionMarker !== '' && keyMarker === '') {
    throw invalidArgument(
      'A version-id marker cannot be specified without a key marker.',
      'version-id-marker',
      versionMarker,
    );
  }
  return {
    operation: 'ListObjectVersions',
    authorize: [toList(s3, call, 's3:ListBucketVersions')],
    execute: async () => {
      const start = versionCursor(s3, call.bucket, keyMarker, versionMarker);
      const request = { prefix, delimiter, limit, start, skipsPrefix: true };
      const { lines, truncated } = limit === 0 ? emptyPage : readVersions(s3.catalog.database, call.bucket, request);
      const last = lines.at(-1);
      const entries = entriesOf(lines);
      const common = (key: string, versionId: string, latest: boolean) => ({
        Key: write(key),
        VersionId: versionId,
        IsLatest: latest,
        Owner: ownerElement(s3),
      });
      return xmlResponse('ListVersionsResult', {
        Name: call.bucket,
        Prefix: write(prefix),
        KeyMarker: write(keyMarker),
        VersionIdMarker: versionMarker,
        NextKeyMarker: truncated ? write(nameOfLast(lines) ?? '') : undefined,
        NextVersionIdMarker: truncated && last && 'entry' in last ? last.entry.versionId : undefined,
        MaxKeys: limit,
        Delimiter: delimiter && write(delimiter),
        IsTruncated: truncated,
        EncodingType: call.query('encoding-type') || undefined,
        Version: entries
          .filter(({ deleteMarker }) => !deleteMarker)
          .map((version) => ({
            ...objectElement(version, write),
            ...common(version.key, version.versionId, version.latest),
          })),
        DeleteMarker: entries
          .filter(({ deleteMarker }) => deleteMarker)
          .map(({ key, versionId, latest, modified }) => ({
            ...common(key, versionId, latest),
            LastModified: new Date(modified).toISOString(),
          })),
        CommonPrefixes: prefixElements(lines, write),
      });
    },
  };
};
