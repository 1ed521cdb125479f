import { AwsError, type CloudContext } from '../cloud/service.ts';
import { explainStateFailure } from '../cloud/state-error.ts';
import { BodyTooLarge, TooManyBodies } from './receive.ts';
import { doorError } from './wire-errors.ts';

/** What failed, as the caller of a service receives it. A failure that is no answer of AWS goes to the log. */
export function toAwsError(
  { log, stateDir }: Pick<CloudContext, 'log' | 'stateDir'>,
  cause: unknown,
  signingName: string,
  id: string,
  contentType: string | undefined,
): AwsError {
  if (cause instanceof AwsError) {
    const found = [
      'InvalidAccessKeyId',
      'InvalidToken',
      'ExpiredToken',
      'IncompleteSignature',
      'RequestTimeTooSkewed',
      'SignatureDoesNotMatch',
      'AccessDenied',
    ];
    return found.includes(cause.code)
      ? doorError(signingName, cause.code, cause.message, cause.status, contentType)
      : cause;
  }
  if (cause instanceof BodyTooLarge) return doorError(signingName, 'EntityTooLarge', cause.message, 413, contentType);
  if (cause instanceof TooManyBodies) return doorError(signingName, 'SlowDown', cause.message, 503, contentType);
  const stored = explainStateFailure(cause, stateDir);
  if (stored) log('error', 'the state could not be stored', { requestId: id, error: stored.message });
  if (stored) return doorError(signingName, 'InternalError', stored.message, 500, contentType);
  log('error', 'a service failed', {
    requestId: id,
    service: signingName,
    error: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
  });
  return doorError(
    signingName,
    'InternalError',
    `The embedded cloud failed at this request; its log has more under request id ${id}.`,
    500,
    contentType,
  );
}
