import { createHash, createHmac } from 'node:crypto';
import type { PrivacyAction } from './privacy-action.ts';

/**
 * Tokens: `tok_`, the id of the key, `_`, and the first 32 hex digits (128 bits) of HMAC-SHA-256(key, value as UTF-8).
 *
 * RFC 2104, section 5, allows truncation down to half of the hash; at 128 bits, 10^12 values collide with a chance below
 * 10^-14, at half the length. The prefix makes a token recognisable in a leak and distinguishes it from a raw value; the id says
 * under which key it was made. The same value and key give the same token in every column, drop and pipeline: joins survive. NULL stays NULL.
 */
export const tokenPrefix = 'tok_';
export const tokenDigits = 32;

/** The keys of the tokens: while a key is replaced, the previous one too. */
export interface TokenKeys {
  readonly current: Uint8Array;
  readonly previous?: Uint8Array | undefined;
}
const slots = ['current', 'previous'] as const;
type Slot = (typeof slots)[number];

/** Digits of the id of a key. */
const keyDigits = 8;

/** The id of a key: 32 bits of a hash, which tell keys apart and nothing about them. */
export const keyId = (key: Uint8Array): string =>
  createHash('sha256').update('tidegate token key id').update(key).digest('hex').slice(0, keyDigits);

/** The block length of SHA-256 in bytes (FIPS 180-4). */
const blockLength = 64;

/** The token of a value: what `tokenSql` computes, for callers outside the engine. */
export const tokenOf = (key: Uint8Array, value: string): string =>
  `${tokenPrefix}${keyId(key)}_${createHmac('sha256', key).update(value, 'utf8').digest('hex').slice(0, tokenDigits)}`;

/** The two blocks HMAC prepends: the key, hashed when longer than a block, xor 0x36 and 0x5c (RFC 2104, section 2), in hex. */
export function hmacPads(key: Uint8Array): { readonly inner: string; readonly outer: string } {
  const block = Buffer.alloc(blockLength);
  block.set(key.length > blockLength ? createHash('sha256').update(key).digest() : key);
  const xor = (pad: number) => Buffer.from(block.map((byte) => byte ^ pad)).toString('hex');
  return { inner: xor(0x36), outer: xor(0x5c) };
}

/** Statements that set a connection's keys: bind the pads as `$1`, so that no statement text contains a key. */
export const tokenKeyStatements = (keys: TokenKeys): readonly { readonly sql: string; readonly parameter: string }[] =>
  slots.flatMap((slot) => {
    const key = keys[slot];
    if (key === undefined) return [];
    const { inner, outer } = hmacPads(key);
    return [
      { sql: `SET VARIABLE ${slot}_inner_pad = unhex($1)`, parameter: inner },
      { sql: `SET VARIABLE ${slot}_outer_pad = unhex($1)`, parameter: outer },
      { sql: `SET VARIABLE ${slot}_key_id = $1`, parameter: keyId(key) },
    ];
  });

/** SQL of HMAC-SHA-256 of a VARCHAR expression, in hex; needs `tokenKeyStatements` on the connection. */
export const hmacSql = (value: string, slot: Slot = 'current'): string =>
  `sha256(getvariable('${slot}_outer_pad') || unhex(sha256(getvariable('${slot}_inner_pad') || encode(${value}))))`;

/** SQL of the token of a VARCHAR expression; needs `tokenKeyStatements` on the connection. */
export const tokenSql = (value: string, slot: Slot = 'current'): string =>
  `'${tokenPrefix}' || getvariable('${slot}_key_id') || '_' || left(${hmacSql(value, slot)}, ${tokenDigits})`;

/** SQL of 64 bits of a token as a number, the same for equal tokens alone. It reads the digits that are there, so it hashes nothing. */
export const tokenNumberSql = (token: string): string =>
  `CAST('0x' || substr(${token}, ${tokenPrefix.length + keyDigits + 2}, 16) AS UBIGINT)`;

const settings = {};

/** A keyed hash replaces the value. */
export const tokenize = {
  name: 'tokenize',
  label: 'tokenized',
  summary: 'A keyed hash (HMAC-SHA-256) stands for the value: equal values stay equal, so joins survive.',
  roles: ['pii'],
  settings,
  example: { role: 'pii', action: 'tokenize' },
  clean: () => ({
    kind: 'text',
    sql: (typed) => tokenSql(typed),
    previous: (typed) => tokenSql(typed, 'previous'),
  }),
} as const satisfies PrivacyAction<typeof settings>;
