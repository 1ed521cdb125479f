import { functionMemoryMb, type OpenEngine, openEngine } from '#functions/shards/duckdb';
import type { OnlineTextFunctions } from '#functions/shards/text-functions';

/** By the key of their functions over texts; most pipelines have none, or the same. */
const engines = new Map<string, Promise<OpenEngine>>();

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
 * The process's engine, kept between invocations: one for all pipelines without functions over texts, and one for all that have the same. If opening it failed, the next request tries again. A request has at most 1,000
 * rows, which is less than the engine gives to one thread, so a second thread would only wait.
 */
export function sharedEngine(texts?: OnlineTextFunctions): Promise<OpenEngine> {
  const key = texts?.key ?? '';
  const found = engines.get(key);
  if (found) return found;
  const options = { memoryMb: functionMemoryMb(), threads: 1, keptStatements };
  const engine = openEngine({ ...options, textFunctions: texts?.functions ?? {} }).then(oneByOne, (error: unknown) => {
    engines.delete(key);
    throw error;
  });
  engines.set(key, engine);
  return engine;
}
