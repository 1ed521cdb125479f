/**
 * How many times a challenge is judged at most. Each look adds 9 events to the execution's history: entering and leaving the Wait, the
 * five of a Lambda task, entering and leaving the Choice. 2,000 looks make 18,000 of the 25,000 events that a history holds (Step
 * Functions Developer Guide, "Service quotas"), which leaves 7,000 for the beginning, the end, and some 2,300 retries of three events.
 */
export const mostLooks = 2000;

/** No look is sooner than this after the one before, in seconds. */
const shortestWait = 60;

/** Seconds from one look at a challenge to the next: ten minutes for a challenge of 14 days. */
export const secondsBetweenLooks = (maxDays: number): number =>
  Math.max(shortestWait, Math.ceil((maxDays * 86_400) / mostLooks));

/**
 * Logged requests are counted when they are this old, in milliseconds. A request is logged while its function runs, for a minute at most
 * (`resources/functions.yml`), so no earlier one can appear after that.
 */
export const settleMs = 120_000;
