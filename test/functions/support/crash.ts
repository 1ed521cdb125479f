/** The end of a process, as seen from outside: no handler catches it on purpose. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** Counts calls to the outside. */
export interface Calls {
  readonly log: string[];
  /** A call has taken effect. @throws Crash when the process was to end right after it */
  made(call: string): void;
}

/** @param endAfter the process ends after so many calls took effect; never when absent */
export function countCalls(endAfter = Number.POSITIVE_INFINITY): Calls {
  const log: string[] = [];
  return {
    log,
    made(call) {
      log.push(call);
      if (log.length === endAfter) throw new Crash(`ended after ${call}`);
    },
  };
}
