import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure, objectFiles, startS3, type TestS3 } from './support.ts';

describe('objects', () => {
  let s3: TestS3;
  beforeAll(async () => {
    s3 = await startS3(['data']);
  });
  afterAll(() => s3.close());

  const put = (Key: string, Body: string | Buffer | Readable, more: object = {}) =>
    s3.client.send(new PutObjectCommand({ Bucket: 'data', Key, Body, ...more }));
  const get = (Key: string, more: object = {}) =>
    s3.client.send(new GetObjectCommand({ Bucket: 'data', Key, ...more }));
  const read = async (Key: string, more: object = {}) =>
    Buffer.from((await (await get(Key, more)).Body?.transformToByteArray()) ?? []);

  it('returns bytes, metadata and headers as they were put', async () => {
    const written = await put('päckchen/a b+c&d.csv', 'hello', {
      ContentType: 'text/csv',
      ContentEncoding: 'gzip',
      ContentDisposition: 'attachment; filename="a.csv"',
      CacheControl: 'no-store',
      Metadata: { origin: 'test', run: '7' },
    });
    const object = await get('päckchen/a b+c&d.csv');
    expect(await object.Body?.transformToString()).toBe('hello');
    expect(object).toMatchObject({
      ContentType: 'text/csv',
      ContentEncoding: 'gzip',
      ContentDisposition: 'attachment; filename="a.csv"',
      CacheControl: 'no-store',
      ContentLength: 5,
      Metadata: { origin: 'test', run: '7' },
      ETag: `"${createHash('md5').update('hello').digest('hex')}"`,
      ServerSideEncryption: 'AES256',
      AcceptRanges: 'bytes',
    });
    expect(written.ETag).toBe(object.ETag);
    expect(object.LastModified?.getTime()).toBe(s3.context.clock.now());
    expect(object.VersionId).toBeUndefined();
  });

  it('accepts streams of known length in aws-chunked framing and keeps other content encodings', async () => {
    const bytes = randomBytes(300_000);
    const chunks = Array.from({ length: 30 }, (_, index) => bytes.subarray(index * 10_000, (index + 1) * 10_000));
    await put('stream', Readable.from(chunks, { objectMode: false }), {
      ContentLength: bytes.length,
      ContentEncoding: 'gzip',
      ChecksumAlgorithm: 'SHA256',
    });
    const object = await get('stream', { ChecksumMode: 'ENABLED' });
    expect(Buffer.from((await object.Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
    expect(object.ContentEncoding).toBe('gzip');
    expect(object.ChecksumSHA256).toBe(createHash('sha256').update(bytes).digest('base64'));
  });

  it('keeps empty objects without a file', async () => {
    const before = await objectFiles(s3.stateDir);
    await put('empty', '', { ContentLength: 0 });
    expect(await read('empty')).toHaveLength(0);
    expect(await objectFiles(s3.stateDir)).toEqual(before);
  });

  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'verifies and keeps %s checksums',
    async (ChecksumAlgorithm) => {
      const written = await put(`sum/${ChecksumAlgorithm}`, 'checked', { ChecksumAlgorithm });
      const name = `Checksum${ChecksumAlgorithm}` as const;
      const head = await s3.client.send(
        new HeadObjectCommand({ Bucket: 'data', Key: `sum/${ChecksumAlgorithm}`, ChecksumMode: 'ENABLED' }),
      );
      expect(head[name]).toBe(written[name]);
      expect(head[name]).toBeDefined();
      expect(head.ChecksumType).toBe('FULL_OBJECT');
      await expect(
        put('sum/wrong', 'checked', {
          [name]: Buffer.alloc(Buffer.from(written[name] ?? '', 'base64').length).toString('base64'),
        }),
      ).rejects.toMatchObject({ name: 'BadDigest' });
      await expect(get('sum/wrong')).rejects.toMatchObject({ name: 'NoSuchKey' });
    },
  );

  it('refuses a body that does not match its Content-MD5 and leaves neither object nor file', async () => {
    const before = await objectFiles(s3.stateDir);
    const wrong = createHash('md5').update('other').digest('base64');
    expect(await failure(put('md5', 'body', { ContentMD5: wrong }))).toMatchObject({ name: 'BadDigest', status: 400 });
    expect(await failure(put('md5', 'body', { ContentMD5: 'short' }))).toMatchObject({ name: 'InvalidDigest' });
    expect(await failure(get('md5'))).toMatchObject({ name: 'NoSuchKey', status: 404 });
    expect(await objectFiles(s3.stateDir)).toEqual(before);
  });

  it('removes the file of an object that was replaced or deleted', async () => {
    const before = (await objectFiles(s3.stateDir)).length;
    await put('replaced', 'one');
    await put('replaced', 'two');
    expect(await objectFiles(s3.stateDir)).toHaveLength(before + 1);
    await s3.client.send(new DeleteObjectCommand({ Bucket: 'data', Key: 'replaced' }));
    expect(await objectFiles(s3.stateDir)).toHaveLength(before);
    await expect(s3.client.send(new DeleteObjectCommand({ Bucket: 'data', Key: 'replaced' }))).resolves.toBeDefined();
  });

  it('finishes a download whose object is deleted meanwhile', async () => {
    const bytes = randomBytes(4_000_000);
    await put('reading', bytes);
    const object = await get('reading');
    await s3.client.send(new DeleteObjectCommand({ Bucket: 'data', Key: 'reading' }));
    expect(Buffer.from((await object.Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
  });

  it('answers every range as a slice of the object', async () => {
    const bytes = randomBytes(1000);
    await put('range', bytes);
    const position = fc.integer({ min: 0, max: 1200 });
    await fc.assert(
      fc.asyncProperty(position, position, async (a, b) => {
        const [first, last] = [Math.min(a, b), Math.max(a, b)];
        if (first < bytes.length) {
          const object = await get('range', { Range: `bytes=${first}-${last}` });
          const end = Math.min(last, bytes.length - 1);
          expect(object.ContentRange).toBe(`bytes ${first}-${end}/1000`);
          expect(object.$metadata.httpStatusCode).toBe(206);
          expect(Buffer.from((await object.Body?.transformToByteArray()) ?? [])).toEqual(
            bytes.subarray(first, end + 1),
          );
        } else {
          expect(await failure(get('range', { Range: `bytes=${first}-${last}` }))).toMatchObject({
            name: 'InvalidRange',
            status: 416,
          });
        }
        if (a > 0) expect(await read('range', { Range: `bytes=-${a}` })).toEqual(bytes.subarray(Math.max(1000 - a, 0)));
      }),
      { numRuns: 40 },
    );
    expect(await read('range', { Range: 'bytes=990-' })).toEqual(bytes.subarray(990));
    expect(await read('range', { Range: 'lines=1-2' })).toEqual(bytes);
    expect(await failure(get('range', { Range: 'bytes=-0' }))).toMatchObject({ name: 'InvalidRange', status: 416 });
  });

  it('evaluates the conditions of reads', async () => {
    const { ETag } = await put('conditional', 'x');
    const modified = new Date(s3.context.clock.now());
    const later = new Date(s3.context.clock.now() + 60_000);
    const earlier = new Date(s3.context.clock.now() - 60_000);
    expect(await read('conditional', { IfMatch: ETag })).toHaveLength(1);
    expect(await failure(get('conditional', { IfMatch: '"other"' }))).toMatchObject({
      name: 'PreconditionFailed',
      status: 412,
    });
    expect(await failure(get('conditional', { IfNoneMatch: ETag }))).toMatchObject({ status: 304 });
    expect(await read('conditional', { IfNoneMatch: '"other"' })).toHaveLength(1);
    expect(await failure(get('conditional', { IfModifiedSince: modified }))).toMatchObject({ status: 304 });
    expect(await read('conditional', { IfModifiedSince: earlier })).toHaveLength(1);
    expect(await failure(get('conditional', { IfUnmodifiedSince: earlier }))).toMatchObject({ status: 412 });
    expect(await read('conditional', { IfUnmodifiedSince: later })).toHaveLength(1);
    expect(await read('conditional', { IfMatch: ETag, IfUnmodifiedSince: earlier })).toHaveLength(1);
  });

  it('writes only where the conditions hold, and once when many writers say If-None-Match: *', async () => {
    const before = (await objectFiles(s3.stateDir)).length;
    const writers = Array.from({ length: 8 }, (_, index) => put('lease', `writer ${index}`, { IfNoneMatch: '*' }));
    const outcomes = await Promise.allSettled(writers);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ name: 'PreconditionFailed' });
    }
    expect(await objectFiles(s3.stateDir)).toHaveLength(before + 1);
    const { ETag } = await get('lease');
    const next = await put('lease', 'next', { IfMatch: ETag });
    expect(await failure(put('lease', 'late', { IfMatch: ETag }))).toMatchObject({
      name: 'PreconditionFailed',
      status: 412,
    });
    expect((await read('lease')).toString()).toBe('next');
    expect(await failure(put('nothing', 'x', { IfMatch: ETag }))).toMatchObject({ name: 'NoSuchKey', status: 404 });
    expect(
      await failure(s3.client.send(new DeleteObjectCommand({ Bucket: 'data', Key: 'lease', IfMatch: ETag }))),
    ).toMatchObject({ status: 412 });
    await s3.client.send(new DeleteObjectCommand({ Bucket: 'data', Key: 'lease', IfMatch: next.ETag }));
    expect(await failure(get('lease'))).toMatchObject({ name: 'NoSuchKey' });
  });

  it('keeps tags and returns their number', async () => {
    await put('tagged', 'x', { Tagging: 'stage=raw&owner=team%20a' });
    const tags = (Key: string) => s3.client.send(new GetObjectTaggingCommand({ Bucket: 'data', Key }));
    expect((await get('tagged')).TagCount).toBe(2);
    expect((await tags('tagged')).TagSet).toEqual([
      { Key: 'stage', Value: 'raw' },
      { Key: 'owner', Value: 'team a' },
    ]);
    const set = (TagSet: { Key: string; Value: string }[]) =>
      s3.client.send(new PutObjectTaggingCommand({ Bucket: 'data', Key: 'tagged', Tagging: { TagSet } }));
    await set([{ Key: 'stage', Value: '<clean> & "done"' }]);
    expect((await tags('tagged')).TagSet).toEqual([{ Key: 'stage', Value: '<clean> & "done"' }]);
    const tooMany = Array.from({ length: 11 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
    expect(await failure(set(tooMany))).toMatchObject({ name: 'BadRequest', status: 400 });
    const twice = [
      { Key: 'a', Value: '1' },
      { Key: 'a', Value: '2' },
    ];
    expect(await failure(set(twice))).toMatchObject({ name: 'InvalidTag' });
    await s3.client.send(new DeleteObjectTaggingCommand({ Bucket: 'data', Key: 'tagged' }));
    expect((await tags('tagged')).TagSet).toEqual([]);
  });

  it('returns the attributes of an object', async () => {
    await put('attributes', 'abc', { ChecksumAlgorithm: 'CRC32C' });
    const attributes = await s3.client.send(
      new GetObjectAttributesCommand({
        Bucket: 'data',
        Key: 'attributes',
        ObjectAttributes: ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'],
      }),
    );
    expect(attributes).toMatchObject({
      ETag: createHash('md5').update('abc').digest('hex'),
      Checksum: { ChecksumCRC32C: 'Nks/tw==', ChecksumType: 'FULL_OBJECT' },
      ObjectSize: 3,
      StorageClass: 'STANDARD',
    });
    expect(attributes.ObjectParts).toBeUndefined();
  });

  it('refuses what S3 refuses', async () => {
    expect(await failure(put('k'.repeat(1025), 'x'))).toMatchObject({ name: 'KeyTooLongError' });
    expect(await failure(put('meta', 'x', { Metadata: { long: 'm'.repeat(2100) } }))).toMatchObject({
      name: 'MetadataTooLarge',
    });
    expect(await failure(put('acl', 'x', { ACL: 'public-read' }))).toMatchObject({
      name: 'AccessControlListNotSupported',
    });
    const elsewhere = new GetObjectCommand({ Bucket: 'no-such-bucket', Key: 'x' });
    expect(await failure(s3.client.send(elsewhere))).toMatchObject({ name: 'NoSuchBucket', status: 404 });
    const head = new HeadObjectCommand({ Bucket: 'data', Key: 'nothing' });
    expect(await failure(s3.client.send(head))).toMatchObject({ name: 'NotFound', status: 404 });
  });
});
