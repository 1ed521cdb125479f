import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AwsError } from '../cloud/service.ts';

/**
 * AWS Signature Version 4, the verifying side.
 * Source: IAM User Guide, "Create a signed AWS API request" and S3 API Reference, "Authenticating Requests".
 */

/** What a signed request says about its signature, from the Authorization header or a presigned query. */
export interface SignedParts {
  readonly accessKeyId: string;
  /** `yyyymmdd` of the credential scope. */
  readonly date: string;
  readonly region: string;
  readonly signingName: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `yyyymmddThhmmssZ`. */
  readonly timestamp: string;
  readonly sessionToken?: string;
  /** Presigned: seconds it is good for. */
  readonly expires?: number;
}

/** The request as received; header names in lower case, query as sent. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly rawQuery: string;
  readonly headers: Readonly<Record<string, string>>;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const MAX_SKEW_MS = 15 * 60_000;
const MAX_PRESIGNED_SECONDS = 7 * 86_400;

const incomplete = (message: string) => new AwsError('IncompleteSignature', message, 400);

function parseScope(credential: string): Pick<SignedParts, 'accessKeyId' | 'date' | 'region' | 'signingName'> {
  // An access key holds no slash, but be exact about the four parts that follow it.
  const parts = credential.split('/');
  const [accessKeyId, date, region, signingName, terminator] = parts;
  if (parts.length !== 5 || !accessKeyId || !date || !region || !signingName || terminator !== 'aws4_request') {
    throw incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
    );
  }
  return { accessKeyId, date, region, signingName };
}

/**
 * Reads the signature of a request.
 * @returns undefined when the request is not signed at all
 * @throws AwsError `IncompleteSignature` when it is signed but parts are missing
 */
export function parseSignature(request: WireRequest): SignedParts | undefined {
  const authorization = request.headers['authorization'];
  const query = new URLSearchParams(request.rawQuery);
  if (authorization === undefined && !query.has('X-Amz-Algorithm')) return undefined;
  if (authorization !== undefined && query.has('X-Amz-Algorithm')) {
    throw new AwsError(
      'InvalidArgument',
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
      400,
    );
  }
  const sessionHeader = request.headers['x-amz-security-token'];
  if (authorization === undefined) return parsePresigned(query);
  if (!authorization.startsWith(`${ALGORITHM} `)) {
    throw incomplete(
      `Unsupported AWS 'algorithm': '${authorization.split(' ')[0] ?? ''}' (only ${ALGORITHM} is supported).`,
    );
  }
  const fields = new Map(
    authorization
      .slice(ALGORITHM.length)
      .split(',')
      .map((field) => {
        const at = field.indexOf('=');
        return [field.slice(0, at).trim(), field.slice(at + 1).trim()] as const;
      }),
  );
  const credential = fields.get('Credential');
  const signedHeaders = fields.get('SignedHeaders');
  const signature = fields.get('Signature');
  if (!credential) throw incomplete("Authorization header requires 'Credential' parameter.");
  if (!signedHeaders) throw incomplete("Authorization header requires 'SignedHeaders' parameter.");
  if (!signature) throw incomplete("Authorization header requires 'Signature' parameter.");
  const timestamp = request.headers['x-amz-date'] ?? isoBasic(request.headers['date']);
  if (!timestamp)
    throw incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  return {
    ...parseScope(credential),
    signedHeaders: signedHeaders.split(';'),
    signature,
    timestamp,
    ...(sessionHeader !== undefined && { sessionToken: sessionHeader }),
  };
}

