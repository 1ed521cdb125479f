import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore } from '#functions/ports/object-store';
import { readAll } from '#functions/shards/read-all';

/** Downloads one object of each shard to a folder of its own below the directory. Returns the files in shard order. */
export async function downloadShards(
  store: Pick<ObjectStore, 'download'>,
  shards: number,
  keyOf: (index: number) => string,
  directory: string,
): Promise<string[]> {
  // the engine remembers what it read of a file, so no file may take another one's name
  const folder = await mkdtemp(join(directory, 'shards-'));
  return readAll(shards, async (index) => {
    const file = join(folder, `${index}.parquet`);
    await store.download(keyOf(index), file);
    return file;
  });
}
