import { randomBytes } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketTaggingCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure, objectFiles, startS3, type TestS3 } from './support.ts';

/** Behaviour recorded from AWS: LocalStack's public tests that were validated against it (Apache-2.0). */
let s3: TestS3;
beforeEach(async () => {
  s3 = await startS3(['data']);
});
afterEach(() => s3.close());

const put = (Key: string, Body = Key, more = {}) =>
  s3.client.send(new PutObjectCommand({ Bucket: 'data', Key, Body, ...more }));
const begin = async (Key: string, more = {}) =>
  (await s3.client.send(new CreateMultipartUploadCommand({ Bucket: 'data', Key, ...more }))).UploadId ?? '';

describe('completing a multipart upload on a condition', () => {
  const upload = async (Key: string) => {
    const UploadId = await begin(Key);
    const part = await s3.client.send(
      new UploadPartCommand({ Bucket: 'data', Key, UploadId, PartNumber: 1, Body: 'new' }),
    );
    return (more: Partial<CompleteMultipartUploadCommandInput>) =>
      s3.client.send(
        new CompleteMultipartUploadCommand({
          Bucket: 'data',
          Key,
          UploadId,
          MultipartUpload: { Parts: [{ PartNumber: 1, ETag: part.ETag }] },
          ...more,
        }),
      );
  };

  it('looks at the object that is there at completion', async () => {
    const complete = await upload('k');
    const { ETag } = await put('k', 'meanwhile');
    expect(await failure(complete({ IfNoneMatch: '*' }))).toMatchObject({ name: 'PreconditionFailed', status: 412 });
    // The ETag fits, but the object was written after the upload began.
    expect(await failure(complete({ IfMatch: ETag }))).toMatchObject({
      name: 'ConditionalRequestConflict',
      status: 409,
    });
    expect(await failure(complete({ IfMatch: '"other"' }))).toMatchObject({ name: 'PreconditionFailed' });
  });

  it('conflicts when the object was deleted since the upload began', async () => {
    const { ETag } = await put('k');
    const complete = await upload('k');
    await s3.client.send(new DeleteObjectCommand({ Bucket: 'data', Key: 'k' }));
    expect(await failure(complete({ IfNoneMatch: '*' }))).toMatchObject({ name: 'ConditionalRequestConflict' });
    expect(await failure(complete({ IfMatch: ETag }))).toMatchObject({ name: 'NoSuchKey', status: 404 });
  });

  it('succeeds on the object that was there all along, and on none', async () => {
    const { ETag } = await put('k');
    expect(await (await upload('k'))({ IfMatch: ETag })).toMatchObject({ Key: 'k' });
    expect(await (await upload('free'))({ IfNoneMatch: '*' })).toMatchObject({ Key: 'free' });
  });

  it.each([[{ IfMatch: '*' }], [{ IfNoneMatch: '"etag"' }], [{ IfMatch: '"etag"', IfNoneMatch: '*' }]])(
    'does not know %j',
    async (condition) => {
      expect(await failure((await upload('k'))(condition))).toMatchObject({ name: 'NotImplemented', status: 501 });
      expect(await failure(put('k', 'x', condition))).toMatchObject({ name: 'NotImplemented', status: 501 });
    },
  );
});

describe('checksums of parts', () => {
  const parts = [randomBytes(5 * 1024 ** 2), Buffer.from('last')];
  const uploadParts = async (ChecksumAlgorithm: 'SHA256' | 'CRC32') => {
    const UploadId = await begin('k', { ChecksumAlgorithm });
    const sent = [];
    for (const [index, Body] of parts.entries()) {
      const at = { Bucket: 'data', Key: 'k', UploadId, PartNumber: index + 1 };
      const { ETag, ChecksumSHA256, ChecksumCRC32 } = await s3.client.send(
        new UploadPartCommand({ ...at, Body, ChecksumAlgorithm }),
      );
      sent.push({ PartNumber: index + 1, ETag, ChecksumSHA256, ChecksumCRC32 });
    }
    const complete = (Parts: object[], more = {}) =>
      s3.client.send(
        new CompleteMultipartUploadCommand({ Bucket: 'data', Key: 'k', UploadId, MultipartUpload: { Parts }, ...more }),
      );
    return { sent, complete };
  };

  it('are answered when a read is of one part', async () => {
    const { sent, complete } = await uploadParts('SHA256');
    await complete(sent);
    const head = (more = {}) =>
      s3.client.send(new HeadObjectCommand({ Bucket: 'data', Key: 'k', ChecksumMode: 'ENABLED', ...more }));
    expect((await head()).ChecksumSHA256).toMatch(/-2$/);
    expect(await head({ PartNumber: 2 })).toMatchObject({
      ChecksumSHA256: sent[1]?.ChecksumSHA256,
      ChecksumType: 'COMPOSITE',
    });
    expect((await head({ Range: `bytes=0-${5 * 1024 ** 2 - 1}` })).ChecksumSHA256).toBe(sent[0]?.ChecksumSHA256);
    expect((await head({ Range: 'bytes=0-9' })).ChecksumSHA256).toBeUndefined();
  });

  it('of another algorithm or mode are refused at completion', async () => {
    const { sent, complete } = await uploadParts('SHA256');
    const foreign = sent.map(({ ChecksumSHA256: _, ...part }) => ({ ...part, ChecksumCRC32: 'AAAAAA==' }));
    expect(await failure(complete(foreign))).toMatchObject({
      name: 'BadDigest',
      message: 'The crc32 you specified for part 1 did not match what we received.',
    });
    expect(await failure(complete(sent, { ChecksumType: 'FULL_OBJECT' }))).toMatchObject({
      name: 'InvalidRequest',
      message: expect.stringContaining('was created using the COMPOSITE checksum mode'),
    });
    expect(await failure(complete(sent, { ChecksumCRC32: 'AAAAAA==' }))).toMatchObject({ name: 'BadDigest' });
    await complete(sent, { ChecksumType: 'COMPOSITE' });
  });
});

