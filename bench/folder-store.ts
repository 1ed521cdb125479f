import { createReadStream } from 'node:fs';
import { link, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ObjectRanges } from '#functions/ports/object-ranges';
import type { FileStore } from '#functions/ports/object-store';

/** The bucket operations that the steps use, over a folder of links: a benchmark leaves out the network. */
export function folderStore(root: string): FileStore & ObjectRanges {
  const at = (name: string) => join(root, name);
  const writeText = async (name: string, content: string) => {
    await mkdir(dirname(at(name)), { recursive: true });
    await writeFile(at(name), content);
  };
  return {
    bucket: root,
    uri: at,
    async list(prefix, after = '') {
      const names = await readdir(at(prefix)).catch(() => []);
      const found = await Promise.all(
        names.toSorted().map(async (name) => ({ key: `${prefix}${name}`, status: await stat(join(at(prefix), name)) })),
      );
      return found
        .filter(({ key, status }) => status.isFile() && key > after)
        .map(({ key, status }) => ({ key, size: status.size, etag: '', lastModified: status.mtime.toISOString() }));
    },
    readText: (name) => readFile(at(name), 'utf8'),
    readJson: async (name, schema) => schema.parse(JSON.parse(await readFile(at(name), 'utf8'))),
    writeText,
    writeJson: (name, value) => writeText(name, JSON.stringify(value)),
    download: (name, file) => link(at(name), file),
    async *readRange({ key, start, end }) {
      if (end > start) yield* createReadStream(at(key), { start, end: end - 1 });
    },
    upload: async (file, name) => {
      await mkdir(dirname(at(name)), { recursive: true });
      await rm(at(name), { force: true });
      await link(file, at(name));
    },
  };
}
