import type { Fault } from 'embedded-cloud/faults';

/**
 * What is done to a call.
 * - `throttle`, `failure`: once, before anything was done; the SDK or the machine asks again
 * - `spell`: three times in a row, which is when the SDK gives up and the machine must ask again
 * - `reset`: the connection breaks once, before anything was done
 * - `lost answer`: done once, but nobody is told
 * - `outage`: the role's operation fails until the run has ended
 * - `blackout`: from this call on, everything the role asks of the service fails until the run has ended
 */
export const faultKinds = ['throttle', 'failure', 'spell', 'reset', 'lost answer', 'outage', 'blackout'] as const;
export type FaultKind = (typeof faultKinds)[number];
/** Those that hit one call and pass. */
export const passingKinds = ['lost answer', 'throttle', 'spell', 'reset', 'failure'] as const;

const error = (code: string, status: number): Fault => ({ kind: 'error', code, status, message: 'Chaos.' });

/** How a service says "slow down": the codes of its API reference. */
const throttles: Readonly<Record<string, Fault>> = {
  s3: error('SlowDown', 503),
  lambda: error('TooManyRequestsException', 429),
  dynamodb: error('ProvisionedThroughputExceededException', 400),
};
/** How a service says "my fault". */
const failures: Readonly<Record<string, Fault>> = {
  s3: error('InternalError', 500),
  lambda: error('ServiceException', 500),
  dynamodb: error('InternalServerError', 500),
  sagemaker: error('InternalFailure', 500),
};

/** The fault of a kind, as the service would show it. */
export function faultOf(kind: FaultKind, service: string): Fault {
  if (kind === 'reset') return { kind: 'reset' };
  if (kind === 'lost answer') return { kind: 'reset', after: true };
  if (kind === 'throttle') return throttles[service] ?? error('ThrottlingException', 400);
  return failures[service] ?? error('InternalServerException', 500);
}
