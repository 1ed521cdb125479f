import type { PreparedCall } from '#src/cloud/service';
import { onObject } from '../authorization.ts';
import { requireBucket, type S3State } from '../state.ts';
import type { Cursor } from '../store/paging.ts';
import type { S3Call } from '../wire/call.ts';
import { invalidArgument } from '../wire/errors.ts';
import {
  checksumValueElement,
  emptyPage,
  entriesOf,
  keyWriter,
  limitOf,
  nameOfLast,
  ownerElement,
  prefixElements,
  toList,
  xmlResponse,
} from './listing-request.ts';
import { requireUpload } from './multipart.ts';

/** ListMultipartUploads */
export const listMultipartUploads = (s3: S3State, call: S3Call): PreparedCall => {
  requireBucket(s3, call.bucket);
  const prefix = call.query('prefix') ?? '';
  const delimiter = call.query('delimiter') || undefined;
  const keyMarker = call.query('key-marker') ?? '';
  const uploadMarker = keyMarker === '' ? '' : (call.query('upload-id-marker') ?? '');
  const limit = limitOf(call, 'max-uploads');
  const write = keyWriter(call);
  const inKey: Cursor = { key: keyMarker, inclusive: true, after: uploadMarker };
  const start = uploadMarker === '' ? { key: keyMarker, inclusive: false } : inKey;
  return {
    operation: 'ListMultipartUploads',
    authorize: [toList(s3, call, 's3:ListBucketMultipartUploads')],
    execute: async () => {
      const request = { prefix, delimiter, limit, start: keyMarker === '' ? undefined : start, skipsPrefix: true };
      const { lines, truncated } = limit === 0 ? emptyPage : s3.uploads.list(call.bucket, request);
      const last = lines.at(-1);
      return xmlResponse('ListMultipartUploadsResult', {
        Bucket: call.bucket,
        KeyMarker: write(keyMarker),
        UploadIdMarker: uploadMarker,
        NextKeyMarker: truncated ? write(nameOfLast(lines) ?? '') : undefined,
        NextUploadIdMarker: truncated && last && 'entry' in last ? last.entry.id : undefined,
        Prefix: write(prefix),
        Delimiter: delimiter && write(delimiter),
        MaxUploads: limit,
        IsTruncated: truncated,
        EncodingType: call.query('encoding-type') || undefined,
        Upload: entriesOf(lines).map(({ id, key, initiated, draft }) => ({
          UploadId: id,
          Key: write(key),
          Initiator: ownerElement(s3),
          Owner: ownerElement(s3),
          StorageClass: draft.storageClass,
          Initiated: new Date(initiated).toISOString(),
          ChecksumAlgorithm: draft.algorithm,
          ChecksumType: draft.checksumType,
        })),
        CommonPrefixes: prefixElements(lines, write),
      });
    },
  };
};

/** The part number to continue after; 0 when none is given. */
const partMarker = (text: string): number => {
  if (/^\d*$/.test(text)) return Number(text);
  throw invalidArgument('Argument part-number-marker must be an integer', 'part-number-marker', text);
};

/** ListParts */
export const listParts = (s3: S3State, call: S3Call): PreparedCall => {
  const { id, draft } = requireUpload(s3, call);
  const limit = limitOf(call, 'max-parts');
  const marker = partMarker(call.query('part-number-marker') ?? '');
  return {
    operation: 'ListParts',
    authorize: [onObject(s3, call, 's3:ListMultipartUploadParts')],
    execute: async () => {
      const following = s3.uploads.parts(id).filter(({ number }) => number > marker);
      const parts = following.slice(0, limit);
      const truncated = limit > 0 && following.length > parts.length;
      return xmlResponse('ListPartsResult', {
        Bucket: call.bucket,
        Key: call.key,
        UploadId: id,
        Initiator: ownerElement(s3),
        Owner: ownerElement(s3),
        StorageClass: draft.storageClass,
        PartNumberMarker: marker,
        NextPartNumberMarker: parts.at(-1)?.number ?? 0,
        MaxParts: limit,
        IsTruncated: truncated,
        ChecksumAlgorithm: draft.algorithm,
        ChecksumType: draft.checksumType,
        Part: parts.map(({ number, etag, size, modified, checksum }) => ({
          PartNumber: number,
          LastModified: new Date(modified).toISOString(),
          ETag: `"${etag}"`,
          Size: size,
          ...checksumValueElement(checksum),
        })),
      });
    },
  };
};
