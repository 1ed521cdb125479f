import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './service.ts';

/** The longest delay a Node timer holds; longer sleeps are taken in turns. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    for (let left = Math.max(0, ms); ; left -= LONGEST_TIMER_MS) {
      try {
        await delay(Math.min(left, LONGEST_TIMER_MS), undefined, { ...(signal && { signal }), ref: true });
      } catch (cause) {
        throw signal?.aborted ? signal.reason : cause;
      }
      if (left <= LONGEST_TIMER_MS) return;
    }
  },
};
