import { createHash } from 'node:crypto';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkTime, parseSignature, signatureMatches, unsignedHeaders, type WireRequest } from '#src/host/sigv4';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const escapeUri = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

interface Sample {
  readonly service: string;
  readonly segments: readonly string[];
  readonly query: Readonly<Record<string, string>>;
  readonly header: string;
  readonly body: string;
}

/** Signs with the AWS SDK and returns the request as sent. */
async function signed({
  service,
  segments,
  query,
  header,
  body,
}: Sample): Promise<{ wire: WireRequest; hash: string }> {
  const signer = new SignatureV4({
    service,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKID', secretAccessKey: SECRET },
    sha256: Sha256,
    uriEscapePath: service !== 's3',
  });
  const path = `/${segments.map(escapeUri).join('/')}`;
  const { headers } = await signer.sign({
    method: 'PUT',
    protocol: 'http:',
    hostname: '127.0.0.1',
    path,
    query,
    body,
    headers: { host: '127.0.0.1', 'x-amz-meta-note': header },
  });
  const rawQuery = Object.entries(query)
    .map(([name, value]) => `${escapeUri(name)}=${escapeUri(value)}`)
    .join('&');
  return { wire: { method: 'PUT', path, rawQuery, headers }, hash: createHash('sha256').update(body).digest('hex') };
}

const sample: fc.Arbitrary<Sample> = fc.record({
  service: fc.constantFrom('s3', 'lambda', 'states'),
  segments: fc.array(
    fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => text !== '.' && text !== '..' && text.isWellFormed()),
    { maxLength: 3 },
  ),
  query: fc.dictionary(
    fc.string({ unit: 'grapheme-ascii', minLength: 1 }).filter((name) => name.toLowerCase() !== 'x-amz-signature'),
    fc.string({ unit: 'grapheme' }).filter((text) => text.isWellFormed()),
    {
      maxKeys: 4,
      noNullPrototype: true,
    },
  ),
  header: fc.string({ unit: 'grapheme-ascii' }),
  body: fc.string(),
});

const matches = (wire: WireRequest, hash: string, secret = SECRET): boolean => {
  const parts = parseSignature(wire);
  return parts !== undefined && signatureMatches(wire, parts, secret, hash);
};

describe('the verifier', () => {
  it('agrees with the signer of the AWS SDK on any path, query, header and body', async () => {
    await fc.assert(
      fc.asyncProperty(sample, async (input) => {
        const { wire, hash } = await signed(input);
        expect(matches(wire, hash)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('refuses the same request with anything changed', async () => {
    const { wire, hash } = await signed({
      service: 's3',
      segments: ['a', 'b'],
      query: { x: '1' },
      header: 'note',
      body: 'body',
    });
    const changed: [WireRequest, string, string?][] = [
      [{ ...wire, method: 'GET' }, hash],
      [{ ...wire, path: '/a/c' }, hash],
      [{ ...wire, rawQuery: 'x=2' }, hash],
      [{ ...wire, rawQuery: 'x=1&y=' }, hash],
      [{ ...wire, headers: { ...wire.headers, 'x-amz-meta-note': 'other' } }, hash],
      [{ ...wire, headers: { ...wire.headers, host: 'localhost' } }, hash],
      [wire, createHash('sha256').update('other').digest('hex')],
      [wire, hash, `${SECRET}x`],
    ];
    expect(matches(wire, hash)).toBe(true);
    for (const [other, otherHash, secret] of changed) expect(matches(other, otherHash, secret)).toBe(false);
  });

  it('names the headers a signature leaves out', async () => {
    const { wire } = await signed({ service: 's3', segments: [], query: {}, header: '', body: '' });
    const parts = parseSignature(wire);
    expect(
      parts &&
        unsignedHeaders({ ...wire, headers: { ...wire.headers, 'x-amz-acl': 'public-read', accept: '*/*' } }, parts),
    ).toEqual(['x-amz-acl']);
  });

  it('refuses an authorization that lacks a part, saying which', () => {
    const wire: WireRequest = {
      method: 'GET',
      path: '/',
      rawQuery: '',
      headers: {
        authorization: 'AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host',
        'x-amz-date': '20260101T000000Z',
      },
    };
    expect(() => parseSignature(wire)).toThrow("requires 'Signature'");
    expect(() =>
      parseSignature({
        ...wire,
        headers: {
          ...wire.headers,
          authorization: 'AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=00',
        },
      }),
    ).toThrow('5 slash-delimited elements');
  });

  it('accepts fifteen minutes of skew either way and no more', () => {
    const at = Date.UTC(2026, 0, 1);
    const parts = {
      accessKeyId: 'a',
      date: '20260101',
      region: 'r',
      signingName: 's3',
      signedHeaders: [],
      signature: '',
      timestamp: '20260101T000000Z',
    };
    for (const minutes of [-15, 15]) expect(() => checkTime(parts, at + minutes * 60_000)).not.toThrow();
    for (const minutes of [-15.1, 15.1]) expect(() => checkTime(parts, at + minutes * 60_000)).toThrow(/too large/);
  });
});
