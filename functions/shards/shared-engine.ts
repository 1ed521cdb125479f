import { functionMemoryMb, type OpenEngine, openEngine } from '#functions/shards/duckdb';

let engine: Promise<OpenEngine> | undefined;

/** The process's only engine, kept between invocations. If opening it failed, the next request tries again. */
export function sharedEngine(): Promise<OpenEngine> {
  engine ??= openEngine({ memoryMb: functionMemoryMb() }).catch((error: unknown) => {
    engine = undefined;
    throw error;
  });
  return engine;
}
