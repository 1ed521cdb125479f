import { AwsError, type CloudService } from '../cloud/service.ts';
import type { WireRequest } from './sigv4.ts';

/** How the families of services report an error that the door itself finds, before or instead of the service. */
type Family = 's3' | 'query' | 'json' | 'rest-json';

const QUERY = new Set(['iam', 'sts', 'cloudformation', 'monitoring']);
const REST_JSON = new Set(['execute-api', 'lambda', 'scheduler']);

const familyOf = (signingName: string, contentType: string | undefined): Family => {
  if (signingName === 's3') return 's3';
  // CloudWatch supports the query protocol and AWS JSON: it answers in the protocol of the request.
  if (QUERY.has(signingName)) return contentType?.startsWith('application/x-amz-json') ? 'json' : 'query';
  return REST_JSON.has(signingName) ? 'rest-json' : 'json';
};

/** S3's name of an error → the other families' names; a missing family uses S3's. */
const CODES: Readonly<Record<string, Partial<Record<Family, string>>>> = {
  SignatureDoesNotMatch: { json: 'InvalidSignatureException', 'rest-json': 'InvalidSignatureException' },
  RequestTimeTooSkewed: {
    json: 'InvalidSignatureException',
    'rest-json': 'InvalidSignatureException',
    query: 'SignatureDoesNotMatch',
  },
  InvalidAccessKeyId: {
    json: 'UnrecognizedClientException',
    'rest-json': 'UnrecognizedClientException',
    query: 'InvalidClientTokenId',
  },
  InvalidToken: {
    json: 'UnrecognizedClientException',
    'rest-json': 'UnrecognizedClientException',
    query: 'InvalidClientTokenId',
  },
  ExpiredToken: { json: 'ExpiredTokenException', 'rest-json': 'ExpiredTokenException' },
  IncompleteSignature: {
    s3: 'AuthorizationHeaderMalformed',
    json: 'IncompleteSignatureException',
    'rest-json': 'IncompleteSignatureException',
  },
  AccessDenied: { json: 'AccessDeniedException', 'rest-json': 'AccessDeniedException' },
  InternalError: { json: 'InternalServerError', 'rest-json': 'ServiceException', query: 'InternalFailure' },
  EntityTooLarge: {
    json: 'RequestEntityTooLargeException',
    'rest-json': 'RequestTooLargeException',
    query: 'RequestEntityTooLarge',
  },
  SlowDown: { json: 'ThrottlingException', 'rest-json': 'TooManyRequestsException', query: 'Throttling' },
};

/**
 * An error of the door in the format of the called service.
 * @param code S3's name for it
 * @param contentType of the request
 */
export function doorError(
  signingName: string,
  code: string,
  message: string,
  status: number,
  contentType?: string,
): AwsError {
  const family = familyOf(signingName, contentType);
  // AWS JSON services answer client errors with 400 whatever they are.
  return new AwsError(CODES[code]?.[family] ?? code, message, family === 'json' && status < 500 ? 400 : status);
}

/** Paths of the REST services that are not S3, below which a request names no service but in its signature. */
const OTHER_PATHS = /^\/(?:2015-03-31|schedules|schedule-groups|tags|endpoints\/[^/]+\/(?:async-)?invocations)(?:\/|$)/;

/**
 * Whether a request without a signature is one of S3's: neither a JSON or query request, nor of another REST service. S3 knows
 * requests that nobody signed (S3 User Guide, "Request authentication": anonymous requests), so it answers them itself.
 */
export function isUnsignedS3({ method, path, headers }: Pick<WireRequest, 'method' | 'path' | 'headers'>): boolean {
  const type = headers['content-type'] ?? '';
  if (headers['x-amz-target'] !== undefined || type.startsWith('application/x-amz-json')) return false;
  if (OTHER_PATHS.test(path)) return false;
  const named = path !== '/' || !/^(?:127\.|localhost|\[)/.test(headers['host'] ?? '');
  return method === 'GET' || method === 'HEAD' || (named && /^(?:PUT|POST|DELETE)$/.test(method));
}

/** Where no service takes the request: a JSON body any client shows. */
export const plainError: CloudService['formatError'] = (error) => ({
  status: error.status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code },
  body: JSON.stringify({ __type: error.code, message: error.message }),
});
