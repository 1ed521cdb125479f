import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findForgery, requestDigest, signRequest } from '#domain/slack/signature';

/** The example of docs.slack.dev, "Verifying requests from Slack". */
const example = {
  secret: '8f742231b10e8888abcd99yyyzzz85a5',
  timestamp: '1531420618',
  signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  body: Buffer.from(
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
  ),
};
const sentMs = Number(example.timestamp) * 1000;

describe("Slack's published example", () => {
  it('is signed as Slack signs it', () => {
    expect(signRequest(example.secret, example.timestamp, example.body)).toBe(example.signature);
  });

  it.each([0, 299_000, 300_000, -300_000])('is accepted %s ms after it was sent', (late) => {
    expect(findForgery(example.secret, example, sentMs + late)).toBeUndefined();
  });

  it.each([300_001, -300_001])('is refused %s ms after it was sent', (late) => {
    expect(findForgery(example.secret, example, sentMs + late)).toBe('wrong-time');
  });
});

describe('a request', () => {
  it.each([
    [undefined, example, 'no-secret'],
    ['unset', { ...example, signature: signRequest('unset', example.timestamp, example.body) }, 'no-secret'],
    ['', example, 'no-secret'],
    [example.secret, { ...example, signature: undefined }, 'no-signature'],
    [example.secret, { ...example, timestamp: undefined }, 'no-signature'],
    [example.secret, { ...example, signature: example.signature.toUpperCase() }, 'malformed'],
    [example.secret, { ...example, signature: `${example.signature} ` }, 'malformed'],
    [example.secret, { ...example, timestamp: `${example.timestamp}.0` }, 'malformed'],
    [example.secret, { ...example, timestamp: '1e9' }, 'malformed'],
    [example.secret, { ...example, timestamp: '' }, 'malformed'],
    [`${example.secret}x`, example, 'wrong-signature'],
    [example.secret, { ...example, timestamp: '1531420619' }, 'wrong-signature'],
    [example.secret, { ...example, body: Buffer.concat([example.body, Buffer.from('\n')]) }, 'wrong-signature'],
  ] as const)('with the secret %j, %#, is refused as %s', (secret, request, why) => {
    expect(findForgery(secret, request, sentMs)).toBe(why);
  });

  it('is accepted with any body, byte for byte, and with no other', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (body, other) => {
        const signature = signRequest(example.secret, example.timestamp, body);
        const request = { ...example, signature, body };

        expect(findForgery(example.secret, request, sentMs)).toBeUndefined();
        if (Buffer.compare(body, other) === 0) return;
        expect(findForgery(example.secret, { ...request, body: other }, sentMs)).toBe('wrong-signature');
      }),
    );
  });

  it('is remembered by a digest that does not give its signature away', () => {
    expect(requestDigest(example.signature)).toMatch(/^[0-9a-f]{40}$/);
    expect(example.signature).not.toContain(requestDigest(example.signature).slice(0, 8));
  });
});
