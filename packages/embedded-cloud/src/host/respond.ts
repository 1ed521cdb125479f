import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ServiceResponse } from '../cloud/service.ts';
import type { WireRequest } from './sigv4.ts';

/** Writes a response to the connection. */
export async function send(
  response: ServerResponse,
  wire: WireRequest,
  answer: ServiceResponse,
  id: string,
): Promise<void> {
  const { status, headers = {}, body } = answer;
  const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  response.writeHead(status, {
    ...headers,
    ...(!given.has('x-amzn-requestid') && { 'x-amzn-requestid': id }),
    ...(!given.has('x-amz-request-id') && { 'x-amz-request-id': id }),
    ...(!given.has('content-length') &&
      !(body instanceof Readable) &&
      wire.method !== 'HEAD' &&
      status !== 204 &&
      status !== 304 && { 'content-length': Buffer.byteLength(body ?? '') }),
  });
  if (!(body instanceof Readable)) {
    response.end(wire.method === 'HEAD' ? undefined : body);
  } else if (wire.method === 'HEAD') {
    body.destroy();
    response.end();
  } else {
    await pipeline(body, response);
  }
}
