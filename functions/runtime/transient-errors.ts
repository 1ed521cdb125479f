/** Retryable errors of the AWS SDK, by name: throttling, a service failure, a lost connection. */
const transientNames = new Set([
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'SlowDown',
  'ProvisionedThroughputExceededException',
  // SageMaker: another change of the same entity is under way, such as the completion of a model package.
  'ConflictException',
  // Application Auto Scaling: another change of the same target is under way.
  'ConcurrentUpdateException',
  'InternalServerError',
  'InternalServiceError',
  'InternalFailure',
  'InternalError',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'TimeoutError',
  'RequestTimeout',
  'NetworkingError',
]);
const transientCodes = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN']);

/** Whether an error of the AWS SDK or the network is worth retrying. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { $metadata, code, $retryable } = error as Error & {
    $metadata?: { httpStatusCode?: number };
    $retryable?: unknown;
    code?: string;
  };
  return (
    transientNames.has(error.name) ||
    (code !== undefined && transientCodes.has(code)) ||
    $retryable !== undefined ||
    $metadata?.httpStatusCode === 429 ||
    ($metadata?.httpStatusCode ?? 0) >= 500
  );
}

/**
 * The service an AWS SDK error came from, as a prefix: `DynamoDB `. Services use the same retryable messages; only the
 * error's base class (`DynamoDBServiceException`) names the service.
 */
export function serviceOf(error: unknown): string {
  for (let type: unknown = error; type instanceof Error; type = Object.getPrototypeOf(type)) {
    const [, service] = /^(.+)ServiceException$/.exec(type.constructor.name) ?? [];
    if (service !== undefined) return `${service} `;
  }
  return '';
}
