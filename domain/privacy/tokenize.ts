import { createHash, createHmac } from 'node:crypto';
import type { PrivacyAction } from './privacy-action.ts';

/**
 * Tokens: `tok_` and the first 32 hex digits (128 bits) of HMAC-SHA-256(key, value as UTF-8).
 *
 * RFC 2104, section 5, allows truncation down to half of the hash; at 128 bits, 10^12 values collide with a chance below
 * 10^-14, at half the length. The prefix makes a token recognisable in a leak and distinguishes it from a raw value. The
 * same value and key give the same token in every column, drop and pipeline: joins survive. NULL stays NULL.
 */
export const tokenPrefix = 'tok_';
export const tokenDigits = 32;
/** The block length of SHA-256 in bytes (FIPS 180-4). */
const blockLength = 64;

/** The token of a value: what `tokenSql` computes, for callers outside the engine. */
export const tokenOf = (key: Uint8Array, value: string): string =>
  tokenPrefix + createHmac('sha256', key).update(value, 'utf8').digest('hex').slice(0, tokenDigits);

/** The two blocks HMAC prepends: the key, hashed when longer than a block, xor 0x36 and 0x5c (RFC 2104, section 2), in hex. */
export function hmacPads(key: Uint8Array): { readonly inner: string; readonly outer: string } {
  const block = Buffer.alloc(blockLength);
  block.set(key.length > blockLength ? createHash('sha256').update(key).digest() : key);
  const xor = (pad: number) => Buffer.from(block.map((byte) => byte ^ pad)).toString('hex');
  return { inner: xor(0x36), outer: xor(0x5c) };
}

/** Statements that set a connection's key: bind the pads as `$1`, so that no statement text contains the key. */
export const tokenKeyStatements = (
  key: Uint8Array,
): readonly { readonly sql: string; readonly parameter: string }[] => {
  const { inner, outer } = hmacPads(key);
  return [
    { sql: 'SET VARIABLE token_inner_pad = unhex($1)', parameter: inner },
    { sql: 'SET VARIABLE token_outer_pad = unhex($1)', parameter: outer },
  ];
};

/** SQL of the token of a VARCHAR expression; needs `tokenKeyStatements` on the connection. */
export const tokenSql = (value: string): string =>
  `'${tokenPrefix}' || left(sha256(getvariable('token_outer_pad') || unhex(sha256(getvariable('token_inner_pad') || encode(${value})))), ${tokenDigits})`;

const settings = {};

/** A keyed hash replaces the value. */
export const tokenize = {
  name: 'tokenize',
  label: 'tokenized',
  summary: 'A keyed hash (HMAC-SHA-256) stands for the value: equal values stay equal, so joins survive.',
  roles: ['pii'],
  settings,
  example: { role: 'pii', action: 'tokenize' },
  clean: () => ({ kind: 'text', sql: tokenSql }),
} as const satisfies PrivacyAction<typeof settings>;
