import { encryptionHeaders } from '../encryption.ts';
import type { ObjectRecord, ObjectVersion, Tags, Versioning } from '../store/versions.ts';
import { headersBelow, type S3Call } from '../wire/call.ts';
import { invalidArgument, S3Error } from '../wire/errors.ts';

/** The standard headers stored with an object and returned by every read. */
export const keptHeaders = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];

const maximalMetadataBytes = 2 * 1024;

const userMetadata = (call: S3Call): Readonly<Record<string, string>> => {
  const metadata = headersBelow(call, 'x-amz-meta-');
  const size = Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (size <= maximalMetadataBytes) return metadata;
  throw new S3Error('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', 400, {
    Size: size,
    MaxSizeAllowed: maximalMetadataBytes,
  });
};

const objectHeaders = (call: S3Call): Readonly<Record<string, string>> => {
  const headers: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  for (const name of keptHeaders) {
    const value = call.header(name);
    if (value !== undefined) headers[name] = value;
  }
  const encodings = (headers['content-encoding'] ?? '').split(',').map((item) => item.trim());
  const kept = encodings.filter((item) => item !== '' && item !== 'aws-chunked').join(',');
  delete headers['content-encoding'];
  return kept === '' ? headers : { ...headers, 'content-encoding': kept };
};

/**
 * ACLs are disabled, as on every bucket whose owner did not enable them: one ACL alone says nothing else (S3 User Guide,
 * "Controlling ownership of objects and disabling ACLs").
 * @throws S3Error AccessControlListNotSupported
 */
export const refuseAcl = (call: S3Call): void => {
  const acl = call.header('x-amz-acl');
  const grants = ['full-control', 'read', 'read-acp', 'write', 'write-acp'];
  const granted = grants.some((name) => call.header(`x-amz-grant-${name}`) !== undefined);
  if (!granted && (acl === undefined || acl === 'bucket-owner-full-control')) return;
  throw new S3Error('AccessControlListNotSupported', 'The bucket does not allow ACLs', 400);
};

/** Headers, metadata and storage class that a write gives its object. */
export const describeObject = (call: S3Call): Pick<ObjectRecord, 'headers' | 'metadata' | 'storageClass'> => {
  refuseAcl(call);
  return {
    headers: objectHeaders(call),
    metadata: userMetadata(call),
    storageClass: call.header('x-amz-storage-class') ?? 'STANDARD',
  };
};

const OBJECT_TAGS = 10;

const invalidTag = (message: string) => new S3Error('InvalidTag', message, 400);

/**
 * Tags as S3 takes them: at most 10 (of a bucket 50), keys of 1 to 128 and values of up to 256 characters, no key twice.
 * @throws S3Error InvalidTag, BadRequest
 */
export const checkTags = (pairs: readonly (readonly [string, string])[], most = OBJECT_TAGS): Tags => {
  if (pairs.length > most) throw new S3Error('BadRequest', `Object tags cannot be greater than ${most}`, 400);
  for (const [key, value] of pairs) {
    if (/^aws:/i.test(key))
      throw invalidTag(
        most > OBJECT_TAGS
          ? 'System tags cannot be added/updated by requester'
          : 'Your TagKey cannot be prefixed with aws:',
      );
    if (key.length < 1 || key.length > 128) throw invalidTag('The TagKey you have provided is invalid');
    if (value.length > 256) throw invalidTag('The TagValue you have provided is invalid');
  }
  const tags = Object.fromEntries(pairs);
  if (Object.keys(tags).length < pairs.length) throw invalidTag('Cannot provide multiple Tags with the same key');
  return tags;
};

/** Tags sent with a write, `key=value&…` in the header. */
export const headerTags = (call: S3Call): Tags => {
  const header = call.header('x-amz-tagging');
  if (header === undefined) return {};
  const pairs = [...new URLSearchParams(header)];
  if (pairs.length === 0 && header !== '') {
    throw invalidArgument(
      'The header x-amz-tagging shall be encoded as UTF-8 then URLEncoded',
      'x-amz-tagging',
      header,
    );
  }
  return checkTags(pairs);
};

/** Headers that name a version; buckets never versioned have none. */
export const versionHeaders = (versioning: Versioning, versionId: string): Record<string, string> =>
  versioning === 'off' ? {} : { 'x-amz-version-id': versionId };

/** Everything that a read returns about a version beside its bytes. */
export const readHeaders = (version: ObjectVersion, versioning: Versioning): Record<string, string> => {
  const { headers, metadata, encryption, storageClass } = version.record;
  const tagCount = Object.keys(version.tags).length;
  return {
    ...headers,
    ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
    ...encryptionHeaders(encryption),
    ...(storageClass === 'STANDARD' ? {} : { 'x-amz-storage-class': storageClass }),
    ...(tagCount === 0 ? {} : { 'x-amz-tagging-count': String(tagCount) }),
    ...versionHeaders(versioning, version.versionId),
    etag: `"${version.etag}"`,
    'last-modified': new Date(version.modified).toUTCString(),
    'accept-ranges': 'bytes',
  };
};
