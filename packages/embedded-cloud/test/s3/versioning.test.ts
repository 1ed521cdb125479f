import { createHash } from 'node:crypto';
import {
  CopyObjectCommand,
  type CopyObjectCommandInput,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure, objectFiles, startS3, type TestS3 } from './support.ts';

describe('versions and copies', () => {
  let s3: TestS3;
  beforeAll(async () => {
    s3 = await startS3(['data', 'plain']);
    await setVersioning('Enabled');
  });
  afterAll(() => s3.close());

  const setVersioning = (Status: 'Enabled' | 'Suspended') =>
    s3.client.send(new PutBucketVersioningCommand({ Bucket: 'data', VersioningConfiguration: { Status } }));
  const put = (Key: string, Body: string, more: object = {}) =>
    s3.client.send(new PutObjectCommand({ Bucket: 'data', Key, Body, ...more }));
  const read = async (Key: string, VersionId?: string) =>
    (await s3.client.send(new GetObjectCommand({ Bucket: 'data', Key, VersionId }))).Body?.transformToString();
  const remove = (Key: string, VersionId?: string) =>
    s3.client.send(new DeleteObjectCommand({ Bucket: 'data', Key, VersionId }));

  it('keeps every version under its id', async () => {
    const one = await put('k', 'one');
    const two = await put('k', 'two');
    expect(one.VersionId).not.toBe(two.VersionId);
    expect(await read('k')).toBe('two');
    expect(await read('k', one.VersionId)).toBe('one');
    expect(await failure(read('k', 'unknown'))).toMatchObject({ name: 'NoSuchVersion', status: 404 });
  });

  it('hides an object behind a delete marker and shows it again when the marker is deleted', async () => {
    const { VersionId } = await put('hidden', 'here');
    const marker = await remove('hidden');
    expect(marker).toMatchObject({ DeleteMarker: true });
    expect(await failure(read('hidden'))).toMatchObject({ name: 'NoSuchKey', status: 404 });
    expect(await failure(read('hidden', marker.VersionId))).toMatchObject({ name: 'MethodNotAllowed', status: 405 });
    expect(await read('hidden', VersionId)).toBe('here');
    const head = new HeadObjectCommand({ Bucket: 'data', Key: 'hidden', VersionId: marker.VersionId });
    expect(await failure(s3.client.send(head))).toMatchObject({ status: 405 });
    await put('hidden', 'new', { IfNoneMatch: '*' });
    await remove('hidden', (await s3.client.send(new HeadObjectCommand({ Bucket: 'data', Key: 'hidden' }))).VersionId);
    expect(await remove('hidden', marker.VersionId)).toMatchObject({ DeleteMarker: true, VersionId: marker.VersionId });
    expect(await read('hidden')).toBe('here');
  });

  it('shows the version before when the latest is deleted for good', async () => {
    for (const body of ['first', 'second']) await put('stack', body);
    const { VersionId } = await put('stack', 'third');
    await remove('stack', VersionId);
    expect(await read('stack')).toBe('second');
  });

  it('writes over the null version alone while versioning is suspended', async () => {
    const kept = await put('suspended', 'versioned');
    await setVersioning('Suspended');
    expect((await put('suspended', 'null one')).VersionId).toBe('null');
    await put('suspended', 'null two');
    expect(await read('suspended', 'null')).toBe('null two');
    expect(await remove('suspended')).toMatchObject({ DeleteMarker: true, VersionId: 'null' });
    expect(await failure(read('suspended', 'null'))).toMatchObject({ name: 'MethodNotAllowed' });
    expect(await read('suspended', kept.VersionId)).toBe('versioned');
    await setVersioning('Enabled');
  });

  it('deletes many objects at once and reports each result', async () => {
    const first = await put('many/1', 'x');
    await put('many/2', 'x');
    const stale = { Key: 'many/2', ETag: '"stale"' };
    const { Deleted, Errors } = await s3.client.send(
      new DeleteObjectsCommand({
        Bucket: 'data',
        Delete: { Objects: [{ Key: 'many/1', VersionId: first.VersionId }, stale, { Key: 'many/none' }] },
      }),
    );
    expect(Deleted).toEqual([
      { Key: 'many/1', VersionId: first.VersionId },
      { Key: 'many/none', DeleteMarker: true, DeleteMarkerVersionId: expect.any(String) },
    ]);
    expect(Errors).toMatchObject([{ Key: 'many/2', Code: 'PreconditionFailed' }]);
    const quiet = new DeleteObjectsCommand({ Bucket: 'data', Delete: { Quiet: true, Objects: [{ Key: 'many/2' }] } });
    expect((await s3.client.send(quiet)).Deleted).toBeUndefined();
    const none = new DeleteObjectsCommand({ Bucket: 'data', Delete: { Objects: [] } });
    expect(await failure(s3.client.send(none))).toMatchObject({ name: 'MalformedXML' });
  });

  const copy = (Key: string, CopySource: string, more: Partial<CopyObjectCommandInput> = {}) =>
    s3.client.send(new CopyObjectCommand({ Bucket: 'data', Key, CopySource, ...more }));

  it('copies an object with its metadata and tags, or with new ones, sharing the bytes on disk', async () => {
    await put('from', 'source', { ContentType: 'text/csv', Metadata: { a: '1' }, Tagging: 'x=y' });
    const files = await objectFiles(s3.stateDir);
    const { CopyObjectResult, CopySourceVersionId } = await copy('to', 'data/from');
    const to = await s3.client.send(new GetObjectCommand({ Bucket: 'data', Key: 'to' }));
    expect(to).toMatchObject({
      ContentType: 'text/csv',
      Metadata: { a: '1' },
      TagCount: 1,
      ETag: CopyObjectResult?.ETag,
    });
    expect(CopySourceVersionId).toBeDefined();
    await to.Body?.transformToByteArray();
    const changed = { MetadataDirective: 'REPLACE', Metadata: { b: '2' }, TaggingDirective: 'REPLACE' } as const;
    await copy('to', '/data/from', { ...changed, ChecksumAlgorithm: 'SHA256' });
    const replaced = await s3.client.send(
      new HeadObjectCommand({ Bucket: 'data', Key: 'to', ChecksumMode: 'ENABLED' }),
    );
    expect(replaced).toMatchObject({ Metadata: { b: '2' }, ContentType: 'binary/octet-stream' });
    expect(replaced.TagCount).toBeUndefined();
    expect(replaced.ChecksumSHA256).toBe(createHash('sha256').update('source').digest('base64'));
    expect(await objectFiles(s3.stateDir)).toEqual(files);
    await remove('from', CopySourceVersionId);
    expect(await read('to')).toBe('source');
  });

  it('copies a version, under conditions, and refuses copies that change nothing', async () => {
    const old = await put('versioned copy', 'old');
    const current = await put('versioned copy', 'new');
    await copy('restored', `data/versioned%20copy?versionId=${old.VersionId}`);
    expect(await read('restored')).toBe('old');
    expect(await failure(copy('x', 'data/versioned copy', { CopySourceIfMatch: old.ETag }))).toMatchObject({
      status: 412,
    });
    expect(await failure(copy('x', 'data/versioned copy', { CopySourceIfNoneMatch: current.ETag }))).toMatchObject({
      status: 412,
    });
    expect(await failure(copy('restored', 'data/restored'))).toMatchObject({ name: 'InvalidRequest', status: 400 });
    expect(await failure(copy('x', 'data/nothing'))).toMatchObject({ name: 'NoSuchKey' });
    expect(await failure(copy('x', 'nowhere'))).toMatchObject({ name: 'InvalidArgument' });
    expect(await failure(copy('x', 'elsewhere/key'))).toMatchObject({ name: 'NoSuchBucket' });
    await s3.client.send(new CopyObjectCommand({ Bucket: 'plain', Key: 'across', CopySource: 'data/restored' }));
    const across = await s3.client.send(new GetObjectCommand({ Bucket: 'plain', Key: 'across' }));
    expect(await across.Body?.transformToString()).toBe('old');
  });
});
