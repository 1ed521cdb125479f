import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DropVanishedError, NotFoundError } from '#domain/errors';
import type { ObjectRanges } from '#functions/ports/object-ranges';
import type { FileStore } from '#functions/ports/object-store';

/** A bucket that is a folder: for tests of what reads and writes buckets. It keeps no versions. */
export function folderStore(folder: string): FileStore & ObjectRanges {
  const path = (key: string) => join(folder, key);
  const put = async (key: string, write: (file: string) => Promise<void>) => {
    await mkdir(dirname(path(key)), { recursive: true });
    await write(path(key));
  };
  const readText = async (key: string) => {
    if (!existsSync(path(key))) throw new NotFoundError(`${key} does not exist`);
    return readFile(path(key), 'utf8');
  };
  const writeText = (key: string, text: string) => put(key, (file) => writeFile(file, text));
  return {
    bucket: 'folder',
    uri: (key) => `s3://folder/${key}`,
    async list(prefix, after = '') {
      const names = existsSync(folder) ? await readdir(folder, { recursive: true, withFileTypes: true }) : [];
      const keys = names
        .filter((f) => f.isFile())
        .map((f) => join(f.parentPath, f.name).slice(folder.length + 1))
        .filter((key) => key.startsWith(prefix) && key > after)
        .toSorted();
      return Promise.all(
        keys.map(async (key) => ({ key, size: (await stat(path(key))).size, etag: '', lastModified: '' })),
      );
    },
    async readJson(key, schema) {
      return schema.parse(JSON.parse(await readText(key)));
    },
    readText,
    writeJson: (key, value) => writeText(key, JSON.stringify(value)),
    writeText,
    async download(key, file) {
      if (!existsSync(path(key))) throw new DropVanishedError(`${key} vanished`);
      await copyFile(path(key), file);
    },
    async *readRange({ key, start, end }) {
      if (!existsSync(path(key))) throw new DropVanishedError(`${key} vanished`);
      if (end > start) yield* createReadStream(path(key), { start, end: end - 1 });
    },
    upload: (file, key) => put(key, (to) => copyFile(file, to)),
  };
}
