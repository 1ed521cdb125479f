import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DropVanishedError } from '#domain/errors';
import { type DropFile, type FilePart, filesOf } from '#domain/runs/drop';
import { fileName } from '#domain/runs/drop-name';
import { type RunPointer, rawKeys } from '#domain/runs/layout';
import type { ObjectRanges } from '#functions/ports/object-ranges';
import type { FileStore } from '#functions/ports/object-store';
import { type Archive, compressionOf } from '#functions/shards/archive';
import { downloadPart } from '#functions/shards/part-source';
import { roomFor } from '#functions/shards/scratch';
import type { DesensitizeShardEvent } from '#schemas/events/shard';
import { dropFilesSchema } from '#schemas/records/run';

/** What a shard reads: a file of the drop, as the raw bucket names it. */
export interface Source extends DropFile {
  /** Its position in the drop, from 0. */
  readonly index: number;
  /** Where a part of it is read. */
  readonly part?: FilePart;
}

/** A source with its local copy. */
export interface LocalSource {
  readonly source: Source;
  readonly archive: Archive;
  /** A folder of its own for what is made of it. */
  readonly folder: string;
  /** Removes the folder with the copy. */
  free(): Promise<void>;
}

/** The files of a shard, in order. @throws DropVanishedError when the list of the drop's files lacks one */
export async function findSources(
  raw: Pick<FileStore, 'readJson'>,
  { run, shard }: DesensitizeShardEvent,
): Promise<Source[]> {
  const { key, versionId, part } = shard;
  const { first, files } = filesOf(shard);
  if (key !== undefined) return [{ index: first, key, ...(versionId === undefined ? {} : { versionId }) }];
  const found = (await raw.readJson(rawKeys(run).files, dropFilesSchema)).slice(first, first + files);
  if (found.length === files) {
    return found.map((file, i) => ({ ...(file as DropFile), index: first + i, ...(part ? { part } : {}) }));
  }
  const lacking = fileName(first + found.length);
  throw new DropVanishedError(`The list of the drop's files ends before ${lacking}. Drop the files again.`);
}

/** Files that are downloaded while one is read. A small file takes longer to arrive than to be read. */
const filesAhead = 16;

type RawFiles = Pick<FileStore, 'download' | 'readJson'> & ObjectRanges;

async function download(raw: RawFiles, run: RunPointer, source: Source, directory: string): Promise<Archive> {
  const { index, key, versionId, part } = source;
  // the engine remembers what it read of a file, so no file may take another one's name
  const folder = join(directory, `file-${index}`);
  await mkdir(folder);
  const compression = compressionOf(key);
  const path = join(folder, compression === 'none' ? 'raw' : `raw.${compression}`);
  const archive = { name: fileName(index), path, compression, mostBytes: await roomFor(directory) };
  if (part !== undefined) return downloadPart(raw, run, { ...source, part }, archive);
  await raw.download(key, path, versionId);
  return archive;
}

/** Downloads sources to folders below a directory, some ahead of the one that is read. Returns them in order. */
export async function* downloadSources(
  raw: RawFiles,
  run: RunPointer,
  sources: readonly Source[],
  directory: string,
): AsyncGenerator<LocalSource> {
  const started: Promise<Archive>[] = [];
  try {
    for (const [i, source] of sources.entries()) {
      for (const next of sources.slice(started.length, i + filesAhead)) {
        const local = download(raw, run, next, directory);
        // a failure counts when its turn has come
        local.catch(() => {});
        started.push(local);
      }
      const archive = await (started[i] as Promise<Archive>);
      const folder = dirname(archive.path);
      yield {
        source,
        archive: { ...archive, mostBytes: await roomFor(directory) },
        folder,
        free: () => rm(folder, { recursive: true, force: true }),
      };
    }
  } finally {
    await Promise.allSettled(started);
  }
}
