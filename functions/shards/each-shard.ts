import { join } from 'node:path';
import type { ObjectStore } from '#functions/ports/object-store';

const atOnce = 32;

/** The results of `work` for 0 to `count` - 1, in order; some are done at the same time. */
export async function forEachShard<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let first = 0; first < count; first += atOnce) {
    const indexes = Array.from({ length: Math.min(atOnce, count - first) }, (_, i) => first + i);
    results.push(...(await Promise.all(indexes.map(work))));
  }
  return results;
}

/** Downloads one object of each shard. Returns the files in shard order. */
export const downloadShards = (
  store: Pick<ObjectStore, 'download'>,
  shards: number,
  keyOf: (index: number) => string,
  directory: string,
): Promise<string[]> =>
  forEachShard(shards, async (index) => {
    const file = join(directory, `shard-${index}.parquet`);
    await store.download(keyOf(index), file);
    return file;
  });
