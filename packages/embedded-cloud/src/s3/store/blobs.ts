import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

/** A stretch of one blob, in bytes. The bytes of an object are its extents, one after another. */
export interface Extent {
  readonly blob: string;
  readonly start: number;
  readonly length: number;
}

const readChunkBytes = 256 * 1024;

/** A blob being written: it is not read before its id is committed in the catalogue. */
export class BlobWriter {
  readonly id: string;
  readonly #path: string;
  readonly #file: FileHandle;
  size = 0;

  constructor(id: string, path: string, file: FileHandle) {
    this.id = id;
    this.#path = path;
    this.#file = file;
  }

  async write(chunk: Uint8Array): Promise<void> {
    for (let offset = 0; offset < chunk.length; ) {
      const { bytesWritten } = await this.#file.write(chunk, offset, chunk.length - offset);
      offset += bytesWritten;
    }
    this.size += chunk.length;
  }

  /** Puts the bytes on disk for good; only then may the blob be committed. */
  async finish(): Promise<void> {
    await this.#file.sync();
    await this.#file.close();
  }

  async abandon(): Promise<void> {
    await this.#file.close();
    await rm(this.#path, { force: true });
  }
}

/** The files below one directory, each written once and never changed. */
export class BlobStore {
  readonly #directory: string;
  readonly #readers = new Map<string, number>();
  readonly #doomed = new Set<string>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  #path(id: string): string {
    return join(this.#directory, id.slice(0, 2), id);
  }

  async create(): Promise<BlobWriter> {
    const id = randomBytes(16).toString('hex');
    await mkdir(join(this.#directory, id.slice(0, 2)), { recursive: true });
    return new BlobWriter(id, this.#path(id), await open(this.#path(id), 'wx'));
  }

  /** Removes files, each as soon as no read is open. */
  async discard(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      if (this.#readers.has(id)) this.#doomed.add(id);
      else await rm(this.#path(id), { force: true });
    }
  }

  #release(extents: readonly Extent[]): void {
    for (const { blob } of extents) {
      const left = (this.#readers.get(blob) ?? 1) - 1;
      if (left > 0) this.#readers.set(blob, left);
      else {
        this.#readers.delete(blob);
        if (this.#doomed.delete(blob)) void rm(this.#path(blob), { force: true });
      }
    }
  }

  /** Streams extents one after another. They stay readable until the stream closes, whatever is deleted meanwhile. */
  read(extents: readonly Extent[]): Readable {
    for (const { blob } of extents) this.#readers.set(blob, (this.#readers.get(blob) ?? 0) + 1);
    const pathOf = (id: string) => this.#path(id);
    const chunks = async function* () {
      for (const { blob, start, length } of extents) {
        if (length === 0) continue;
        yield* createReadStream(pathOf(blob), { start, end: start + length - 1, highWaterMark: readChunkBytes });
      }
    };
    const stream = Readable.from(chunks(), { objectMode: false, highWaterMark: readChunkBytes });
    stream.once('close', () => this.#release(extents));
    return stream;
  }

  /** Removes every file whose id is not in the catalogue: what a crash left behind. @returns how many */
  async sweep(isKept: (id: string) => boolean): Promise<number> {
    let removed = 0;
    await mkdir(this.#directory, { recursive: true });
    for (const folder of await readdir(this.#directory)) {
      for (const id of await readdir(join(this.#directory, folder))) {
        if (isKept(id)) continue;
        await rm(join(this.#directory, folder, id), { force: true });
        removed += 1;
      }
    }
    return removed;
  }
}

/** The part `[first, last]` (inclusive byte positions) of the bytes that extents make up. */
export const sliceExtents = (extents: readonly Extent[], first: number, last: number): Extent[] => {
  const slice: Extent[] = [];
  let position = 0;
  for (const { blob, start, length } of extents) {
    const from = Math.max(first - position, 0);
    const to = Math.min(last - position, length - 1);
    if (from <= to) slice.push({ blob, start: start + from, length: to - from + 1 });
    position += length;
    if (position > last) break;
  }
  return slice;
};
