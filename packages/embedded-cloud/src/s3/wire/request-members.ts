import type { PreparedCall } from '#src/cloud/service';
import type { S3Call } from './call.ts';

/** Names that the rule below would not find, by header without `x-amz-` (service model of S3, API version 2006-03-01). */
const IRREGULAR: Readonly<Record<string, string>> = {
  acl: 'ACL',
  'content-md5': 'ContentMD5',
  'copy-source-server-side-encryption-customer-algorithm': 'CopySourceSSECustomerAlgorithm',
  'copy-source-server-side-encryption-customer-key': 'CopySourceSSECustomerKey',
  'copy-source-server-side-encryption-customer-key-md5': 'CopySourceSSECustomerKeyMD5',
  'bucket-object-lock-enabled': 'ObjectLockEnabledForBucket',
  'grant-read-acp': 'GrantReadACP',
  'grant-write-acp': 'GrantWriteACP',
  mfa: 'MFA',
  'mp-object-size': 'MpuObjectSize',
  'object-lock-legal-hold': 'ObjectLockLegalHoldStatus',
  'sdk-checksum-algorithm': 'ChecksumAlgorithm',
  'server-side-encryption-aws-kms-key-id': 'SSEKMSKeyId',
  'server-side-encryption-bucket-key-enabled': 'BucketKeyEnabled',
  'server-side-encryption-context': 'SSEKMSEncryptionContext',
  'server-side-encryption-customer-algorithm': 'SSECustomerAlgorithm',
  'server-side-encryption-customer-key': 'SSECustomerKey',
  'server-side-encryption-customer-key-md5': 'SSECustomerKeyMD5',
  'source-expected-bucket-owner': 'ExpectedSourceBucketOwner',
};

/** `storage-class` is StorageClass, `checksum-crc32` ChecksumCRC32. */
const memberOf = (name: string): string => {
  const irregular = IRREGULAR[name];
  if (irregular !== undefined) return irregular;
  const algorithm = CHECKSUM.exec(name)?.[1];
  if (algorithm !== undefined) return `Checksum${algorithm.toUpperCase()}`;
  return name
    .split('-')
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join('');
};

const CHECKSUM = /^(?:x-amz-)?checksum-((?:crc|sha|md5|xxhash)\w*)$/;

/** Headers of the signature, of the transfer and of the client: no members of a request. */
const NO_MEMBER = /^x-amz-(?:content-sha256|date|security-token|user-agent|decoded-content-length|trailer|meta-.*)$/;
/** What a presigned URL carries of its signature, and names of signed headers that are no members. */
const SIGNATURE =
  /^x-amz-(?:algorithm|credential|date|expires|signature|signedheaders|security-token|content-sha256|user-agent|meta-.*)$/i;
const PLAIN = /^(?:cache-control|content-(?:disposition|encoding|language|md5)|expires|if-.*|range)$/;
/** Only of these is the checksum a member; elsewhere it belongs to the transfer of the XML. */
const CHECKED = new Set(['CompleteMultipartUpload', 'PutObject', 'UploadPart']);
/** Only these keep the type; elsewhere it is that of the XML. */
const TYPED = new Set(['CopyObject', 'CreateMultipartUpload', 'PutObject']);

/**
 * The members of a request to S3 as its service model names them, put together from path, query and headers; bodies are
 * left to the operations.
 */
export const requestMembers = (call: S3Call, { operation, input }: PreparedCall): Record<string, unknown> => {
  const members: Record<string, unknown> = {
    ...(call.bucket === '' ? {} : { Bucket: call.bucket }),
    ...(call.key === '' ? {} : { Key: call.key }),
  };
  for (const [name, value] of call.request.query) {
    // The query also names the operation.
    if (value === '' || name === 'x-id' || name === 'list-type') continue;
    // Where it is presigned it carries the signature, and headers.
    if (SIGNATURE.test(name)) continue;
    members[memberOf(name.toLowerCase().startsWith('x-amz-') ? name.slice('x-amz-'.length).toLowerCase() : name)] =
      value;
  }
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(call.request.headers)) {
    if (name.startsWith('x-amz-meta-')) metadata[name.slice('x-amz-meta-'.length)] = value;
    if (name === 'content-encoding' && value === 'aws-chunked') continue;
    const plain = PLAIN.test(name) || (name === 'content-type' && TYPED.has(operation));
    const transfer = CHECKSUM.test(name) && !CHECKED.has(operation);
    const own = name.startsWith('x-amz-') && !NO_MEMBER.test(name) && !transfer;
    if (plain || own) members[memberOf(name.replace(/^x-amz-/, ''))] = value;
  }
  return {
    ...members,
    ...(Object.keys(metadata).length > 0 && { Metadata: metadata }),
    ...(typeof input === 'object' && input),
  };
};
