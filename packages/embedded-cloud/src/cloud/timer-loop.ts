import type { Clock } from '#src/cloud/service';

/** Runs work when it falls due, by the context's clock, one run after another. */
export interface TimerLoop {
  start(): void;
  /** Something changed: look again at what is due next. */
  wake(): void;
  /** Ends the loop once the current run is done. */
  close(): Promise<void>;
}

const day = 86_400_000;
const pauseAfterFailure = 1000;

/**
 * @param next when the next work is due (milliseconds since the epoch), or undefined when there is none.
 * @param run does what is due at `now`; must move `next` on.
 * @param onError receives the error of a failed run; the loop continues after a second.
 */
export function timerLoop(options: {
  readonly clock: Clock;
  next(): number | undefined;
  run(now: number): Promise<void> | void;
  onError(error: unknown): void;
}): TimerLoop {
  const { clock } = options;
  let closed = false;
  let running: Promise<void> | undefined;
  let interrupt: () => void = () => {};

  const pause = async (ms: number | undefined): Promise<void> => {
    const controller = new AbortController();
    const woken = new Promise<void>((resolve) => {
      interrupt = () => {
        controller.abort();
        resolve();
      };
    });
    if (ms === undefined) return woken;
    // An aborted sleep rejects; being woken is not a failure.
    await Promise.race([woken, clock.sleep(Math.min(ms, day), controller.signal).catch(() => {})]);
  };

  const loop = async (): Promise<void> => {
    while (!closed) {
      const now = clock.now();
      const at = options.next();
      if (at === undefined || at > now) {
        await pause(at === undefined ? undefined : at - now);
        continue;
      }
      try {
        await options.run(now);
      } catch (error) {
        options.onError(error);
        if (!closed) await pause(pauseAfterFailure);
      }
    }
  };

  return {
    start: () => {
      if (!closed) running ??= loop();
    },
    wake: () => interrupt(),
    close: async () => {
      closed = true;
      interrupt();
      await running;
    },
  };
}
