import { functionMemoryMb, type OpenEngine, openEngine } from '#functions/shards/duckdb';

let engine: Promise<OpenEngine> | undefined;

/** One statement at a time: a connection of DuckDB runs no two at once, and a challenge encodes for two models. */
function oneByOne(own: OpenEngine): OpenEngine {
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...own,
    query(...statement) {
      const next = last.then(() => own.query(...statement));
      last = next.catch(() => undefined);
      return next;
    },
  };
}

/** The process's only engine, kept between invocations. If opening it failed, the next request tries again. */
export function sharedEngine(): Promise<OpenEngine> {
  engine ??= openEngine({ memoryMb: functionMemoryMb() }).then(oneByOne, (error: unknown) => {
    engine = undefined;
    throw error;
  });
  return engine;
}
