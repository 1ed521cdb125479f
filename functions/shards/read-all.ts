/** Objects that are read at a time. */
const atOnce = 32;

/** Reads the objects of all shards, some at a time, in their order. */
export async function readAll<T>(count: number, read: (index: number) => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  for (let from = 0; from < count; from += atOnce) {
    const indexes = Array.from({ length: Math.min(atOnce, count - from) }, (_, i) => from + i);
    all.push(...(await Promise.all(indexes.map(read))));
  }
  return all;
}
