import { ExecutionError } from '../errors.ts';
import type { OptimisedNames, SdkService } from './sdk-services.ts';

/** The parts of an SDK error that a state machine gets to see. */
interface SdkError {
  readonly name: string;
  readonly message: string;
  /** Undefined when there was no answer. */
  readonly status: number | undefined;
  readonly requestId: string;
  readonly extendedRequestId: string | undefined;
}

function read(error: unknown): SdkError {
  const { name, message, $metadata } = (typeof error === 'object' && error !== null ? error : {}) as {
    name?: unknown;
    message?: unknown;
    $metadata?: { httpStatusCode?: number; requestId?: string; extendedRequestId?: string };
  };
  return {
    name: typeof name === 'string' && name !== '' ? name : 'Unknown',
    message: typeof message === 'string' && message !== '' ? message : String(error),
    status: $metadata?.httpStatusCode,
    requestId: $metadata?.requestId ?? 'none',
    extendedRequestId: $metadata?.extendedRequestId,
  };
}

const asException = (name: string): string => (name.endsWith('Exception') ? name : `${name}Exception`);

/** Error codes the Java SDK v1 turns into a class of their own although no operation declares them. */
const commonErrors: readonly string[] = ['ThrottlingException', 'Throttling'];

/** Says whether the service's model declares an error: only then does its name show. */
const isModeled = (module: object, name: string): boolean => {
  const candidate: unknown = (module as Record<string, unknown>)[name];
  return typeof candidate === 'function' && candidate.prototype instanceof Error;
};

/**
 * An SDK error as an `aws-sdk:` integration reports it: `SageMaker.ResourceNotFoundException`, or
 * `SageMaker.SageMakerException` where the model has no such error.
 */
export function sdkIntegrationError(error: unknown, module: object, { name: service }: SdkService): ExecutionError {
  const { name, message, status, requestId, extendedRequestId } = read(error);
  if (status === undefined) return new ExecutionError(`${service}.SdkClientException`, message);
  const shown = isModeled(module, name) ? asException(name) : `${service}Exception`;
  const extended = extendedRequestId === undefined ? '' : `, Extended Request ID: ${extendedRequestId}`;
  return new ExecutionError(
    `${service}.${shown}`,
    `${message} (Service: ${service}, Status Code: ${status}, Request ID: ${requestId}${extended})`,
  );
}

/** An SDK error as an optimised integration reports it: `Lambda.TooManyRequestsException`, `SageMaker.AmazonSageMakerException`. */
export function optimisedError(error: unknown, module: object, names: OptimisedNames): ExecutionError {
  const { name, message, status, requestId } = read(error);
  if (status === undefined) return new ExecutionError(`${names.prefix}.SdkClientException`, message);
  const known = isModeled(module, name) || commonErrors.includes(name);
  return new ExecutionError(
    `${names.prefix}.${known ? asException(name) : names.base}`,
    `${message} (Service: ${names.service}; Status Code: ${status}; Error Code: ${name}; Request ID: ${requestId}; Proxy: null)`,
  );
}

/** Says whether asking again may help: no answer, a throttle, or a fault of the service. */
export function isTransient(error: unknown): boolean {
  const { name, status } = read(error);
  return status === undefined || status >= 500 || status === 429 || /Throttl|TooManyRequests/.test(name);
}
