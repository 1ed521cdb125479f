import { readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '#src/cloud/faults';
import type { Cloud } from '#src/host/start';
import { echoService, openWorkshop, role, send, sign } from '../cloud/small-stack.ts';

const workshop = openWorkshop();
const s3 = echoService('s3', (path) => [{ action: 's3:GetObject', resource: `arn:aws:s3:::${path.slice(1)}` }]);
let cloud: Cloud;
let fault: Fault | undefined;

beforeAll(async () => {
  cloud = await workshop.start(
    {
      ReaderRole: role([
        {
          Sid: 'ReadClean',
          Effect: 'Allow',
          Action: ['s3:GetObject', 'secretsmanager:ListSecrets'],
          Resource: 'arn:aws:s3:::clean/*',
        },
      ]),
    },
    { serviceFactories: { s3: s3.factory }, faults: () => fault },
  );
});
afterEach(() => {
  fault = undefined;
});
afterAll(async () => {
  await cloud.close();
  workshop.remove();
});

const list = { service: 'secretsmanager', target: 'secretsmanager.ListSecrets', body: '{}' };
/** As the SDK writes an object key into a path. */
const escapeUriPath = (key: string): string =>
  encodeURIComponent(key)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%2F/g, '/');
const codeOf = async (response: Response): Promise<string> => ((await response.json()) as { __type: string }).__type;
const audit = (): Record<string, unknown>[] =>
  readFileSync(join(workshop.stateDir, 'audit', 'audit.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the signature', () => {
  it('is accepted as the AWS SDK makes it', async () => {
    const response = await send(await sign(cloud, list));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ SecretList: [] });
  });

  it('is refused when the body was changed on the way', async () => {
    const signed = await sign(cloud, list);
    const response = await send({ ...signed, body: '{"MaxResults":1}' });
    expect(response.status).toBe(400);
    expect(await codeOf(response)).toBe('InvalidSignatureException');
  });

  it('is refused when a signed header was changed', async () => {
    const signed = await sign(cloud, list);
    const response = await send({
      ...signed,
      headers: { ...signed.headers, 'x-amz-target': 'secretsmanager.GetRandomPassword' },
    });
    expect(await codeOf(response)).toBe('InvalidSignatureException');
  });

  it('is refused when an x-amz header was added', async () => {
    const signed = await sign(cloud, list);
    const response = await send({ ...signed, headers: { ...signed.headers, 'x-amz-meta-extra': '1' } });
    expect(await codeOf(response)).toBe('AccessDeniedException');
  });

  it('is refused with another secret', async () => {
    const credentials = { ...cloud.admin, secretAccessKey: 'x'.repeat(40) };
    expect(await codeOf(await send(await sign(cloud, { ...list, credentials })))).toBe('InvalidSignatureException');
  });

  it('is refused with an unknown access key', async () => {
    const credentials = { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' };
    expect(await codeOf(await send(await sign(cloud, { ...list, credentials })))).toBe('UnrecognizedClientException');
  });

  it('is refused when older than fifteen minutes', async () => {
    const signingDate = new Date(Date.now() - 16 * 60_000);
    const response = await send(await sign(cloud, { ...list, signingDate }));
    expect(await codeOf(response)).toBe('InvalidSignatureException');
    const toS3 = await send(await sign(cloud, { service: 's3', method: 'GET', path: '/clean/a', signingDate }));
    expect(await toS3.text()).toContain('<Code>RequestTimeTooSkewed</Code>');
  });

  it('is refused for another region', async () => {
    const response = await send(await sign(cloud, { ...list, region: 'us-east-1' }));
    expect(await response.text()).toContain('AWS_REGION=eu-central-1');
  });

  it('must exist', async () => {
    const response = await fetch(cloud.endpoint, { method: 'POST', body: '{}' });
    expect(response.status).toBe(403);
    expect(await codeOf(response)).toBe('MissingAuthenticationToken');
  });

  it('covers S3 keys of any letters', async () => {
    const path = `/clean/${escapeUriPath("a b/ü+&=/it's (1)!*/100%/漢字//y")}`;
    const response = await send(await sign(cloud, { service: 's3', method: 'GET', path }));
    expect(response.status).toBe(200);
    expect(s3.seen.at(-1)?.path).toBe(path);
  });

  it('of a presigned URL is good until it expires', async () => {
    const { port } = new URL(cloud.endpoint);
    const signer = new SignatureV4({
      service: 's3',
      region: cloud.region,
      credentials: cloud.admin,
      sha256: Sha256,
      uriEscapePath: false,
    });
    const presign = async (signingDate: Date): Promise<string> => {
      const headers = { host: `127.0.0.1:${port}`, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
      const { query = {}, path } = await signer.presign(
        {
          method: 'GET',
          protocol: 'http:',
          hostname: '127.0.0.1',
          port: Number(port),
          path: '/clean/a',
          query: {},
          headers,
        },
        { expiresIn: 60, signingDate, unhoistableHeaders: new Set(['host']) },
      );
      return `${cloud.endpoint}${path}?${new URLSearchParams(query as Record<string, string>)}`;
    };
    const fresh = await presign(new Date());
    expect((await fetch(fresh)).status).toBe(200);
    expect(await (await fetch(fresh.replace('/clean/a', '/clean/b'))).text()).toContain('SignatureDoesNotMatch');
    expect(await (await fetch(await presign(new Date(Date.now() - 61_000)))).text()).toContain('Request has expired');
    expect(await (await fetch(await presign(new Date(Date.now() + 3_600_000)))).text()).toContain('not yet valid');
    const asked = (headers: Record<string, string>) => fetch(fresh, { headers }).then((answer) => answer.text());
    expect(await asked({ 'x-amz-acl': 'public-read' })).toContain(
      'headers present in the request which were not signed',
    );
    expect(await asked({ authorization: 'AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request' })).toContain(
      'Only one auth mechanism allowed',
    );
  });
});

describe('a session of a role', () => {
  const session = () =>
    cloud.context.clientConfig(`arn:aws:iam::${cloud.accountId}:role/${cloud.resources['ReaderRole']?.ref}`, 'reading')
      .credentials;

  it('may do what its role allows', async () => {
    const response = await send(
      await sign(cloud, { service: 's3', method: 'GET', path: '/clean/a', credentials: session() }),
    );
    expect(response.status).toBe(200);
  });

  it('names the missing right when it is not allowed', async () => {
    const response = await send(
      await sign(cloud, { service: 's3', method: 'GET', path: '/raw/people.csv', credentials: session() }),
    );
    expect(response.status).toBe(403);
    const text = await response.text();
    expect(text).toContain('<Code>AccessDenied</Code>');
    expect(text).toContain(
      `User: arn:aws:sts::123456789012:assumed-role/${cloud.resources['ReaderRole']?.ref}/reading is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::raw/people.csv because no identity-based policy allows the s3:GetObject action`,
    );
    expect(text).toContain(
      'policy "own" of role ReaderRole, statement 1 (ReadClean) allows the action on arn:aws:s3:::clean/*, not on this one',
    );
  });

  it('gets AccessDeniedException from a JSON service', async () => {
    const response = await send(await sign(cloud, { ...list, credentials: session() }));
    expect(response.status).toBe(400);
    expect(await codeOf(response)).toBe('AccessDeniedException');
  });

  it('is unknown without its token, or with another’s', async () => {
    const { accessKeyId, secretAccessKey } = session();
    expect(
      await codeOf(await send(await sign(cloud, { ...list, credentials: { accessKeyId, secretAccessKey } }))),
    ).toBe('UnrecognizedClientException');
    const forged = {
      accessKeyId,
      secretAccessKey,
      sessionToken: `${Buffer.from('{"role":"x","name":"y"}').toString('base64url')}.AAAA`,
    };
    expect(await codeOf(await send(await sign(cloud, { ...list, credentials: forged })))).toBe(
      'UnrecognizedClientException',
    );
  });
});

describe('the audit log', () => {
  it('shows caller, request and the statement that decided', async () => {
    const credentials = cloud.context.clientConfig(
      `arn:aws:iam::${cloud.accountId}:role/${cloud.resources['ReaderRole']?.ref}`,
      'audited',
    ).credentials;
    await send(await sign(cloud, { service: 's3', method: 'GET', path: '/clean/audited', credentials }));
    await send(await sign(cloud, { service: 's3', method: 'GET', path: '/raw/audited', credentials }));
    const [allowed, denied] = audit().slice(-2);
    expect(allowed).toMatchObject({
      role: 'ReaderRole',
      service: 's3',
      operation: 'Echo',
      status: 200,
      input: { path: '/clean/audited' },
      authorization: [
        {
          action: 's3:GetObject',
          resource: 'arn:aws:s3:::clean/audited',
          decision: 'allow',
          statement: 'policy "own" of role ReaderRole, statement 1 (ReadClean)',
        },
      ],
    });
    expect(denied).toMatchObject({ status: 403, errorCode: 'AccessDenied', authorization: [{ decision: 'deny' }] });
  });
});

describe('faults', () => {
  it('fail a call that was authorised', async () => {
    fault = { kind: 'error', code: 'ThrottlingException', status: 400, message: 'Rate exceeded' };
    const response = await send(await sign(cloud, list));
    expect(await codeOf(response)).toBe('ThrottlingException');
    expect(audit().at(-1)).toMatchObject({ fault: 'error ThrottlingException', status: 400 });
  });

  it('cut the connection', async () => {
    fault = { kind: 'reset' };
    await expect(send(await sign(cloud, list))).rejects.toThrow();
  });

  it('lose the answer to a call that was done', async () => {
    fault = { kind: 'reset', after: true };
    const put = { service: 's3', method: 'PUT', path: '/clean/answer-lost', body: 'kept' };
    await expect(send(await sign(cloud, put))).rejects.toThrow();
    expect(audit().at(-1)).toMatchObject({ fault: 'reset after', status: 0 });
    expect(s3.seen.at(-1)).toEqual({ path: '/clean/answer-lost', body: 'kept' });
  });

  it('never hide a refusal', async () => {
    fault = { kind: 'error', code: 'SlowDown', status: 503, message: 'Slow down' };
    const credentials = cloud.context.clientConfig(
      `arn:aws:iam::${cloud.accountId}:role/${cloud.resources['ReaderRole']?.ref}`,
      'x',
    ).credentials;
    const response = await send(await sign(cloud, { service: 's3', method: 'GET', path: '/raw/a', credentials }));
    expect(await response.text()).toContain('AccessDenied');
  });
});

describe('the host', () => {
  const status = (host: string): Promise<number> =>
    new Promise((resolve, reject) => {
      request(`${cloud.endpoint}/`, { headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });

  it('must be this machine, whatever name a page found it by', async () => {
    expect(await status('evil.example')).toBe(403);
    expect(await status('localhost.evil.example')).toBe(403);
  });

  it('may be a bucket of localhost', async () => {
    // 403 as well, because the signature is missing: the name itself is accepted.
    expect(await status('bucket.localhost:80')).toBe(403);
    expect(audit().at(-1)).toMatchObject({ service: 's3', errorCode: 'AccessDenied' });
  });
});

describe('the state folder', () => {
  it('belongs to one cloud at a time', async () => {
    await expect(workshop.start({})).rejects.toThrow(/Another embedded cloud \(process \d+\) runs on/);
  });

  it('keeps the keys from other users', () => {
    expect(statSync(join(workshop.stateDir, 'credentials.json')).mode & 0o077).toBe(0);
  });
});
