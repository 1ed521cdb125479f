import { isObject, type MapState, type ParallelState, type Retrier, type TaskState } from '../asl.ts';
import { ExecutionError, isRuntime, matchesError } from '../errors.ts';
import type { Outcome, StateRun } from './state-run.ts';

const DEFAULT_INTERVAL_SECONDS = 1;
const DEFAULT_MAX_ATTEMPTS = 3;
const DEFAULT_BACKOFF_RATE = 2;

/**
 * The pause before a retry, in seconds.
 * @param used how often this retrier has retried before
 * @param random in [0, 1), for full jitter
 */
function retryDelaySeconds(retrier: Retrier, used: number, random: () => number): number {
  const { IntervalSeconds = DEFAULT_INTERVAL_SECONDS, BackoffRate = DEFAULT_BACKOFF_RATE } = retrier;
  const grown = IntervalSeconds * BackoffRate ** used;
  const capped = Math.min(grown, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return retrier.JitterStrategy === 'FULL' ? capped * random() : capped;
}

/**
 * Runs a state's attempts under its Retry and Catch: the first retrier that takes the error decides alone, each keeps
 * its own count, and what is not retried goes to the first catcher that takes it.
 * @param failedEvent of Map and Parallel: written once the failure is final, so before a catcher but not before a
 * retry, and a second time when the catcher's own expressions fail; never for States.Runtime
 */
export async function withRecovery(
  run: StateRun<TaskState | MapState | ParallelState>,
  attempt: () => Promise<Outcome>,
  failedEvent?: 'MapStateFailed' | 'ParallelStateFailed',
): Promise<Outcome> {
  const { Retry = [], Catch = [] } = run.state;
  const kept = run.progress['retries'];
  const used = Retry.map((_, index) => (Array.isArray(kept) && typeof kept[index] === 'number' ? kept[index] : 0));
  run.attempt = used.reduce((sum, count) => sum + count, 0);
  const pauseUntil = async (time: number): Promise<void> => {
    const left = time - run.env.clock.now();
    if (left > 0) await run.env.clock.sleep(left, run.thread.signal);
  };
  const noteFailure = (failure: unknown): number | undefined =>
    failedEvent === undefined || run.thread.signal.aborted || isRuntime(failure)
      ? undefined
      : run.thread.note(failedEvent);
  await pauseUntil(rememberedNumber(run.progress, 'retryAt') ?? 0);
  for (;;) {
    try {
      return await attempt();
    } catch (failure) {
      if (!(failure instanceof ExecutionError)) throw failure;
      const index = Retry.findIndex((retrier) => matchesError(retrier.ErrorEquals, failure));
      const retrier = Retry[index];
      const count = used[index] ?? 0;
      if (retrier && count < (retrier.MaxAttempts ?? DEFAULT_MAX_ATTEMPTS)) {
        used[index] = count + 1;
        const retryAt = run.env.clock.now() + retryDelaySeconds(retrier, count, run.env.random) * 1000;
        run.startOver({ retries: used, retryAt });
        await pauseUntil(retryAt);
        run.attempt += 1;
        continue;
      }
      const caught = Catch.findIndex((catcher) => matchesError(catcher.ErrorEquals, failure));
      const catcher = Catch[caught];
      const exitAfter = noteFailure(failure);
      if (!catcher) {
        if (exitAfter !== undefined) run.thread.follow(exitAfter);
        throw failure;
      }
      try {
        return await run.catch(catcher, caught, failure, exitAfter);
      } catch (secondFailure) {
        const last = noteFailure(secondFailure);
        if (last !== undefined) run.thread.follow(last);
        throw secondFailure;
      }
    }
  }
}

/** A remembered number, if there is one. */
export const rememberedNumber = (progress: unknown, name: string): number | undefined => {
  const value = isObject(progress) ? progress[name] : undefined;
  return typeof value === 'number' ? value : undefined;
};
