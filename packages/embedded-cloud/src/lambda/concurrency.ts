import { AwsError } from '../cloud/service.ts';

/** Limits of an account in Lambda. */
export interface LambdaSettings {
  /**
   * Invocations that may run at once, over all functions of the account. An account has 1,000, a new one as few as 10 (Lambda
   * Developer Guide, "Lambda quotas"). Without a number nothing is throttled for it.
   */
  readonly concurrency?: number;
}

/** What a function takes of the account's concurrency. */
export interface ConcurrencyUse {
  /** Invocations in progress. */
  readonly busy: number;
  /** Set aside for this function, and its limit. */
  readonly reserved: number | undefined;
}

const throttled = (Reason: string): AwsError =>
  new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429, { Reason, Type: 'User' });

/**
 * Lets an invocation start or not. A function with reserved concurrency has its own places; all others share what is left of the
 * account's (Developer Guide, "Understanding Lambda function scaling").
 *
 * @throws AwsError `TooManyRequestsException` when every place is taken
 */
export function requireConcurrency(
  { concurrency }: LambdaSettings,
  invoked: ConcurrencyUse,
  functions: readonly ConcurrencyUse[],
): void {
  if (invoked.reserved !== undefined) {
    if (invoked.busy >= invoked.reserved) throw throttled('ReservedFunctionConcurrentInvocationLimitExceeded');
    return;
  }
  if (concurrency === undefined) return;
  const shared = functions.filter(({ reserved }) => reserved === undefined);
  const setAside = functions.reduce((sum, { reserved = 0 }) => sum + reserved, 0);
  const busy = shared.reduce((sum, each) => sum + each.busy, 0);
  if (busy >= concurrency - setAside) throw throttled('ConcurrentInvocationLimitExceeded');
}
