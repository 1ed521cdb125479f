import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { Sha256 } from '@aws-crypto/sha256-js';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crc32c } from '#src/s3/checksums/crc';
import { decodeAwsChunked } from '#src/s3/wire/aws-chunked';
import { clientFor, objectFiles, startS3, type TestS3 } from './support.ts';

interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

describe('S3 on the wire', () => {
  let s3: TestS3;
  beforeAll(async () => {
    s3 = await startS3(['data']);
    await s3.client.send(new PutObjectCommand({ Bucket: 'data', Key: 'a key', Body: 'hello' }));
  });
  afterAll(() => s3.close());

  const send = (method: string, path: string, headers: Record<string, string> = {}, body = ''): Promise<RawResponse> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(s3.served.endpoint);
      const sent = request({ hostname, port, method, path, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
        });
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.end(body);
    });

  const read = async (Key: string) => {
    const { Body } = await s3.client.send(new GetObjectCommand({ Bucket: 'data', Key }));
    return Body?.transformToString();
  };

  const signature = 'a'.repeat(64);
  /** A body framed as a signing client frames it. */
  const framed = (chunks: readonly string[], trailers: readonly string[] = []): string =>
    [
      ...[...chunks, ''].map(
        (chunk) =>
          `${Buffer.byteLength(chunk).toString(16)};chunk-signature=${signature}\r\n${chunk}${chunk ? '\r\n' : ''}`,
      ),
      ...trailers.map((trailer) => `${trailer}\r\n`),
      '\r\n',
    ].join('');

  it('accepts signed chunks, with and without a trailing checksum', async () => {
    const body = framed(['hello ', 'world']);
    const headers = {
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'x-amz-decoded-content-length': '11',
      'content-encoding': 'aws-chunked',
    };
    expect(await send('PUT', '/data/chunked', headers, body)).toMatchObject({ status: 200 });
    expect(await read('chunked')).toBe('hello world');
    expect(
      (await s3.client.send(new HeadObjectCommand({ Bucket: 'data', Key: 'chunked' }))).ContentEncoding,
    ).toBeUndefined();
    const sum = crc32c();
    sum.update(Buffer.from('hello world'));
    const value = sum.digest().toString('base64');
    const withTrailer = {
      ...headers,
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
      'x-amz-trailer': 'x-amz-checksum-crc32c',
    };
    const trailers = [`x-amz-checksum-crc32c:${value}`, `x-amz-trailer-signature:${signature}`];
    const answer = await send('PUT', '/data/trailed', withTrailer, framed(['hello ', 'world'], trailers));
    expect(answer).toMatchObject({ status: 200, headers: { 'x-amz-checksum-crc32c': value } });
    const wrong = await send('PUT', '/data/wrong', withTrailer, framed(['hello ', 'worlD'], trailers));
    expect(wrong).toMatchObject({ status: 400, body: expect.stringContaining('<Code>BadDigest</Code>') });
    const without = await send('PUT', '/data/wrong', withTrailer, framed(['hello ', 'world']));
    expect(without.body).toContain('<Code>MalformedTrailerError</Code>');
    expect(await send('HEAD', '/data/wrong')).toMatchObject({ status: 404 });
  });

  it('decodes chunks the same, wherever the network cuts them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 }),
        async (chunks, cuts) => {
          const wire = Buffer.from(framed(chunks, ['x-a: 1', 'X-B:2']));
          const pieces = async function* () {
            for (let offset = 0, index = 0; offset < wire.length; index += 1) {
              const length = cuts[index % cuts.length] ?? 1;
              yield wire.subarray(offset, offset + length);
              offset += length;
            }
          };
          const decoded: Buffer[] = [];
          const trailers: string[] = [];
          for await (const bytes of decodeAwsChunked(pieces(), (name, value) => trailers.push(`${name}=${value}`)))
            decoded.push(bytes);
          expect(Buffer.concat(decoded).toString()).toBe(chunks.join(''));
          expect(trailers).toEqual(['x-a=1', 'x-b=2']);
        },
      ),
      { numRuns: 100 },
    );
  });

  it.each([
    ['no last chunk', `5;chunk-signature=${signature}\r\nhello\r\n`, '5'],
    ['a chunk cut short', `a;chunk-signature=${signature}\r\nhello`, '10'],
    ['no size', 'hello', '5'],
    ['a chunk longer than its size', framed(['hello']).replace('5;', '3;'), '5'],
    ['fewer bytes than announced', framed(['hello']), '6'],
    ['more bytes than announced', framed(['hello']), '4'],
  ])('refuses a framed body with %s and keeps nothing of it', async (_case, body, length) => {
    const before = await objectFiles(s3.stateDir);
    const headers = {
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': length,
    };
    expect((await send('PUT', '/data/broken', headers, body)).body).toContain('<Code>IncompleteBody</Code>');
    expect(await objectFiles(s3.stateDir)).toEqual(before);
  });

  it('checks the body against x-amz-content-sha256', async () => {
    const headers = { 'x-amz-content-sha256': createHash('sha256').update('other').digest('hex') };
    const { status, body } = await send('PUT', '/data/hashed', headers, 'hello');
    expect(status).toBe(400);
    expect(body).toContain('<Code>XAmzContentSHA256Mismatch</Code>');
    expect(await send('PUT', '/data/hashed', { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }, 'hello')).toMatchObject({
      status: 200,
    });
  });

  it('refuses bodies of unknown length, two checksums, and a checksum promised but not sent', async () => {
    expect(await send('PUT', '/data/unknown', { 'transfer-encoding': 'chunked' }, 'x')).toMatchObject({
      status: 411,
      body: expect.stringContaining('MissingContentLength'),
    });
    const two = { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-sha1': 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' };
    expect((await send('PUT', '/data/two', two, 'x')).body).toContain('Expecting a single x-amz-checksum- header');
    expect((await send('PUT', '/data/promised', { 'x-amz-sdk-checksum-algorithm': 'CRC32' }, 'x')).body).toContain(
      'no corresponding x-amz-checksum-*',
    );
    expect((await send('PUT', '/data/short', { 'x-amz-checksum-crc32': 'AA==' }, 'x')).body).toContain(
      'Value for x-amz-checksum-crc32 header is invalid',
    );
  });

  it('writes errors as XML that names code, resource and request, and none for HEAD', async () => {
    const missing = await send('GET', '/data/a%20%26%20b');
    expect(missing.headers['content-type']).toBe('application/xml');
    expect(missing.body).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>NoSuchKey<\/Code><Message>[^<]+<\/Message><Key>a &amp; b<\/Key><Resource>\/data\/a%20%26%20b<\/Resource><RequestId>REQUEST\d+<\/RequestId>/,
    );
    expect(missing.headers['x-amz-request-id']).toMatch(/^REQUEST/);
    expect(await send('HEAD', '/data/nothing')).toMatchObject({ status: 404, body: '' });
    expect(await send('GET', '/data/a%20key', { range: 'bytes=9-' })).toMatchObject({
      status: 416,
      headers: { 'content-range': 'bytes */5' },
    });
    expect(await send('GET', '/data/%ff')).toMatchObject({ status: 400, body: expect.stringContaining('InvalidURI') });
    expect(await send('PATCH', '/data/a%20key')).toMatchObject({
      status: 405,
      body: expect.stringContaining('MethodNotAllowed'),
    });
    expect(await send('POST', '/')).toMatchObject({ status: 405 });
  });

  it.each(['data.s3.eu-central-1.amazonaws.com', 'data.s3.amazonaws.com', 'data.s3.localhost:4566', 'data.localhost'])(
    'finds the bucket in the host %s',
    async (host) => {
      expect(await send('GET', '/a%20key', { host })).toMatchObject({ status: 200, body: 'hello' });
      expect((await send('GET', '/?list-type=2', { host })).body).toContain('<Name>data</Name>');
    },
  );

  it.each(['s3.eu-central-1.amazonaws.com', 's3.localhost', 'localhost:4566', '127.0.0.1'])(
    'finds the bucket in the path for the host %s',
    async (host) => {
      expect(await send('GET', '/data/a%20key', { host })).toMatchObject({ status: 200, body: 'hello' });
    },
  );

  it('keeps slashes of keys as they are', async () => {
    for (const key of ['/leading', 'double//slash', 'trailing/', 'dots/../x']) {
      await send('PUT', `/data/${key}`, {}, key);
      expect(await send('GET', `/data/${key}`)).toMatchObject({ status: 200, body: key });
    }
    expect((await send('GET', '/data?list-type=2&prefix=dots')).body).toContain('<Key>dots/../x</Key>');
  });

  it('serves presigned URLs: headers in the query, and overridden response headers', async () => {
    const signer = new SignatureV4({
      service: 's3',
      region: 'eu-central-1',
      credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
      sha256: Sha256,
      uriEscapePath: false,
    });
    const { hostname, port } = new URL(s3.served.endpoint);
    const presign = async (method: string, path: string, query: Record<string, string>) => {
      const signed = await signer.presign(
        {
          method,
          protocol: 'http:',
          hostname,
          port: Number(port),
          path,
          query,
          headers: { host: `${hostname}:${port}` },
        },
        { expiresIn: 60 },
      );
      return `${path}?${new URLSearchParams(signed.query as Record<string, string>)}`;
    };
    const put = await presign('PUT', '/data/presigned', { 'x-amz-meta-origin': 'url', 'x-amz-tagging': 'a=b' });
    expect(await send('PUT', put, {}, 'by url')).toMatchObject({ status: 200 });
    const get = await presign('GET', '/data/presigned', { 'response-content-type': 'text/x-test' });
    expect(await send('GET', get)).toMatchObject({
      status: 200,
      body: 'by url',
      headers: { 'content-type': 'text/x-test', 'x-amz-meta-origin': 'url', 'x-amz-tagging-count': '1' },
    });
  });

  it('answers a client in virtual-host style through the SDK', async () => {
    const client = clientFor(s3.served.endpoint.replace('127.0.0.1', 's3.localhost'), { forcePathStyle: false });
    client.middlewareStack.add(
      (next) => (args) => {
        const sent = args.request as { hostname: string };
        expect(sent.hostname).toBe('data.s3.localhost');
        sent.hostname = '127.0.0.1';
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    const { Body } = await client.send(new GetObjectCommand({ Bucket: 'data', Key: 'a key' }));
    expect(await Body?.transformToString()).toBe('hello');
    client.destroy();
  });
});
