import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { packTar, unpackTar } from 'modern-tar/fs';

/** tar.gz as SageMaker packs models, without a system's tar: regular files only. */

/** Paths of all files below a directory, relative and with `/`, in name order. */
export const filesBelow = async (directory: string): Promise<string[]> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(directory.length + 1)
        .split(sep)
        .join('/'),
    )
    .sort();
};

/** Packs all files below a directory; the same files give the same bytes but for their times. */
export const packDirectory = async (directory: string, target: string): Promise<void> => {
  const sources = (await filesBelow(directory)).map((name) => ({
    type: 'file' as const,
    source: join(directory, name),
    target: name,
    mode: 0o644,
  }));
  await pipeline(packTar(sources), createGzip(), createWriteStream(target));
};

/**
 * Unpacks the regular files of a tar.gz; links and devices are left out.
 * @throws Error when it is not a whole tar.gz or holds a path that leads out of the target.
 */
export const unpackFile = async (archive: string, target: string): Promise<void> => {
  await mkdir(target, { recursive: true });
  const unpack = unpackTar(target, {
    // Refuses broken headers and archives that end too early.
    strict: true,
    fmode: 0o644,
    filter: ({ name, type }) => {
      if (name.startsWith('/')) throw new Error(`${name} points outside extraction directory`);
      return type === 'file';
    },
  });
  await pipeline(createReadStream(archive), createGunzip(), unpack);
};
