import type { Clock } from '../cloud/service.ts';

/** A clock that jumps from one sleeper's waking time to the next as soon as nothing else is in progress. */
export interface VirtualClock extends Clock {
  /** Keeps time still while work that this clock does not see is in progress; while that work sleeps here, time may pass. */
  during<T>(work: (sleep: Clock['sleep']) => Promise<T>): Promise<T>;
}

/** @param start milliseconds since the epoch */
export function createVirtualClock(start: number = Date.UTC(2026, 0, 1)): VirtualClock {
  let now = start;
  let busy = 0;
  let order = 0;
  let checking = false;
  const sleepers = new Set<{ readonly at: number; readonly order: number; readonly wake: () => void }>();

  const check = () => {
    if (checking) return;
    checking = true;
    setImmediate(() => {
      checking = false;
      if (busy > 0) return;
      const next = [...sleepers].sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!next) return;
      now = Math.max(now, next.at);
      next.wake();
      check();
    });
  };

  const sleep: Clock['sleep'] = (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const sleeper = {
        at: now + Math.max(0, ms),
        order: order++,
        wake: () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      if (Number.isFinite(sleeper.at)) sleepers.add(sleeper);
      check();
    });

  return {
    now: () => now,
    sleep,
    async during(work) {
      busy += 1;
      try {
        return await work(async (ms, signal) => {
          busy -= 1;
          check();
          try {
            await sleep(ms, signal);
          } finally {
            busy += 1;
          }
        });
      } finally {
        busy -= 1;
        check();
      }
    },
  };
}
