import type { ServiceRequest } from '#src/cloud/service';
import { S3Error } from './errors.ts';

/** A request to S3 with its bucket and key found. */
export interface S3Call {
  readonly request: ServiceRequest;
  /** Empty when the request is about the account: ListBuckets. */
  readonly bucket: string;
  /** Decoded; empty when the request is about the bucket. */
  readonly key: string;
  /** A header, or the query parameter a presigned URL carries in its stead. */
  header(name: string): string | undefined;
  /** A query parameter; undefined when absent, empty when without a value. */
  query(name: string): string | undefined;
}

const maximalKeyBytes = 1024;

/** `bucket.s3.eu-central-1.amazonaws.com`, `bucket.s3.localhost` and `bucket.localhost` name the bucket in the host. */
const hostBucket = (host: string | undefined): string | undefined => {
  const name = host?.replace(/:\d+$/, '').toLowerCase() ?? '';
  const [, onAws] = /^(.+)\.s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com$/.exec(name) ?? [];
  const [, onLoopback] = /^(.+?)(?:\.s3)?\.localhost$/.exec(name) ?? [];
  const bucket = onAws ?? onLoopback;
  return bucket === 's3' ? undefined : bucket;
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.", 400, { URI: text });
  }
};

/** Presigned URLs carry headers as query parameters of the same name, in any case. */
const hoistedHeaders = (query: URLSearchParams): Map<string, string> => {
  const hoisted = new Map<string, string>();
  for (const [name, value] of query) {
    if (/^x-amz-/i.test(name)) hoisted.set(name.toLowerCase(), value);
  }
  return hoisted;
};

/**
 * Finds bucket and key of a request in path style or virtual-host style.
 * @throws S3Error InvalidURI, KeyTooLongError
 */
export const parseCall = (request: ServiceRequest): S3Call => {
  const fromHost = hostBucket(request.headers['host']);
  const [, first = '', rest = ''] = /^\/([^/]*)\/?(.*)$/s.exec(request.path) ?? [];
  const bucket = fromHost ?? decode(first);
  const key = decode(fromHost === undefined ? rest : request.path.slice(1));
  if (Buffer.byteLength(key) > maximalKeyBytes) {
    throw new S3Error('KeyTooLongError', 'Your key is too long', 400, {
      Size: Buffer.byteLength(key),
      MaxSizeAllowed: maximalKeyBytes,
    });
  }
  const hoisted = hoistedHeaders(request.query);
  return {
    request,
    bucket,
    key,
    header: (name) => request.headers[name] ?? hoisted.get(name),
    query: (name) => request.query.get(name) ?? undefined,
  };
};

/** All headers, or presigned query parameters, whose name starts with a prefix; the prefix cut off. */
export const headersBelow = (call: S3Call, prefix: string): Readonly<Record<string, string>> => {
  const all = [...hoistedHeaders(call.request.query), ...Object.entries(call.request.headers)];
  return Object.fromEntries(
    all.filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value]),
  );
};
