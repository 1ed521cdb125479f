import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { WireRequest } from './sigv4.ts';

/** Bodies up to this are read whole; only S3 streams. The largest AWS allows here is InvokeEndpoint's 25 MiB. */
const MAX_BUFFERED_BYTES = 32 * 2 ** 20;

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
  constructor() {
    super(`The request body is larger than ${MAX_BUFFERED_BYTES} bytes.`);
  }
}

/** A body and the hash its signature must cover. */
export interface ReceivedBody {
  readonly stream: Readable;
  readonly payloadHash: string;
}

/**
 * Reads the body. S3's keeps streaming and its hash is what the client declared (S3 checks it while storing);
 * everything else is read whole and hashed.
 * @throws BodyTooLarge
 */
export async function receiveBody(
  message: IncomingMessage,
  wire: WireRequest,
  signingName: string,
  presigned: boolean,
): Promise<ReceivedBody> {
  if (signingName === 's3') {
    const declared =
      new URLSearchParams(wire.rawQuery).get('X-Amz-Content-Sha256') ?? wire.headers['x-amz-content-sha256'];
    return {
      stream: message,
      payloadHash: declared ?? (presigned ? 'UNSIGNED-PAYLOAD' : createHash('sha256').digest('hex')),
    };
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BUFFERED_BYTES) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  return {
    stream: Readable.from(body.length > 0 ? [body] : [], { objectMode: false }),
    payloadHash: createHash('sha256').update(body).digest('hex'),
  };
}
