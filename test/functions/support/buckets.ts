import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import type { Calls } from './crash.ts';

interface StoredObject {
  readonly body: Buffer;
  readonly versionId: string;
  readonly lastModified: Date;
}

const missing = (name: string): Error =>
  Object.assign(new Error('The specified key does not exist.'), { name, $metadata: { httpStatusCode: 404 } });
const etagOf = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`;

/**
 * Versioned buckets behind the SDK's client: writing adds a version, listings come in pages of `pageSize`. A write is counted
 * in `calls`, which may end the handler there.
 */
export function fakeBuckets({ pageSize = 1000, calls }: { readonly pageSize?: number; readonly calls?: Calls } = {}) {
  const mock = mockClient(S3Client);
  /** `bucket/key` to its versions, oldest first. */
  const objects = new Map<string, StoredObject[]>();
  const written: string[] = [];
  let clock = Date.parse('2026-01-01T00:00:00Z');
  let version = 0;
  const put = (path: string, content: string | Uint8Array, lastModified?: string): string => {
    clock += 1000;
    version += 1;
    const stored = {
      body: Buffer.from(content),
      versionId: `v${version}`,
      lastModified: new Date(lastModified ?? clock),
    };
    objects.set(path, [...(objects.get(path) ?? []), stored]);
    return stored.versionId;
  };
  const find = (bucket: string, key: string, versionId?: string) => {
    const versions = objects.get(`${bucket}/${key}`) ?? [];
    return versionId === undefined ? versions.at(-1) : versions.find((v) => v.versionId === versionId);
  };
  const keys = (bucket: string, prefix: string): string[] =>
    [...objects.keys()]
      .filter((path) => path.startsWith(`${bucket}/${prefix}`))
      .map((path) => path.slice(bucket.length + 1))
      .toSorted();

  mock.on(GetObjectCommand).callsFake(({ Bucket, Key, VersionId, Range = '' }) => {
    const found = find(Bucket, Key, VersionId);
    if (!found) throw missing(VersionId === undefined ? 'NoSuchKey' : 'NoSuchVersion');
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(Range) ?? [];
    const body = first === undefined ? found.body : found.body.subarray(Number(first), Number(last) + 1);
    const Body = Object.assign(Readable.from([body]), {
      transformToString: async (encoding?: BufferEncoding) => body.toString(encoding),
    });
    return { Body, ContentLength: body.length };
  });
  mock.on(PutObjectCommand).callsFake(async ({ Bucket, Key, Body }) => {
    const body = Buffer.from(Body instanceof Readable ? await buffer(Body) : Body);
    put(`${Bucket}/${Key}`, body);
    written.push(body.toString());
    calls?.made(`write ${Key}`);
    return {};
  });
  mock.on(ListObjectsV2Command).callsFake(({ Bucket, Prefix = '', ContinuationToken, StartAfter = '' }) => {
    const all = keys(Bucket, Prefix).filter((key) => key > (ContinuationToken ?? StartAfter));
    const page = all.slice(0, pageSize);
    return {
      Contents: page.map((Key) => {
        const { body, lastModified } = find(Bucket, Key) as StoredObject;
        return { Key, Size: body.length, ETag: etagOf(body), LastModified: lastModified };
      }),
      ...(all.length > pageSize ? { NextContinuationToken: page.at(-1) } : {}),
    };
  });
  mock.on(ListObjectVersionsCommand).callsFake(({ Bucket, Prefix = '', KeyMarker, VersionIdMarker }) => {
    const all = keys(Bucket, Prefix).flatMap((Key) =>
      (objects.get(`${Bucket}/${Key}`) ?? []).toReversed().map(({ body, versionId, lastModified }, i) => ({
        Key,
        VersionId: versionId,
        IsLatest: i === 0,
        Size: body.length,
        ETag: etagOf(body),
        LastModified: lastModified,
      })),
    );
    const from = all.findIndex((v) => v.Key === KeyMarker && v.VersionId === VersionIdMarker) + 1;
    const page = all.slice(from, from + pageSize);
    const last = page.at(-1);
    return from + pageSize < all.length
      ? { Versions: page, IsTruncated: true, NextKeyMarker: last?.Key, NextVersionIdMarker: last?.VersionId }
      : { Versions: page, IsTruncated: false };
  });
  return {
    mock,
    put,
    remove: (path: string) => objects.delete(path),
    /** The newest version's text. */
    text: (path: string): string | undefined => objects.get(path)?.at(-1)?.body.toString(),
    /** The newest version, byte by byte. */
    bytes: (path: string): Buffer => objects.get(path)?.at(-1)?.body ?? Buffer.alloc(0),
    paths: (): string[] => [...objects.keys()].toSorted(),
    /** The texts that were written through the client. */
    written: (): string[] => [...written],
    versions: (path: string): number => objects.get(path)?.length ?? 0,
  };
}
export type FakeBuckets = ReturnType<typeof fakeBuckets>;
