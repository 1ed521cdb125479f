import type { EndpointFault, JobFault } from '#src/cloud/faults';
import { JobFailure } from '#src/sagemaker/failure';

/** As AWS writes it when an instance type is short (seen in FailureReason of training, processing and transform jobs). */
const CAPACITY =
  'CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type.';
const INTERNAL = 'InternalServerError: We encountered an internal error. Please try again.';

/** Fails a job that gets no instances. @throws JobFailure */
export function failWithoutCapacity(fault: JobFault | undefined): void {
  if (fault?.kind === 'capacity') throw new JobFailure(CAPACITY);
}

/**
 * Fails a job that has got as far as running.
 * @param details what an algorithm's failure says in FailureReason, where the kind of job shows it there
 * @throws JobFailure
 */
export function failWhileRunning(fault: JobFault | undefined, details: (said: string) => string): void {
  if (fault?.kind === 'internal')
    throw new JobFailure(fault.message ? `InternalServerError: ${fault.message}` : INTERNAL);
  if (fault?.kind === 'algorithm') {
    throw new JobFailure(`AlgorithmError: ${details(fault.message ?? 'the algorithm failed, injected by a fault')}`);
  }
}

/** Fails a job that shows no phases: when it starts. @throws JobFailure */
export function failJob(fault: JobFault | undefined): void {
  failWithoutCapacity(fault);
  failWhileRunning(fault, (said) => said);
}

/** The message of a transform or processing job's algorithm is in its log alone. */
export const seeLogs = (): string => 'See job logs for more information';

/** The message of a training job's algorithm, with its exit code. */
export const withExitCode = (said: string): string => `${said}, exit code: 1`;

/** FailureReason of an endpoint whose instances or containers do not come up; undefined for what its containers answer. */
export function deploymentFailure(fault: EndpointFault | undefined): string | undefined {
  switch (fault?.kind) {
    case 'capacity':
      return 'Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. Please retry using a different ML instance type or after some time.';
    case 'internal':
      return 'Request to service failed. If failure persists after retry, contact customer support.';
    default:
      return undefined;
  }
}
