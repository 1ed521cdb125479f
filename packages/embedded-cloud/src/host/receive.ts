import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { MAX_UNPROVEN_BYTES, maxBodyBytes } from './body-limits.ts';
import type { SignedParts, WireRequest } from './sigv4.ts';

/** Splits a Node request into the parts a signature covers. */
export function toWireRequest(message: IncomingMessage): WireRequest {
  const url = message.url ?? '/';
  const at = url.indexOf('?');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return {
    method: message.method ?? 'GET',
    path: at < 0 ? url : url.slice(0, at),
    rawQuery: at < 0 ? '' : url.slice(at + 1),
    headers,
  };
}

/** Whether a Host header names this machine: anything else is a web page's request through a rebound DNS name. */
export function isLoopbackHost(host: string | undefined): boolean {
  const name = (host ?? '').replace(/:\d+$/, '').toLowerCase();
  return name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name);
}

export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
  constructor(limit: number) {
    super(`The request body is larger than ${limit} bytes.`);
  }
}

/** More bodies than this cloud reads at once before their signatures are known to be right. */
export class TooManyBodies extends Error {
  override readonly name = 'TooManyBodies';
  constructor() {
    super('Too many request bodies are being read. Reduce your request rate.');
  }
}

/**
 * The hash of the body as the headers declare it: with it a signature is checked before the body is read. S3 always declares it,
 * and checks it while storing. Other services declare it in `x-amz-content-sha256` when an AWS SDK for JavaScript signs; boto3
 * and the AWS CLI leave the header out.
 * @returns undefined when only the body can tell
 */
export function declaredHash(wire: WireRequest, { signingName, expires }: SignedParts): string | undefined {
  const header = wire.headers['x-amz-content-sha256'];
  if (signingName === 's3') {
    const declared = new URLSearchParams(wire.rawQuery).get('X-Amz-Content-Sha256') ?? header;
    return declared ?? (expires === undefined ? createHash('sha256').digest('hex') : 'UNSIGNED-PAYLOAD');
  }
  return header !== undefined && /^[0-9a-f]{64}$/.test(header) ? header : undefined;
}

/** A body that was read whole, and its hash. */
export interface ReceivedBody {
  readonly stream: Readable;
  readonly payloadHash: string;
}

/** Reads bodies into memory, within the limits of each service. */
export interface BodyReader {
  /**
   * @param proven whether the signature is known to be right; what is not shares `MAX_UNPROVEN_BYTES`
   * @throws BodyTooLarge, as soon as the size is announced; TooManyBodies
   */
  read(message: IncomingMessage, signingName: string, proven: boolean): Promise<ReceivedBody>;
}

export function createBodyReader(): BodyReader {
  let unproven = 0;
  return {
    async read(message, signingName, proven) {
      const limit = maxBodyBytes(signingName);
      if (Number(message.headers['content-length'] ?? 0) > limit) throw new BodyTooLarge(limit);
      const chunks: Buffer[] = [];
      const hash = createHash('sha256');
      let size = 0;
      try {
        // The connection stays open when a limit ends the loop: the caller still receives an answer.
        for await (const chunk of message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
          size += chunk.length;
          if (!proven) unproven += chunk.length;
          if (size > limit) throw new BodyTooLarge(limit);
          if (unproven > MAX_UNPROVEN_BYTES && !proven) throw new TooManyBodies();
          hash.update(chunk);
          chunks.push(chunk);
        }
      } finally {
        if (!proven) unproven -= size;
      }
      return {
        stream: Readable.from(size > 0 ? [chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)] : [], {
          objectMode: false,
        }),
        payloadHash: hash.digest('hex'),
      };
    },
  };
}
