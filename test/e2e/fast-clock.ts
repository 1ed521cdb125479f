import { type Clock, systemClock } from 'embedded-cloud';

/** A clock whose speed can be changed. */
export interface FastClock extends Clock {
  /** From now on, so many seconds pass in one. */
  run(times: number): void;
}

/** The longest real pause after which a sleeper looks at the time again: the speed may have changed. */
const GLANCE_MS = 50;

/** Starts at the machine's time, at its speed. */
export function createFastClock(): FastClock {
  let times = 1;
  let real = systemClock.now();
  let shown = real;
  const now = () => Math.floor(shown + (systemClock.now() - real) * times);
  return {
    now,
    async sleep(ms, signal) {
      const end = now() + ms;
      for (let left = ms; left > 0; left = end - now()) {
        await systemClock.sleep(Math.min(GLANCE_MS, Math.max(1, left / times)), signal);
      }
      signal?.throwIfAborted();
    },
    run(next) {
      shown = now();
      real = systemClock.now();
      times = next;
    },
  };
}
