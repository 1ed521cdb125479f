import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** How far a request's time may be from ours, in seconds, either way (docs.slack.dev, "Verifying requests from Slack"). */
export const toleranceSeconds = 300;

/** A request as it came, before anything of it is read. */
export interface SignedRequest {
  /** `X-Slack-Request-Timestamp`: seconds since the epoch. */
  readonly timestamp: string | undefined;
  /** `X-Slack-Signature`: `v0=` and 64 hexadecimal digits. */
  readonly signature: string | undefined;
  /** The body's bytes. */
  readonly body: Uint8Array;
}

/** Why a request is not taken for Slack's. Only logs and metrics know; the answer does not tell. */
export type Forgery = 'no-secret' | 'no-signature' | 'malformed' | 'wrong-time' | 'wrong-signature';

/** Shorter secrets could be guessed: Slack's have 32 characters. It also keeps "unset" from being one. */
const shortestSecret = 16;

/** The signature of a request: `v0=` and HMAC-SHA-256 of `v0:<time>:<body>` (docs.slack.dev, "Verifying requests from Slack"). */
export const signRequest = (secret: string, timestamp: string, body: Uint8Array | string): string =>
  `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`;

/**
 * Checks that Slack sent a request, and within the last five minutes. Signatures are compared in constant time.
 *
 * @param nowMs milliseconds since the epoch
 * @returns why not, or undefined when it is Slack's
 */
export function findForgery(
  secret: string | undefined,
  { timestamp, signature, body }: SignedRequest,
  nowMs: number,
): Forgery | undefined {
  if (secret === undefined || secret.length < shortestSecret) return 'no-secret';
  if (timestamp === undefined || signature === undefined) return 'no-signature';
  if (!/^\d{1,12}$/.test(timestamp) || !/^v0=[0-9a-f]{64}$/.test(signature)) return 'malformed';
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > toleranceSeconds) return 'wrong-time';
  const right = signRequest(secret, timestamp, body);
  return timingSafeEqual(Buffer.from(right), Buffer.from(signature)) ? undefined : 'wrong-signature';
}

/** What a signature is remembered by, so that its request works once. */
export const requestDigest = (signature: string): string =>
  createHash('sha256').update(signature).digest('hex').slice(0, 40);
