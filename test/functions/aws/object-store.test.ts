import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { fileStore } from '#functions/aws/file-store';
import type { FileStore } from '#functions/ports/object-store';
import { type FakeBuckets, fakeBuckets } from '../support/buckets.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-objects-'));
const file = join(folder, 'file');
let buckets: FakeBuckets;
let store: FileStore;
beforeEach(() => {
  buckets = fakeBuckets({ pageSize: 2 });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  store = fileStore(new S3Client({ region: 'eu-central-1', credentials }), 'bucket');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const denied = Object.assign(new Error('Access Denied'), { name: 'AccessDenied' });

describe('a bucket', () => {
  it('is named in URIs', () => {
    expect(store.bucket).toBe('bucket');
    expect(store.uri('a/b.json')).toBe('s3://bucket/a/b.json');
  });

  it('gives back what was written, as text and as JSON', async () => {
    await store.writeText('page.html', '<p>Grüße</p>', 'text/html');
    await store.writeJson('record.json', { n: 1 });

    expect(await store.readText('page.html')).toBe('<p>Grüße</p>');
    expect(await store.readJson('record.json', z.object({ n: z.number() }))).toEqual({ n: 1 });
    expect(buckets.mock.commandCalls(PutObjectCommand).map(({ args }) => args[0].input.ContentType)).toEqual([
      'text/html',
      'application/json',
    ]);
  });

  it('does not pass a record on that its schema refuses', async () => {
    await store.writeJson('record.json', { n: 'one' });
    await expect(store.readJson('record.json', z.object({ n: z.number() }))).rejects.toBeInstanceOf(z.ZodError);
  });

  it('is listed to its last page, in key order, below the prefix alone', async () => {
    for (const name of ['e', 'a', 'c', 'b', 'd']) buckets.put(`bucket/runs/${name}`, name);
    buckets.put('bucket/other', 'x');
    buckets.put('another/runs/z', 'x');

    const listed = await store.list('runs/');

    expect(listed.map(({ key }) => key)).toEqual(['runs/a', 'runs/b', 'runs/c', 'runs/d', 'runs/e']);
    expect(listed[0]).toEqual({
      key: 'runs/a',
      size: 1,
      etag: expect.stringMatching(/^[0-9a-f]{32}$/),
      lastModified: '2026-01-01T00:00:02.000Z',
    });
    expect(await store.list('nothing/')).toEqual([]);
  });

  it('names an object that is missing', async () => {
    await expect(store.readText('gone.json')).rejects.toMatchObject({
      name: 'NotFoundError',
      message: 's3://bucket/gone.json does not exist',
    });
    await expect(store.readJson('gone.json', z.unknown())).rejects.toMatchObject({ name: 'NotFoundError' });
    buckets.mock.on(GetObjectCommand).resolves({});
    await expect(store.readText('a')).rejects.toMatchObject({ name: 'NotFoundError' });
  });

  it('does not take a refusal for a missing object', async () => {
    buckets.mock.on(GetObjectCommand).rejects(denied);
    await expect(store.readText('a')).rejects.toBe(denied);
    await expect(store.download('a', file)).rejects.toBe(denied);
  });

  it('carries files there and back, a given version if asked', async () => {
    writeFileSync(file, Buffer.from([0, 255, 10, 13]));
    await store.upload(file, 'a.bin', 'application/octet-stream');
    await store.writeText('a.bin', 'a later version', 'text/plain');

    await store.download('a.bin', `${file}.now`);
    await store.download('a.bin', `${file}.then`, 'v1');

    expect(readFileSync(`${file}.now`, 'utf8')).toBe('a later version');
    expect([...readFileSync(`${file}.then`)]).toEqual([0, 255, 10, 13]);
  });

  it('says that a drop vanished when its object, or its version, is gone', async () => {
    buckets.put('bucket/a', 'x');
    for (const [key, version] of [
      ['b', undefined],
      ['a', 'v9'],
    ] as const)
      await expect(store.download(key, file, version)).rejects.toMatchObject({
        name: 'DropVanishedError',
        message: expect.stringContaining('A file vanished after the drop was admitted'),
      });
  });
});
