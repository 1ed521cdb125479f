import { join } from 'node:path';
import type { ObjectStore } from '#functions/ports/object-store';
import { readAll } from '#functions/shards/read-all';

/** Downloads one object of each shard. Returns the files in shard order. */
export const downloadShards = (
  store: Pick<ObjectStore, 'download'>,
  shards: number,
  keyOf: (index: number) => string,
  directory: string,
): Promise<string[]> =>
  readAll(shards, async (index) => {
    const file = join(directory, `shard-${index}.parquet`);
    await store.download(keyOf(index), file);
    return file;
  });