const isoBasic = (httpDate: string | undefined): string | undefined => {
  const time = Date.parse(httpDate ?? '');
  return Number.isNaN(time) ? undefined : `${new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
};

function parsePresigned(query: URLSearchParams): SignedParts {
  const need = (name: string): string => {
    const value = query.get(name);
    if (!value) throw incomplete(`AWS query-string parameters must include '${name}'.`);
    return value;
  };
  if (need('X-Amz-Algorithm') !== ALGORITHM) throw incomplete(`X-Amz-Algorithm only supports "${ALGORITHM}"`);
  const expires = Number(need('X-Amz-Expires'));
  if (!Number.isInteger(expires) || expires < 0 || expires > MAX_PRESIGNED_SECONDS) {
    throw new AwsError(
      'AuthorizationQueryParametersError',
      'X-Amz-Expires must be a whole number of seconds, at most 604800',
      400,
    );
  }
  const sessionToken = query.get('X-Amz-Security-Token');
  return {
    ...parseScope(need('X-Amz-Credential')),
    signedHeaders: need('X-Amz-SignedHeaders').split(';'),
    signature: need('X-Amz-Signature'),
    timestamp: need('X-Amz-Date'),
    expires,
    ...(sessionToken !== null && { sessionToken }),
  };
}

/**
 * Checks that a request is recent.
 * @throws AwsError `RequestTimeTooSkewed` (15 minutes either way), or `AccessDenied` for an expired presigned URL
 */
export function checkTime(parts: SignedParts, now: number): void {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(parts.timestamp);
  if (!match) throw incomplete(`Date must be in ISO-8601 'basic format'. Got '${parts.timestamp}'.`);
  const [, year, month, day, hour, minute, second] = match.map(Number);
  const time = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  if (!parts.timestamp.startsWith(parts.date)) {
    throw new AwsError(
      'SignatureDoesNotMatch',
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${parts.date}' != '${parts.timestamp.slice(0, 8)}'.`,
      403,
    );
  }
  if (parts.expires !== undefined) {
    if (now > time + parts.expires * 1000) throw new AwsError('AccessDenied', 'Request has expired', 403);
    if (time - now > MAX_SKEW_MS) throw new AwsError('AccessDenied', 'Request is not yet valid', 403);
  } else if (Math.abs(now - time) > MAX_SKEW_MS) {
    throw new AwsError(
      'RequestTimeTooSkewed',
      `The difference between the request time and the current time is too large: signed at ${parts.timestamp}, now it is ${new Date(now).toISOString()}.`,
      403,
    );
  }
}

const sha256 = (data: string): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();

/** RFC 3986: everything but letters, digits, `-`, `.`, `_`, `~` is escaped. */
const escapeUri = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

const decodeUri = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

function normalizePath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return `/${segments.join('/')}${segments.length > 0 && path.endsWith('/') ? '/' : ''}`;
}

/** S3 encodes a path once and does not normalize it; every other service normalizes it and encodes it twice. */
function canonicalPath(path: string, signingName: string): string {
  if (signingName === 's3')
    return (
      path
        .split('/')
        .map((segment) => escapeUri(decodeUri(segment)))
        .join('/') || '/'
    );
  return escapeUri(normalizePath(path)).replace(/%2F/g, '/');
}

function canonicalQuery(rawQuery: string): string {
  return rawQuery
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      const name = at < 0 ? pair : pair.slice(0, at);
      const value = at < 0 ? '' : pair.slice(at + 1);
      return [escapeUri(decodeUri(name.replace(/\+/g, ' '))), escapeUri(decodeUri(value.replace(/\+/g, ' ')))] as const;
    })
    .filter(([name]) => name !== 'X-Amz-Signature')
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

const signingKeys = new Map<string, Buffer>();

function signingKey(secret: string, { date, region, signingName }: SignedParts): Buffer {
  const id = [secret, date, region, signingName].join('\n');
  const known = signingKeys.get(id);
  if (known) return known;
  const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), signingName), 'aws4_request');
  if (signingKeys.size >= 1000) signingKeys.clear();
  signingKeys.set(id, key);
  return key;
}

/**
 * Whether the signature is the one this secret makes.
 * @param payloadHash hex SHA-256 of the body, or the literal of `x-amz-content-sha256` where the service streams
 */
export function signatureMatches(
  request: WireRequest,
  parts: SignedParts,
  secret: string,
  payloadHash: string,
): boolean {
  const canonicalHeaders = parts.signedHeaders
    .map((name) => `${name}:${(request.headers[name] ?? '').trim().replace(/\s+/g, ' ')}\n`)
    .join('');
  const canonicalRequest = [
    request.method,
    canonicalPath(request.path, parts.signingName),
    canonicalQuery(request.rawQuery),
    canonicalHeaders,
    parts.signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
  const scope = `${parts.date}/${parts.region}/${parts.signingName}/aws4_request`;
  const expected = hmac(
    signingKey(secret, parts),
    `${ALGORITHM}\n${parts.timestamp}\n${scope}\n${sha256(canonicalRequest)}`,
  );
  const given = Buffer.from(parts.signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Headers that must be covered by the signature: the host, and every `x-amz-*` header except those added in transit. */
export function unsignedHeaders(request: WireRequest, parts: SignedParts): string[] {
  const signed = new Set(parts.signedHeaders);
  const required = Object.keys(request.headers).filter((name) => name === 'host' || name.startsWith('x-amz-'));
  // A presigned URL is passed on: its user may set how the body is hashed, and nothing else that S3 acts on.
  const free = parts.expires === undefined ? '' : 'x-amz-content-sha256';
  return required.filter((name) => !signed.has(name) && name !== free);
}
