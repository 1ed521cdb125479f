import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { parseCall } from '#src/s3/wire/call';
import { requestMembers } from '#src/s3/wire/request-members';

const members = (
  operation: string,
  path: string,
  headers: Record<string, string> = {},
  input: Record<string, unknown> = {},
) => {
  const [pathname = '', query = ''] = path.split('?');
  const call = parseCall({
    id: 'r',
    method: 'PUT',
    path: pathname,
    query: new URLSearchParams(query),
    headers: { host: '127.0.0.1', ...headers },
    body: Readable.from([]),
    signingName: 's3',
    region: 'eu-central-1',
    caller: { accessKeyId: 'a', arn: 'arn' },
  });
  return requestMembers(call, { operation, authorize: [], input, execute: () => Promise.resolve({ status: 200 }) });
};

describe('the members of a request to S3', () => {
  it('are named as in its service model, and leave out what belongs to signature and transfer', () => {
    const headers = {
      'content-type': 'text/csv',
      'content-encoding': 'aws-chunked',
      'content-length': '9',
      'x-amz-date': '20260101T000000Z',
      'x-amz-content-sha256': 'x',
      'x-amz-security-token': 'x',
      'x-amz-decoded-content-length': '3',
      'x-amz-trailer': 'x-amz-checksum-crc32',
      'x-amz-sdk-checksum-algorithm': 'CRC32',
      'x-amz-checksum-crc32': 'AAAAAA==',
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'key',
      'x-amz-storage-class': 'STANDARD',
      'x-amz-meta-owner': 'team',
      'if-none-match': '*',
    };
    expect(members('PutObject', '/clean/a%20b?x-id=PutObject', headers)).toEqual({
      Bucket: 'clean',
      Key: 'a b',
      ContentType: 'text/csv',
      ChecksumAlgorithm: 'CRC32',
      ChecksumCRC32: 'AAAAAA==',
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: 'key',
      StorageClass: 'STANDARD',
      Metadata: { owner: 'team' },
      IfNoneMatch: '*',
    });
  });

  it('come from the query too, without what names the operation or signs', () => {
    expect(members('ListObjectsV2', '/clean?list-type=2&prefix=a%2F&max-keys=5&X-Amz-Signature=x&delimiter=')).toEqual({
      Bucket: 'clean',
      Prefix: 'a/',
      MaxKeys: '5',
    });
    expect(members('UploadPart', '/clean/k?partNumber=2&uploadId=u')).toMatchObject({ PartNumber: '2', UploadId: 'u' });
  });

  it('include what the operation read from the body, but not its type and checksum', () => {
    const headers = { 'content-type': 'application/xml', 'x-amz-checksum-crc32': 'AAAAAA==' };
    const body = { Delete: { Objects: [{ Key: 'k' }] } };
    expect(members('DeleteObjects', '/clean?delete=', headers, body)).toEqual({ Bucket: 'clean', ...body });
  });

  it('show an unknown header by its own name, for the contract check to find', () => {
    expect(members('PutObject', '/clean/k', { 'x-amz-brand-new': '1' })).toMatchObject({ BrandNew: '1' });
  });
});
