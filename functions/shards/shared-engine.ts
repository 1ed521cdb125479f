import { functionMemoryMb, type OpenEngine, openEngine } from '#functions/shards/duckdb';

let engine: Promise<OpenEngine> | undefined;

/** Pipelines times models whose rows a process encodes: few, and each plan takes some hundred kilobytes. */
const keptStatements = 16;

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

/**
 * The process's only engine, kept between invocations. If opening it failed, the next request tries again. A request has at most 1,000
 * rows, which is less than the engine gives to one thread, so a second thread would only wait.
 */
export function sharedEngine(): Promise<OpenEngine> {
  engine ??= openEngine({ memoryMb: functionMemoryMb(), threads: 1, keptStatements }).then(
    oneByOne,
    (error: unknown) => {
      engine = undefined;
      throw error;
    },
  );
  return engine;
}
