/** Calls `make` on first use and keeps its result: one client per service and process. */
export function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
