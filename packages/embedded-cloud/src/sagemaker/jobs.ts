import { invalid } from '#src/sagemaker/names';

/** Why a job is stopped. */
type StopReason = 'asked' | 'closing';

/** Whether a job is stopped because the service closes: its record stays unchanged. */
export const isClosing = (signal: AbortSignal): boolean => signal.reason === ('closing' satisfies StopReason);

/**
 * Runs jobs in the background and stops them.
 * A job stopped because the service closes must leave its record unchanged: it runs again at the next start.
 */
export class Jobs {
  readonly #running = new Map<string, { readonly controller: AbortController; readonly done: Promise<void> }>();

  /**
   * @param work must not throw: it records its own failure.
   * @returns resolves when the work has ended
   */
  start(id: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const controller = new AbortController();
    const done = work(controller.signal).finally(() => {
      // By then another job may have started under the same id.
      if (this.#running.get(id)?.controller === controller) this.#running.delete(id);
    });
    this.#running.set(id, { controller, done });
    return done;
  }

  stop(id: string): void {
    this.#running.get(id)?.controller.abort('asked' satisfies StopReason);
  }

  /** Stops everything and waits until it has ended. */
  async close(): Promise<void> {
    const jobs = [...this.#running.values()];
    for (const job of jobs) job.controller.abort('closing' satisfies StopReason);
    await Promise.allSettled(jobs.map((job) => job.done));
  }
}

/**
 * Whether a job that someone asks to stop is still to be stopped; one that is stopping already is left to it.
 * @param what as AWS names the kind of job in its refusal: `training job`
 * @throws AwsError ValidationException for a job that has ended
 */
export const isToStop = (what: string, status: string): boolean => {
  if (status === 'InProgress' || status === 'Stopping') return status === 'InProgress';
  throw invalid(
    `The request was rejected because the ${what} is in status ${status}. It can be stopped only while it is InProgress.`,
  );
};