it('a part is copied of bytes that the source has, and of no others', async () => {
  await put('source', '0123456789');
  const UploadId = await begin('k');
  const copy = (CopySourceRange: string) =>
    s3.client.send(
      new UploadPartCopyCommand({
        Bucket: 'data',
        Key: 'k',
        UploadId,
        PartNumber: 1,
        CopySource: 'data/source',
        CopySourceRange,
      }),
    );
  for (const range of ['bytes=0-10', 'bytes=20-30']) {
    expect(await failure(copy(range))).toMatchObject({
      name: 'InvalidArgument',
      message: 'Range specified is not valid for source object of size: 10',
    });
  }
  for (const range of ['bytes=0-', 'bytes=-5', 'bytes=5-2', '0-5']) {
    expect((await failure(copy(range))).message).toContain('must be of the form bytes=first-last');
  }
  await copy('bytes=0-9');
});

it('a bucket with an upload in progress is deleted, one with a version is not', async () => {
  await begin('k');
  await s3.client.send(
    new UploadPartCommand({ Bucket: 'data', Key: 'k', UploadId: await begin('k'), PartNumber: 1, Body: 'x' }),
  );
  await put('kept');
  expect(await failure(s3.client.send(new DeleteBucketCommand({ Bucket: 'data' })))).toMatchObject({
    name: 'BucketNotEmpty',
  });
  expect((await s3.client.send(new ListMultipartUploadsCommand({ Bucket: 'data' }))).Uploads).toHaveLength(2);
  await s3.client.send(new DeleteObjectCommand({ Bucket: 'data', Key: 'kept' }));
  await s3.client.send(new DeleteBucketCommand({ Bucket: 'data' }));
  expect(await objectFiles(s3.stateDir)).toEqual([]);
  await s3.client.send(new CreateBucketCommand({ Bucket: 'data' }));
  expect((await s3.client.send(new ListMultipartUploadsCommand({ Bucket: 'data' }))).Uploads ?? []).toEqual([]);
});

it('DeleteObjects reports a version that does not exist', async () => {
  await s3.client.send(
    new PutBucketVersioningCommand({ Bucket: 'data', VersioningConfiguration: { Status: 'Enabled' } }),
  );
  const { VersionId } = await put('k');
  const Objects = [
    { Key: 'k', VersionId },
    { Key: 'k', VersionId: 'unknown' },
  ];
  const { Deleted, Errors } = await s3.client.send(new DeleteObjectsCommand({ Bucket: 'data', Delete: { Objects } }));
  expect(Deleted).toMatchObject([{ Key: 'k', VersionId }]);
  expect(Errors).toEqual([
    { Key: 'k', VersionId: 'unknown', Code: 'NoSuchVersion', Message: 'The specified version does not exist.' },
  ]);
});

it('a date in the future is no condition', async () => {
  await put('k');
  await s3.context.clock.advance(10_000);
  const read = (offset: number) =>
    s3.client.send(
      new GetObjectCommand({ Bucket: 'data', Key: 'k', IfModifiedSince: new Date(s3.context.clock.now() + offset) }),
    );
  expect(await failure(read(-1000))).toMatchObject({ status: 304 });
  expect((await read(60_000)).ETag).toBeDefined();
});

