import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure, startS3, type TestS3 } from './support.ts';

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** A whole listing in one piece: the simplest implementation of S3's documentation. */
const listAll = (keys: readonly string[], prefix: string, delimiter: string): string[] => {
  const names = keys
    .filter((key) => key.startsWith(prefix))
    .map((key) => {
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      return end < 0 ? `key ${key}` : `prefix ${key.slice(0, end + delimiter.length)}`;
    });
  return [...new Set(names)].sort((a, b) => byBytes(a.replace(/^\w+ /, ''), b.replace(/^\w+ /, '')));
};

const bucketOf = (run: number): string => `listing-${run}`;

describe('listings', () => {
  let s3: TestS3;
  beforeAll(async () => {
    s3 = await startS3(['data', 'versions', 'encoded']);
  });
  afterAll(() => s3.close());

  const put = (Bucket: string, Key: string) => s3.client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));

  const pagesOf = async (Bucket: string, Prefix: string, Delimiter: string, pageSize: number, StartAfter?: string) => {
    const names: string[] = [];
    const request = { Bucket, Prefix, ...(Delimiter ? { Delimiter } : {}), ...(StartAfter ? { StartAfter } : {}) };
    for await (const page of paginateListObjectsV2({ client: s3.client, pageSize }, request)) {
      const keys = (page.Contents ?? []).map(({ Key }) => `key ${Key}`);
      const prefixes = (page.CommonPrefixes ?? []).map((common) => `prefix ${common.Prefix}`);
      expect(page.KeyCount).toBe(keys.length + prefixes.length);
      expect(page.KeyCount).toBeLessThanOrEqual(pageSize);
      names.push(...[...keys, ...prefixes].sort((a, b) => byBytes(a.replace(/^\w+ /, ''), b.replace(/^\w+ /, ''))));
    }
    return names;
  };

  it('page like a simple model, for any keys, prefix, delimiter and page size', async () => {
    const letter = fc.constantFrom('a', 'b', '/', '//', '-', 'é', '\u{1f600}', '\uffee');
    const key = fc.array(letter, { minLength: 1, maxLength: 5 }).map((letters) => letters.join(''));
    const short = fc.array(letter, { maxLength: 2 }).map((letters) => letters.join(''));
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { maxLength: 12 }),
        fc.array(fc.tuple(short, fc.constantFrom('', '/', 'a', '//'), fc.integer({ min: 1, max: 4 })), {
          minLength: 3,
          maxLength: 5,
        }),
        async (keys, requests) => {
          run += 1;
          await s3.service.resources?.['AWS::S3::Bucket']?.apply({
            logicalId: 'B',
            type: 'AWS::S3::Bucket',
            stackName: 'shop',
            properties: { BucketName: bucketOf(run) },
          });
          for (const one of keys) await put(bucketOf(run), one);
          for (const [prefix, delimiter, pageSize] of requests) {
            expect(await pagesOf(bucketOf(run), prefix, delimiter, pageSize)).toEqual(listAll(keys, prefix, delimiter));
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('start after a key, below a common prefix too, and behind a common prefix that is named itself', async () => {
    for (const key of ['a', 'b/1', 'b/2', 'b/3', 'c', 'd']) await put('data', key);
    expect(await pagesOf('data', '', '', 10, 'b/2')).toEqual(['key b/3', 'key c', 'key d']);
    expect(await pagesOf('data', '', '/', 10, 'b/2')).toEqual(['prefix b/', 'key c', 'key d']);
    expect(await pagesOf('data', '', '/', 10, 'b/')).toEqual(['key c', 'key d']);
    expect(await pagesOf('data', 'b/', '/', 10, 'a')).toEqual(['key b/1', 'key b/2', 'key b/3']);
    const first = await s3.client.send(new ListObjectsV2Command({ Bucket: 'data', MaxKeys: 2 }));
    expect(first).toMatchObject({ IsTruncated: true, KeyCount: 2, MaxKeys: 2, Name: 'data' });
    expect(await s3.client.send(new ListObjectsV2Command({ Bucket: 'data', MaxKeys: 0 }))).toMatchObject({
      KeyCount: 0,
      IsTruncated: false,
    });
    const broken = new ListObjectsV2Command({ Bucket: 'data', ContinuationToken: '!' });
    expect(await failure(s3.client.send(broken))).toMatchObject({ name: 'InvalidArgument', status: 400 });
  });

  it('of the first version continue at a marker', async () => {
    const page = (more: object) =>
      s3.client.send(new ListObjectsCommand({ Bucket: 'data', MaxKeys: 2, Delimiter: '/', ...more }));
    const first = await page({});
    expect(first).toMatchObject({ IsTruncated: true, NextMarker: 'b/', CommonPrefixes: [{ Prefix: 'b/' }] });
    const second = await page({ Marker: first.NextMarker });
    expect(second.Contents?.map(({ Key }) => Key)).toEqual(['c', 'd']);
    expect(second.IsTruncated).toBe(false);
  });

  it('encode keys on request, and carry control characters either way', async () => {
    const keys = ['a b+c', 'line\nbreak\u0001', 'ü/<&>"'];
    for (const key of keys) await put('encoded', key);
    const plain = await s3.client.send(new ListObjectsV2Command({ Bucket: 'encoded' }));
    expect(plain.Contents?.map(({ Key }) => Key)).toEqual(keys);
    const encoded = await s3.client.send(new ListObjectsV2Command({ Bucket: 'encoded', EncodingType: 'url' }));
    expect(encoded.Contents?.map(({ Key }) => Key)).toEqual(['a%20b%2Bc', 'line%0Abreak%01', '%C3%BC/%3C%26%3E%22']);
    for (const Key of keys)
      await expect(s3.client.send(new GetObjectCommand({ Bucket: 'encoded', Key }))).resolves.toBeDefined();
  });

  it('of versions show every version and delete marker, newest first, a page at a time', async () => {
    await s3.client.send(
      new PutBucketVersioningCommand({ Bucket: 'versions', VersioningConfiguration: { Status: 'Enabled' } }),
    );
    for (const key of ['a', 'b', 'a', 'b', 'a', 'c/1', 'c/2']) await put('versions', key);
    await s3.client.send(new DeleteObjectCommand({ Bucket: 'versions', Key: 'b' }));
    const list = (more: object) => s3.client.send(new ListObjectVersionsCommand({ Bucket: 'versions', ...more }));
    const all = await list({});
    expect(all.Versions?.map(({ Key, IsLatest }) => [Key, IsLatest])).toEqual([
      ['a', true],
      ['a', false],
      ['a', false],
      ['b', false],
      ['b', false],
      ['c/1', true],
      ['c/2', true],
    ]);
    expect(all.DeleteMarkers?.map(({ Key, IsLatest }) => [Key, IsLatest])).toEqual([['b', true]]);
    const seen: (string | undefined)[] = [];
    let markers = {};
    for (let more = true; more; ) {
      const page = await list({ MaxKeys: 2, ...markers });
      seen.push(...[...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(({ VersionId }) => VersionId));
      markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
      more = page.IsTruncated === true;
    }
    const expected = [...(all.Versions ?? []), ...(all.DeleteMarkers ?? [])].map(({ VersionId }) => VersionId);
    expect(seen.toSorted()).toEqual(expected.toSorted());
    expect((await list({ Delimiter: '/' })).CommonPrefixes).toEqual([{ Prefix: 'c/' }]);
  });
});
