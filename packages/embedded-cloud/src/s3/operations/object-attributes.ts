import type { PreparedCall } from '#src/cloud/service';
import { onObject, toRead, versionIdOf } from '../authorization.ts';
import { requireBucket, type S3State, versioningOf } from '../state.ts';
import type { ObjectVersion } from '../store/versions.ts';
import type { S3Call } from '../wire/call.ts';
import { invalidArgument } from '../wire/errors.ts';
import type { XmlElement } from '../wire/xml.ts';
import { resolveVersion } from './get-object.ts';
import { checksumValueElement, xmlResponse } from './listing-request.ts';
import { versionHeaders } from './object-description.ts';

const attributes = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'] as const;

const requestedAttributes = (call: S3Call): ReadonlySet<string> => {
  const header = call.header('x-amz-object-attributes') ?? '';
  const names = header.split(',').map((name) => name.trim());
  if (names.every((name) => attributes.some((attribute) => attribute === name))) return new Set(names);
  throw invalidArgument('Invalid attribute name specified.', 'x-amz-object-attributes', header);
};

/** A header that holds a count. */
const countOf = (call: S3Call, name: string, fallback: number): number => {
  const text = call.header(name) ?? String(fallback);
  if (/^\d+$/.test(text)) return Number(text);
  throw invalidArgument(`${name} must be an integer`, name, text);
};

/** S3 lists the parts themselves only where each has a checksum of its own, so not for joined CRCs. */
const partsElement = (call: S3Call, { record }: ObjectVersion): XmlElement | undefined => {
  if (!record.parts) return undefined;
  const marker = countOf(call, 'x-amz-part-number-marker', 0);
  const limit = countOf(call, 'x-amz-max-parts', 1000);
  const listed = record.checksum.type === 'COMPOSITE' ? record.parts : [];
  const following = listed.filter(({ number }) => number > marker);
  const parts = following.slice(0, limit);
  return {
    PartsCount: record.parts.length,
    PartNumberMarker: marker,
    NextPartNumberMarker: parts.at(-1)?.number ?? 0,
    MaxParts: limit,
    IsTruncated: following.length > parts.length,
    Part: parts.map(({ number, size, checksum }) => ({
      PartNumber: number,
      Size: size,
      ...checksumValueElement(checksum),
    })),
  };
};

/** GetObjectAttributes */
export const getObjectAttributes = (s3: S3State, call: S3Call): PreparedCall => {
  requireBucket(s3, call.bucket);
  const versionId = versionIdOf(call);
  const requested = requestedAttributes(call);
  const action = versionId === undefined ? 's3:GetObjectAttributes' : 's3:GetObjectVersionAttributes';
  return {
    operation: 'GetObjectAttributes',
    authorize: [...toRead(s3, { bucket: call.bucket, key: call.key, versionId }), onObject(s3, call, action)],
    execute: async () => {
      const version = resolveVersion(s3, call.bucket, call.key, versionId);
      const { checksum, storageClass } = version.record;
      const response = xmlResponse('GetObjectAttributesResponse', {
        ETag: requested.has('ETag') ? version.etag : undefined,
        Checksum: requested.has('Checksum')
          ? { ...checksumValueElement(checksum), ChecksumType: checksum.type }
          : undefined,
        ObjectParts: requested.has('ObjectParts') ? partsElement(call, version) : undefined,
        StorageClass: requested.has('StorageClass') ? storageClass : undefined,
        ObjectSize: requested.has('ObjectSize') ? version.size : undefined,
      });
      return {
        ...response,
        headers: {
          ...response.headers,
          'last-modified': new Date(version.modified).toUTCString(),
          ...versionHeaders(versioningOf(s3, call.bucket), version.versionId),
        },
      };
    },
  };
};
