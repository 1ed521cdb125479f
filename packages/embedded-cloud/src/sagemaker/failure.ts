import type { Hub } from '#src/sagemaker/hub';

/** A job that fails for a reason AWS would give; the message is its FailureReason. */
export class JobFailure extends Error {
  override readonly name: string = 'JobFailure';
}

/** Longest FailureReason (API reference). */
export const MAX_REASON = 1024;

/**
 * The FailureReason of a job that ended in an error. What AWS would not say is logged too, as a failure of the embedded cloud.
 * @param what the kind of job, for the log: `training job`
 */
export const failureReason = (hub: Hub, what: string, name: string, error: unknown): string => {
  if (error instanceof JobFailure) return error.message.slice(0, MAX_REASON);
  const text = error instanceof Error ? error.message : String(error);
  hub.cloud.log('error', `${what} ${name} failed inside the embedded cloud`, { error: text });
  return `InternalServerError: ${text}`.slice(0, MAX_REASON);
};
