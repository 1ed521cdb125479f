import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_UNPROVEN_BYTES, maxBodyBytes } from '#src/host/body-limits';
import { BodyTooLarge, createBodyReader, TooManyBodies } from '#src/host/receive';
import type { Cloud } from '#src/host/start';
import { echoService, openWorkshop, type RawRequest, send, sign } from '../cloud/small-stack.ts';

const workshop = openWorkshop();
const s3 = echoService('s3', () => []);
let cloud: Cloud;
beforeAll(async () => {
  cloud = await workshop.start({}, { serviceFactories: { s3: s3.factory } });
});
afterAll(async () => {
  await cloud.close();
  workshop.remove();
});

const MIB = 2 ** 20;
const list = { service: 'secretsmanager', target: 'secretsmanager.ListSecrets', body: '{}' };
const put = { service: 's3', method: 'PUT', path: '/clean/a', body: 'kept' };

interface Answered {
  readonly status: number;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
  /** Whether the server let the client go on. */
  readonly continued: boolean;
}

/** Sends the headers of a request that announces `length` bytes, and its body only when the server says to continue. */
async function announce(raw: RawRequest, length: number, change: Record<string, string> = {}): Promise<Answered> {
  const signed = await sign(cloud, raw);
  const outgoing = request(signed.url, {
    method: signed.method,
    headers: { ...signed.headers, ...change, 'content-length': String(length) },
  });
  let continued = false;
  outgoing.on('continue', () => {
    continued = true;
    outgoing.end(signed.body);
  });
  outgoing.flushHeaders();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const answer = {
    status: response.statusCode ?? 0,
    body: await text(response),
    headers: response.headers,
    continued,
  };
  outgoing.destroy();
  return answer;
}

describe('a body that was not sent yet', () => {
  const strangers = { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' };

  it('is not waited for when the key is unknown', async () => {
    const { status, body } = await announce({ ...list, credentials: strangers }, 500_000);
    expect(status).toBe(400);
    expect(body).toContain('UnrecognizedClientException');
  });

  it('is not waited for when the signature is wrong and the hash was declared', async () => {
    const credentials = { ...cloud.admin, secretAccessKey: 'x'.repeat(40) };
    const { body } = await announce({ ...list, credentials }, 500_000);
    expect(body).toContain('InvalidSignatureException');
    const toS3 = await announce({ ...put, credentials }, 500_000);
    expect(toS3.body).toContain('SignatureDoesNotMatch');
  });

  it('is not waited for when the request is not signed', async () => {
    const outgoing = request(`${cloud.endpoint}/clean/a`, { method: 'PUT', headers: { 'content-length': '500000' } });
    outgoing.flushHeaders();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(403);
    outgoing.destroy();
  });

  it.each(['secretsmanager', 'lambda', 'dynamodb'])('is refused when it is too large for %s', async (service) => {
    const limit = maxBodyBytes(service);
    const { body } = await announce({ ...list, service }, limit + 1);
    expect(body).toMatch(/larger than \d+ bytes/);
  });

  it('is read only after the caller was checked', async () => {
    const expecting = { expect: '100-continue' };
    const good = await announce(put, put.body.length, expecting);
    expect(good).toMatchObject({ status: 200, continued: true });
    const refused = await announce({ ...put, credentials: strangers }, 500_000, expecting);
    expect(refused).toMatchObject({ status: 403, continued: false });
    expect(refused.headers.connection).toBe('close');
  });
});

describe('a client that declares no hash', () => {
  /** As boto3 signs: the hash of the body is part of the signature, but not of the headers. */
  const asBoto = async (change: Partial<RawRequest> = {}) => {
    const { SignatureV4 } = await import('@smithy/signature-v4');
    const { Sha256 } = await import('@aws-crypto/sha256-js');
    const { host, port } = new URL(cloud.endpoint);
    const signer = new SignatureV4({
      service: 'secretsmanager',
      region: cloud.region,
      credentials: change.credentials ?? cloud.admin,
      sha256: Sha256,
      applyChecksum: false,
    });
    const { headers } = await signer.sign({
      method: 'POST',
      protocol: 'http:',
      hostname: '127.0.0.1',
      port: Number(port),
      path: '/',
      query: {},
      body: '{}',
      headers: { host, 'x-amz-target': list.target, 'content-type': 'application/x-amz-json-1.1' },
    });
    expect(headers).not.toHaveProperty('x-amz-content-sha256');
    return send({ url: `${cloud.endpoint}/`, method: 'POST', headers, body: change.body ?? '{}' });
  };

  it('is served, and refused when its body is another', async () => {
    expect((await asBoto()).status).toBe(200);
    expect(await (await asBoto({ body: '{"MaxResults":1}' })).text()).toContain('InvalidSignatureException');
  });

  it('shares a limited memory until its signature is known to be right', async () => {
    const bodies = createBodyReader();
    const message = (chunks: AsyncIterable<Buffer>, headers = {}) =>
      Object.assign(Readable.from(chunks), { headers }) as unknown as IncomingMessage;
    const chunk = Buffer.alloc(4 * MIB);
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const slow = (async function* () {
      yield* repeat(chunk, 24 * MIB);
      await held;
    })();
    const first = bodies.read(message(slow), 'dynamodb', false);
    // proven callers do not share it
    await bodies.read(message(repeat(chunk, 24 * MIB)), 'dynamodb', true);
    const others = Array.from({ length: 3 }, () => bodies.read(message(repeat(chunk, 24 * MIB)), 'dynamodb', false));
    const outcomes = await Promise.allSettled(others);
    expect(outcomes.filter((each) => each.status === 'rejected').map((each) => each.reason)).toContainEqual(
      new TooManyBodies(),
    );
    release();
    await first;
    await bodies.read(message(repeat(chunk, MAX_UNPROVEN_BYTES / 2)), 'dynamodb', false);
    await expect(bodies.read(message(repeat(chunk, 36 * MIB)), 'dynamodb', true)).rejects.toThrow(BodyTooLarge);
  });
});

async function* repeat(chunk: Buffer, bytes: number): AsyncGenerator<Buffer> {
  for (let sent = 0; sent < bytes; sent += chunk.length) {
    yield chunk;
    // as a socket does: others get their turn
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a request without a signature', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/clean/a'],
    ['PUT', '/clean/a'],
    ['POST', '/clean?delete'],
    ['DELETE', '/clean'],
  ])('of S3 is refused in XML: %s %s', async (method, path) => {
    const response = await fetch(`${cloud.endpoint}${path}`, { method });
    expect(response.status).toBe(403);
    expect(response.headers.get('content-type')).toBe('application/xml');
    expect(await response.text()).toContain('<Code>AccessDenied</Code>');
  });

  it('of S3 by HEAD is refused without a body', async () => {
    const response = await fetch(`${cloud.endpoint}/clean/a`, { method: 'HEAD' });
    expect(response.status).toBe(403);
    expect(await response.text()).toBe('');
  });

  it.each([
    ['POST', '/', { 'x-amz-target': 'DynamoDB_20120810.GetItem' }],
    ['POST', '/', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['POST', '/2015-03-31/functions/a/invocations', {}],
    ['GET', '/schedules', {}],
    ['POST', '/endpoints/a/invocations', {}],
  ])('of another service is refused in JSON: %s %s', async (method, path, headers) => {
    const response = await fetch(`${cloud.endpoint}${path}`, { method, headers: headers as Record<string, string> });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ __type: 'MissingAuthenticationToken' });
  });
});
