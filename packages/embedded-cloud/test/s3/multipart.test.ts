import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crc64nvme } from '#src/s3/checksums/crc';
import { failure, objectFiles, startS3, type TestS3 } from './support.ts';

const mebibyte = 1024 ** 2;
const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest();

describe('multipart uploads', () => {
  let s3: TestS3;
  beforeAll(async () => {
    s3 = await startS3(['data']);
  });
  afterAll(() => s3.close());

  const create = async (Key: string, more: object = {}) =>
    (await s3.client.send(new CreateMultipartUploadCommand({ Bucket: 'data', Key, ...more }))).UploadId ?? '';
  const upload = (Key: string, UploadId: string, PartNumber: number, Body: Buffer) =>
    s3.client.send(new UploadPartCommand({ Bucket: 'data', Key, UploadId, PartNumber, Body }));
  const complete = (
    Key: string,
    UploadId: string,
    Parts: { PartNumber: number; ETag: string | undefined }[],
    more: object = {},
  ) =>
    s3.client.send(
      new CompleteMultipartUploadCommand({ Bucket: 'data', Key, UploadId, MultipartUpload: { Parts }, ...more }),
    );
  const read = async (Key: string, more: object = {}) => {
    const object = await s3.client.send(new GetObjectCommand({ Bucket: 'data', Key, ...more }));
    return Buffer.from((await object.Body?.transformToByteArray()) ?? []);
  };

  it('accepts what lib-storage uploads from a stream of unknown length', async () => {
    const bytes = randomBytes(12 * mebibyte);
    const chunks = Array.from({ length: 12 }, (_, index) => bytes.subarray(index * mebibyte, (index + 1) * mebibyte));
    const sent = new Upload({ client: s3.client, params: { Bucket: 'data', Key: 'big', Body: Readable.from(chunks) } });
    const { ETag } = await sent.done();
    expect(ETag).toMatch(/-3"$/);
    expect((await read('big')).equals(bytes)).toBe(true);
    expect(
      (await read('big', { Range: `bytes=${5 * mebibyte - 10}-${5 * mebibyte + 9}` })).equals(
        bytes.subarray(5 * mebibyte - 10, 5 * mebibyte + 10),
      ),
    ).toBe(true);
    const part = await s3.client.send(new HeadObjectCommand({ Bucket: 'data', Key: 'big', PartNumber: 3 }));
    expect(part).toMatchObject({ PartsCount: 3, ContentLength: 2 * mebibyte });
    expect((await read('big', { PartNumber: 2 })).equals(bytes.subarray(5 * mebibyte, 10 * mebibyte))).toBe(true);
    expect(await failure(read('big', { PartNumber: 4 }))).toMatchObject({ status: 416 });
    const { ObjectParts } = await s3.client.send(
      new GetObjectAttributesCommand({ Bucket: 'data', Key: 'big', ObjectAttributes: ['ObjectParts', 'Checksum'] }),
    );
    expect(ObjectParts?.TotalPartsCount).toBe(3);
    expect(ObjectParts?.Parts?.map(({ Size }) => Size)).toEqual([5 * mebibyte, 5 * mebibyte, 2 * mebibyte]);
  });

  it('is the concatenation of its parts, whatever order they come in, and makes the ETag of their MD5s', async () => {
    const sizes = fc.array(fc.integer({ min: 5 * mebibyte, max: 5 * mebibyte + 999 }), { maxLength: 2 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 0, max: 999 }), fc.boolean(), async (full, last, backwards) => {
        const bodies = [...full, last].map((size) => randomBytes(size));
        const UploadId = await create('joined');
        const numbered = bodies.map((body, index) => ({ body, PartNumber: (index + 1) * 7 }));
        const etags = new Map<number, string | undefined>();
        for (const { body, PartNumber } of backwards ? numbered.toReversed() : numbered) {
          etags.set(PartNumber, (await upload('joined', UploadId, PartNumber, body)).ETag);
        }
        const parts = numbered.map(({ PartNumber }) => ({ PartNumber, ETag: etags.get(PartNumber) }));
        const whole = Buffer.concat(bodies);
        const { ETag } = await complete('joined', UploadId, parts);
        expect(ETag).toBe(`"${md5(Buffer.concat(bodies.map(md5))).toString('hex')}-${bodies.length}"`);
        expect((await read('joined')).equals(whole)).toBe(true);
      }),
      { numRuns: 5 },
    );
  });

  it('joins the CRCs of the parts into that of the whole object', async () => {
    const bodies = [randomBytes(5 * mebibyte), randomBytes(1234)];
    const whole = crc64nvme();
    for (const body of bodies) whole.update(body);
    const UploadId = await create('crc', { ChecksumAlgorithm: 'CRC64NVME' });
    const parts = [];
    for (const [index, Body] of bodies.entries()) {
      const sent = new UploadPartCommand({
        Bucket: 'data',
        Key: 'crc',
        UploadId,
        PartNumber: index + 1,
        Body,
        ChecksumAlgorithm: 'CRC64NVME',
      });
      parts.push({ PartNumber: index + 1, ETag: (await s3.client.send(sent)).ETag });
    }
    const wrong = { ChecksumCRC64NVME: 'AAAAAAAAAAA=', ChecksumType: 'FULL_OBJECT' };
    expect(await failure(complete('crc', UploadId, parts, wrong))).toMatchObject({ name: 'BadDigest' });
    const finished = await complete('crc', UploadId, parts, { ChecksumCRC64NVME: whole.digest().toString('base64') });
    expect(finished).toMatchObject({
      ChecksumCRC64NVME: whole.digest().toString('base64'),
      ChecksumType: 'FULL_OBJECT',
    });
  });

  it('keeps the headers, metadata and tags given at the beginning', async () => {
    const UploadId = await create('described', { ContentType: 'text/csv', Metadata: { a: 'b' }, Tagging: 'x=y' });
    const { ETag } = await upload('described', UploadId, 1, Buffer.from('one'));
    await complete('described', UploadId, [{ PartNumber: 1, ETag }]);
    const head = await s3.client.send(new HeadObjectCommand({ Bucket: 'data', Key: 'described' }));
    expect(head).toMatchObject({ ContentType: 'text/csv', Metadata: { a: 'b' }, TagCount: 1 });
  });

  it('answers the same when a finished upload is completed again', async () => {
    const UploadId = await create('again');
    const { ETag } = await upload('again', UploadId, 1, Buffer.from('one'));
    const first = await complete('again', UploadId, [{ PartNumber: 1, ETag }]);
    const second = await complete('again', UploadId, [{ PartNumber: 1, ETag }]);
    expect(second.ETag).toBe(first.ETag);
  });

  it('refuses parts that are missing, changed, out of order or too small', async () => {
    const UploadId = await create('refused');
    const { ETag } = await upload('refused', UploadId, 1, Buffer.from('small'));
    const other = await upload('refused', UploadId, 2, Buffer.from('last'));
    const [one, two] = [
      { PartNumber: 1, ETag },
      { PartNumber: 2, ETag: other.ETag },
    ];
    expect(await failure(complete('refused', UploadId, [one, two]))).toMatchObject({
      name: 'EntityTooSmall',
      status: 400,
    });
    expect(await failure(complete('refused', UploadId, [two, one]))).toMatchObject({ name: 'InvalidPartOrder' });
    expect(await failure(complete('refused', UploadId, [{ PartNumber: 3, ETag }]))).toMatchObject({
      name: 'InvalidPart',
    });
    expect(await failure(complete('refused', UploadId, [{ PartNumber: 1, ETag: other.ETag }]))).toMatchObject({
      name: 'InvalidPart',
    });
    expect(await failure(complete('refused', UploadId, []))).toMatchObject({ name: 'MalformedXML' });
    expect(await failure(complete('refused', UploadId, [one], { MpuObjectSize: 99 }))).toMatchObject({
      name: 'InvalidRequest',
    });
    expect(await failure(complete('refused', 'no-such-upload', [one]))).toMatchObject({
      name: 'NoSuchUpload',
      status: 404,
    });
    expect(await failure(upload('refused', UploadId, 10_001, Buffer.from('x')))).toMatchObject({
      name: 'InvalidArgument',
    });
    expect(await failure(complete('refused', UploadId, [one], { IfMatch: '"x"' }))).toMatchObject({
      name: 'NoSuchKey',
    });
    await complete('refused', UploadId, [two], { IfNoneMatch: '*' });
    expect((await read('refused')).toString()).toBe('last');
  });

  it('copies parts and ranges of objects without copying their bytes on disk', async () => {
    const bytes = randomBytes(6 * mebibyte);
    await s3.client.send(new PutObjectCommand({ Bucket: 'data', Key: 'source file', Body: bytes }));
    const files = await objectFiles(s3.stateDir);
    const UploadId = await create('copied');
    const copy = (PartNumber: number, CopySourceRange?: string) =>
      s3.client.send(
        new UploadPartCopyCommand({
          Bucket: 'data',
          Key: 'copied',
          UploadId,
          PartNumber,
          CopySource: 'data/source%20file',
          CopySourceRange,
        }),
      );
    const whole = (await copy(1)).CopyPartResult?.ETag;
    const range = (await copy(2, 'bytes=100-199')).CopyPartResult?.ETag;
    expect(range).toBe(`"${md5(bytes.subarray(100, 200)).toString('hex')}"`);
    await complete('copied', UploadId, [
      { PartNumber: 1, ETag: whole },
      { PartNumber: 2, ETag: range },
    ]);
    expect((await read('copied')).equals(Buffer.concat([bytes, bytes.subarray(100, 200)]))).toBe(true);
    expect(await objectFiles(s3.stateDir)).toEqual(files);
    expect(await failure(copy(3))).toMatchObject({ name: 'NoSuchUpload' });
  });

  it('lists parts and uploads a page at a time, and forgets them when aborted', async () => {
    const bystander = await create('list/z');
    const UploadId = await create('list/a');
    const second = await create('list/a');
    const files = (await objectFiles(s3.stateDir)).length;
    for (const number of [1, 2, 3]) await upload('list/a', UploadId, number, Buffer.from(`part ${number}`));
    const page = await s3.client.send(new ListPartsCommand({ Bucket: 'data', Key: 'list/a', UploadId, MaxParts: 2 }));
    expect(page.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 6],
      [2, 6],
    ]);
    expect(page).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '2' });
    const rest = await s3.client.send(
      new ListPartsCommand({ Bucket: 'data', Key: 'list/a', UploadId, PartNumberMarker: page.NextPartNumberMarker }),
    );
    expect(rest.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([3]);
    const list = (more: object) =>
      s3.client.send(new ListMultipartUploadsCommand({ Bucket: 'data', Prefix: 'list/', ...more }));
    const all = await list({});
    expect(new Set(all.Uploads?.map(({ UploadId: id }) => id))).toEqual(new Set([UploadId, second, bystander]));
    const firstPage = await list({ MaxUploads: 1 });
    const following = await list({ KeyMarker: firstPage.NextKeyMarker, UploadIdMarker: firstPage.NextUploadIdMarker });
    expect([...(firstPage.Uploads ?? []), ...(following.Uploads ?? [])]).toEqual(all.Uploads);
    expect((await list({ Prefix: '', Delimiter: '/' })).CommonPrefixes).toContainEqual({ Prefix: 'list/' });
    for (const [Key, id] of [
      ['list/a', UploadId],
      ['list/a', second],
      ['list/z', bystander],
    ] as const) {
      await s3.client.send(new AbortMultipartUploadCommand({ Bucket: 'data', Key, UploadId: id }));
    }
    expect((await list({})).Uploads).toBeUndefined();
    expect(await objectFiles(s3.stateDir)).toHaveLength(files);
    expect(await failure(upload('list/a', UploadId, 1, Buffer.from('late')))).toMatchObject({ name: 'NoSuchUpload' });
  });

  it('puts a part sent twice in the place of the first', async () => {
    const UploadId = await create('twice');
    const stale = await upload('twice', UploadId, 1, Buffer.from('stale'));
    const fresh = await upload('twice', UploadId, 1, Buffer.from('fresh'));
    expect(await failure(complete('twice', UploadId, [{ PartNumber: 1, ETag: stale.ETag }]))).toMatchObject({
      name: 'InvalidPart',
    });
    await complete('twice', UploadId, [{ PartNumber: 1, ETag: fresh.ETag }]);
    expect((await read('twice')).toString()).toBe('fresh');
  });

  it('requires for parts and completion the checksum that was chosen at the beginning', async () => {
    const UploadId = await create('chosen', { ChecksumAlgorithm: 'SHA256' });
    expect(await failure(upload('chosen', UploadId, 1, Buffer.from('x')))).toMatchObject({
      name: 'InvalidRequest',
      message: 'Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: crc32',
    });
    const sent = new UploadPartCommand({
      Bucket: 'data',
      Key: 'chosen',
      UploadId,
      PartNumber: 1,
      Body: 'x',
      ChecksumAlgorithm: 'SHA256',
    });
    const { ETag, ChecksumSHA256 } = await s3.client.send(sent);
    const bare = { PartNumber: 1, ETag };
    expect(await failure(complete('chosen', UploadId, [bare]))).toMatchObject({
      name: 'InvalidRequest',
      message: expect.stringContaining('The complete request must include the checksum for each part'),
    });
    const wrong = { ...bare, ChecksumSHA256: createHash('sha256').update('y').digest('base64') };
    expect(await failure(complete('chosen', UploadId, [wrong]))).toMatchObject({ name: 'InvalidPart' });
    const whole = await complete('chosen', UploadId, [{ ...bare, ChecksumSHA256 } as typeof bare]);
    expect(whole).toMatchObject({ ChecksumType: 'COMPOSITE', ChecksumSHA256: expect.stringMatching(/=-1$/) });
    expect(await failure(create('chosen', { ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' }))).toMatchObject(
      {
        name: 'InvalidRequest',
      },
    );
  });
});
