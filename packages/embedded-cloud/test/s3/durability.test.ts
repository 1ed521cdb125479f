import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createS3 } from '#src/s3/service';
import { openState, type S3State } from '#src/s3/state';
import type { NewVersion } from '#src/s3/store/versions';
import { fakeContext, serveService } from '../support/door.ts';
import { clientFor, objectFiles } from './support.ts';

const mebibyte = 1024 ** 2;

describe('objects on disk', () => {
  let stateDir: string;
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'cloud-s3-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    }
    await rm(stateDir, { recursive: true, force: true });
  });

  const startProcess = async () => {
    const child = fork(join(import.meta.dirname, 'server-process.ts'), [stateDir], { execArgv: [] });
    children.push(child);
    const [{ endpoint }] = (await once(child, 'message')) as [{ endpoint: string }];
    return { child, endpoint, client: clientFor(endpoint) };
  };

  const serve = async () => {
    const context = fakeContext(stateDir);
    const served = await serveService(await createS3(context), { context });
    return { ...served, client: clientFor(served.endpoint) };
  };

  const open = (): Promise<S3State> => openState(fakeContext(stateDir), join(stateDir, 's3'));

  const write = async (s3: S3State, bytes: string) => {
    const blob = await s3.catalog.blobs.create();
    await blob.write(Buffer.from(bytes));
    await blob.finish();
    return { blob: blob.id, start: 0, length: bytes.length };
  };

  const version = (bytes: string, extent: Awaited<ReturnType<typeof write>>): NewVersion => ({
    bucket: 'data',
    key: 'k',
    extents: [extent],
    size: bytes.length,
    etag: 'e',
    modified: 0,
    record: {
      headers: {},
      metadata: {},
      encryption: { algorithm: 'AES256' },
      storageClass: 'STANDARD',
      checksum: { algorithm: 'CRC32', type: 'FULL_OBJECT', value: 'AAAAAA==' },
    },
    tags: {},
  });

  const contentOf = async (s3: S3State): Promise<string> => {
    const content = s3.versions.latest('data', 'k')?.content ?? -1;
    const chunks = await Array.fromAsync(s3.catalog.blobs.read(s3.catalog.extentsOf(content) ?? []));
    return Buffer.concat(chunks as Buffer[]).toString();
  };

  it('stay unchanged when a crash happens between the file and its commit', async () => {
    const s3 = await open();
    const first = version('old', await write(s3, 'old'));
    await s3.catalog.change((change) => s3.versions.put(change, 'off', first));
    await write(s3, 'new');
    expect(await objectFiles(stateDir)).toHaveLength(2);
    const reopened = await open();
    expect(await contentOf(reopened)).toBe('old');
    expect(await objectFiles(stateDir)).toHaveLength(1);
    reopened.catalog.close();
    s3.catalog.close();
  });

  it('stay as they were when the commit fails half way', async () => {
    const s3 = await open();
    const first = version('old', await write(s3, 'old'));
    await s3.catalog.change((change) => s3.versions.put(change, 'off', first));
    const second = version('new', await write(s3, 'new'));
    const failing = s3.catalog.change((change) => {
      s3.versions.put(change, 'off', second);
      throw new Error('power cut');
    });
    await expect(failing).rejects.toThrow('power cut');
    expect(await contentOf(s3)).toBe('old');
    await s3.catalog.change((change) => s3.versions.put(change, 'off', second));
    expect(await contentOf(s3)).toBe('new');
    s3.catalog.close();
  });

  it('can be read to the end when they are deleted meanwhile, and are then removed from disk', async () => {
    const s3 = await open();
    // Larger than what is read ahead, so that the later files are opened after they were given up.
    const texts = ['a', 'b', 'c'].map((letter) => letter.repeat(mebibyte));
    const extents = [];
    for (const text of texts) extents.push(await write(s3, text));
    const reading = s3.catalog.blobs.read(extents);
    const chunks = reading[Symbol.asyncIterator]();
    const read = [String((await chunks.next()).value)];
    await s3.catalog.blobs.discard(extents.map(({ blob }) => blob));
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) read.push(String(next.value));
    expect(read.join('') === texts.join('')).toBe(true);
    while ((await objectFiles(stateDir)).length > 0) await delay(5);
    s3.catalog.close();
  });

  it('survive the death of the process in the middle of the next upload', async () => {
    const { child, endpoint, client } = await startProcess();
    await client.send(new CreateBucketCommand({ Bucket: 'data' }));
    await client.send(new PutObjectCommand({ Bucket: 'data', Key: 'k', Body: 'first' }));
    const { hostname, port } = new URL(endpoint);
    const headers = { 'content-length': 4 * mebibyte };
    const upload = request({ hostname, port, method: 'PUT', path: '/data/k', headers });
    upload.on('error', () => undefined);
    upload.write(Buffer.alloc(2 * mebibyte));
    while ((await objectFiles(stateDir)).length < 2) await delay(5);
    child.kill('SIGKILL');
    await once(child, 'exit');
    upload.destroy();
    client.destroy();
    expect(await objectFiles(stateDir)).toHaveLength(2);

    const again = await serve();
    const { Body } = await again.client.send(new GetObjectCommand({ Bucket: 'data', Key: 'k' }));
    expect(await Body?.transformToString()).toBe('first');
    expect(await objectFiles(stateDir)).toHaveLength(1);
    again.client.destroy();
    await again.close();
  });

  it('leave no file behind when a client goes away', async () => {
    const served = await serve();
    await served.client.send(new CreateBucketCommand({ Bucket: 'data' }));
    const { hostname, port } = new URL(served.endpoint);
    const upload = request({ hostname, port, method: 'PUT', path: '/data/k', headers: { 'content-length': 1000 } });
    upload.on('error', () => undefined);
    upload.write('half');
    while ((await objectFiles(stateDir)).length < 1) await delay(5);
    upload.destroy();
    while ((await objectFiles(stateDir)).length > 0) await delay(5);
    await expect(served.client.send(new GetObjectCommand({ Bucket: 'data', Key: 'k' }))).rejects.toThrow();
    served.client.destroy();
    await served.close();
  });

  it('are never in memory as a whole, when written or read', async () => {
    const { child, client } = await startProcess();
    const peak = async (): Promise<number> => {
      const answer = once(child, 'message');
      child.send('measure');
      const [message] = (await answer) as [{ peak: number }];
      return message.peak;
    };
    await client.send(new CreateBucketCommand({ Bucket: 'data' }));
    await client.send(new PutObjectCommand({ Bucket: 'data', Key: 'warm up', Body: Buffer.alloc(mebibyte) }));
    const before = await peak();

    const chunk = Buffer.alloc(mebibyte, 'shop');
    const chunks = Array.from({ length: 200 }, () => chunk);
    const put = { Bucket: 'data', Key: 'big', ContentLength: 200 * mebibyte };
    await client.send(new PutObjectCommand({ ...put, Body: Readable.from(chunks, { objectMode: false }) }));
    const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket: 'data', Key: 'big' }));
    const md5 = createHash('md5');
    let size = 0;
    for await (const bytes of Body as Readable) {
      md5.update(bytes as Buffer);
      size += (bytes as Buffer).length;
    }
    expect(size).toBe(200 * mebibyte);
    expect(ETag).toBe(`"${md5.digest('hex')}"`);
    expect((await peak()) - before).toBeLessThan(120 * mebibyte);
    client.destroy();
  });
});
