import type { Fault } from '../cloud/faults.ts';

/** Whether a service throttles the caller, failed, or is unavailable. */
export type Trouble = 'throttled' | 'failed' | 'unavailable';

/** An error as a service writes it. */
export type ServiceError = Omit<Extract<Fault, { kind: 'error' }>, 'kind' | 'rule'>;
type Spelling = Readonly<Record<Trouble, ServiceError>>;

const error = (code: string, status: number, message: string, fields?: ServiceError['fields']): ServiceError => ({
  code,
  status,
  message,
  ...(fields && { fields }),
});

const RATE = 'Rate exceeded';
const INTERNAL = 'The request processing has failed because of an unknown error, exception or failure.';
const UNAVAILABLE = 'The request has failed due to a temporary failure of the server.';

/** What any service may answer (API references, "Common errors"). */
const COMMON: Spelling = {
  throttled: error('ThrottlingException', 400, RATE),
  failed: error('InternalFailure', 500, INTERNAL),
  unavailable: error('ServiceUnavailable', 503, UNAVAILABLE),
};
const QUERY: Spelling = { ...COMMON, throttled: error('Throttling', 400, RATE) };

/** Codes and statuses from each service's API model, messages from its error reference where it gives one. */
const SPELLINGS: Readonly<Record<string, Spelling>> = {
  s3: {
    throttled: error('SlowDown', 503, 'Please reduce your request rate.'),
    failed: error('InternalError', 500, 'We encountered an internal error. Please try again.'),
    unavailable: error('ServiceUnavailable', 503, 'Service is unable to handle request.'),
  },
  dynamodb: {
    throttled: error(
      'ProvisionedThroughputExceededException',
      400,
      'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.',
    ),
    failed: error('InternalServerError', 500, 'The request processing has failed because of an unknown error.'),
    unavailable: error('ServiceUnavailable', 503, 'The service is currently unavailable or busy.'),
  },
  lambda: {
    throttled: error('TooManyRequestsException', 429, 'Rate Exceeded.', {
      Reason: 'ConcurrentInvocationLimitExceeded',
      Type: 'User',
    }),
    failed: error('ServiceException', 500, 'The Lambda service encountered an internal error.', { Type: 'Service' }),
    unavailable: error('ServiceException', 503, 'Service Unavailable', { Type: 'Service' }),
  },
  'application-autoscaling': {
    ...COMMON,
    failed: error('InternalServiceException', 500, 'The service encountered an internal error.'),
  },
  secretsmanager: { ...COMMON, failed: error('InternalServiceError', 500, 'An error occurred on the server side.') },
  events: {
    ...COMMON,
    failed: error('InternalException', 500, 'This exception occurs due to unexpected causes.'),
  },
  scheduler: {
    ...COMMON,
    throttled: error('ThrottlingException', 429, RATE),
    failed: error('InternalServerException', 500, 'Unexpected error encountered while processing the request.'),
  },
  kms: {
    throttled: error(
      'ThrottlingException',
      400,
      'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
    ),
    failed: error('KMSInternalException', 500, 'The request was rejected because an internal exception occurred.'),
    unavailable: error('DependencyTimeoutException', 503, 'The system timed out while trying to fulfill the request.'),
  },
  sqs: { ...COMMON, throttled: error('RequestThrottled', 403, 'Request is throttled.') },
  logs: {
    throttled: error('ThrottlingException', 400, RATE),
    failed: error('InternalServerException', 500, 'An internal server error occurred.'),
    unavailable: error('ServiceUnavailableException', 503, 'The service cannot complete the request.'),
  },
  monitoring: { ...QUERY, failed: error('InternalServiceError', 500, 'Request processing has failed.') },
  iam: { ...QUERY, failed: error('ServiceFailure', 500, INTERNAL) },
  sts: QUERY,
  cloudformation: QUERY,
};

/**
 * The error that a service of AWS answers, with its own code and status.
 * @param service its signing name; an unknown service gets the common errors of AWS JSON
 */
export const serviceError = (service: string, trouble: Trouble): ServiceError =>
  (SPELLINGS[service] ?? COMMON)[trouble];
