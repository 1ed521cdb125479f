import { link, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileStore } from '#functions/ports/object-store';

/** The bucket operations that the steps use, over a folder of links: a benchmark leaves out the network. */
export function folderStore(root: string): FileStore {
  const at = (name: string) => join(root, name);
  const writeText = async (name: string, content: string) => {
    await mkdir(dirname(at(name)), { recursive: true });
    await writeFile(at(name), content);
  };
  return {
    bucket: root,
    uri: at,
    async list(prefix) {
      const names = await readdir(at(prefix)).catch(() => []);
      const found = await Promise.all(
        names.toSorted().map(async (name) => ({ key: `${prefix}${name}`, status: await stat(join(at(prefix), name)) })),
      );
      return found
        .filter(({ status }) => status.isFile())
        .map(({ key, status }) => ({ key, size: status.size, etag: '', lastModified: status.mtime.toISOString() }));
    },
    readText: (name) => readFile(at(name), 'utf8'),
    readJson: async (name, schema) => schema.parse(JSON.parse(await readFile(at(name), 'utf8'))),
    writeText,
    writeJson: (name, value) => writeText(name, JSON.stringify(value)),
    download: (name, file) => link(at(name), file),
    upload: async (file, name) => {
      await mkdir(dirname(at(name)), { recursive: true });
      await rm(at(name), { force: true });
      await link(file, at(name));
    },
  };
}
