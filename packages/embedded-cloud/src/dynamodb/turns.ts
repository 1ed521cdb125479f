/** Lets what reads or writes one item run side by side, and a transaction alone. */
export interface Turns {
  shared<T>(work: () => Promise<T>): Promise<T>;
  alone<T>(work: () => Promise<T>): Promise<T>;
}

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  let sharing = new Set<Promise<unknown>>();
  return {
    shared(work) {
      const run = last.then(work);
      const settled = run.catch(() => undefined);
      const group = sharing;
      group.add(settled);
      settled.then(() => group.delete(settled));
      return run;
    },
    alone(work) {
      const before = Promise.all([last, ...sharing]);
      sharing = new Set();
      const run = before.then(work);
      last = run.catch(() => undefined);
      return run;
    },
  };
}