describe('a marker inside a common prefix', () => {
  beforeEach(async () => {
    for (const key of ['folder/sub/1', 'folder/sub/2', 'folder/x', 'folder/y']) await put(key);
  });
  const inside = { Bucket: 'data', Prefix: 'folder/', Delimiter: '/', MaxKeys: 1 };

  it('continues behind the prefix, where objects and versions are listed', async () => {
    const objects = await s3.client.send(new ListObjectsCommand({ ...inside, Marker: 'folder/sub/1' }));
    expect([objects.CommonPrefixes, objects.Contents?.map(({ Key }) => Key)]).toEqual([undefined, ['folder/x']]);
    const versions = await s3.client.send(new ListObjectVersionsCommand({ ...inside, KeyMarker: 'folder/sub/1' }));
    expect([versions.CommonPrefixes, versions.Versions?.map(({ Key }) => Key)]).toEqual([undefined, ['folder/x']]);
    await begin('folder/sub/1');
    await begin('folder/x');
    const uploads = await s3.client.send(new ListMultipartUploadsCommand({ ...inside, KeyMarker: 'folder/sub/0' }));
    expect([uploads.CommonPrefixes, uploads.Uploads?.map(({ Key }) => Key)]).toEqual([undefined, ['folder/x']]);
  });

  it('does not hide the prefix as a start-after', async () => {
    const { CommonPrefixes } = await s3.client.send(
      new ListObjectsV2Command({ ...inside, StartAfter: 'folder/sub/1' }),
    );
    expect(CommonPrefixes).toEqual([{ Prefix: 'folder/sub/' }]);
  });
});

describe('buckets', () => {
  it('are made with tags and an ownership, and listed in pages', async () => {
    await s3.client.send(
      new CreateBucketCommand({
        Bucket: 'tagged',
        ObjectOwnership: 'BucketOwnerPreferred',
        CreateBucketConfiguration: { Tags: [{ Key: 'team', Value: 'ml' }] },
      }),
    );
    expect((await s3.client.send(new GetBucketTaggingCommand({ Bucket: 'tagged' }))).TagSet).toEqual([
      { Key: 'team', Value: 'ml' },
    ]);
    const { OwnershipControls } = await s3.client.send(new GetBucketOwnershipControlsCommand({ Bucket: 'tagged' }));
    expect(OwnershipControls).toEqual({ Rules: [{ ObjectOwnership: 'BucketOwnerPreferred' }] });
    const list = (more = {}) => s3.client.send(new ListBucketsCommand({ MaxBuckets: 1, ...more }));
    const first = await list();
    expect(
      [first, await list({ ContinuationToken: first.ContinuationToken })].map(({ Buckets }) => Buckets?.[0]?.Name),
    ).toEqual(['data', 'tagged']);
    expect((await list({ BucketRegion: 'eu-west-1' })).Buckets ?? []).toEqual([]);
    expect(await failure(list({ ContinuationToken: 'oops' }))).toMatchObject({ name: 'InvalidArgument' });
    expect(await failure(list({ MaxBuckets: 10_001 }))).toMatchObject({ name: 'InvalidArgument' });
  });

  it('refuse another owner than the one that is expected', async () => {
    const head = (ExpectedBucketOwner: string) =>
      failure(s3.client.send(new GetBucketTaggingCommand({ Bucket: 'data', ExpectedBucketOwner })));
    expect(await head('999999999999')).toMatchObject({ name: 'AccessDenied', status: 403 });
    await s3.client.send(new HeadBucketCommand({ Bucket: 'data', ExpectedBucketOwner: '123456789012' }));
  });

  it('refuse options that are hidden in a document or a presigned URL', async () => {
    const location = { CreateBucketConfiguration: { Location: { Type: 'AvailabilityZone', Name: 'a' } } } as const;
    expect((await failure(s3.client.send(new CreateBucketCommand({ Bucket: 'zone', ...location })))).message).toContain(
      'CreateBucketConfiguration.Location',
    );
    const presigned = `${s3.served.endpoint}/data/k?X-Amz-Website-Redirect-Location=%2Felsewhere`;
    const answer = await fetch(presigned, { method: 'PUT', body: 'x' });
    expect([answer.status, await answer.text()]).toEqual([501, expect.stringContaining('WebsiteRedirectLocation')]);
  });

  it('refuse lifecycle rules with an ID twice, or too long', async () => {
    const rule = (ID: string) => ({ ID, Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 1 } }) as const;
    const configure = (...ids: string[]) =>
      failure(
        s3.client.send(
          new PutBucketLifecycleConfigurationCommand({
            Bucket: 'data',
            LifecycleConfiguration: { Rules: ids.map(rule) },
          }),
        ),
      );
    expect(await configure('a', 'b', 'a')).toMatchObject({
      name: 'InvalidArgument',
      message: 'Rule ID must be unique. Found same ID for more than one rule',
    });
    expect((await configure('a'.repeat(256))).message).toBe('ID length should not exceed allowed limit of 255');
  });

  it("refuse AWS's own tags", async () => {
    await put('k');
    const Tagging = { TagSet: [{ Key: 'aws:owner', Value: 'me' }] };
    expect(await failure(s3.client.send(new PutBucketTaggingCommand({ Bucket: 'data', Tagging })))).toMatchObject({
      name: 'InvalidTag',
      message: 'System tags cannot be added/updated by requester',
    });
    expect(
      await failure(s3.client.send(new PutObjectTaggingCommand({ Bucket: 'data', Key: 'k', Tagging }))),
    ).toMatchObject({ name: 'InvalidTag', message: 'Your TagKey cannot be prefixed with aws:' });
  });
});
