import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

/** tar.gz as SageMaker packs models, without a system's tar: POSIX ustar, regular files only (IEEE 1003.1, pax). */

const BLOCK = 512;

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

const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;

const header = (name: string, size: number, mtimeMs: number): Buffer => {
  const block = Buffer.alloc(BLOCK);
  const split = name.length <= 100 ? -1 : name.indexOf('/', name.length - 101);
  if (name.length > 100 && (split === -1 || split > 155))
    throw new Error(`the path is too long for a tar file: ${name}`);
  block.write(split === -1 ? name : name.slice(split + 1), 0, 'utf8');
  block.write(octal(0o644, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(Math.floor(mtimeMs / 1000), 12), 136);
  block.write('        0', 148);
  block.write('ustar\x0000', 257);
  if (split !== -1) block.write(name.slice(0, split), 345, 'utf8');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
};

const write = async (stream: Writable, chunk: Buffer): Promise<void> => {
  if (!stream.write(chunk)) await once(stream, 'drain');
};

/** Packs all files below a directory; the same files give the same bytes but for their times. */
export const packDirectory = async (directory: string, target: string): Promise<void> => {
  const gzip = createGzip();
  const written = pipeline(gzip, createWriteStream(target));
  for (const name of await filesBelow(directory)) {
    const path = join(directory, name);
    const { size, mtimeMs } = await stat(path);
    await write(gzip, header(name, size, mtimeMs));
    for await (const chunk of createReadStream(path)) await write(gzip, chunk as Buffer);
    const rest = size % BLOCK;
    if (rest > 0) await write(gzip, Buffer.alloc(BLOCK - rest));
  }
  gzip.end(Buffer.alloc(2 * BLOCK));
  await written;
};

const textOf = (block: Buffer, start: number, length: number): string => {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? length : end);
};

/** A path below the target, or an error: an archive must not write elsewhere. */
const safePath = (target: string, name: string): string => {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (name.startsWith('/') || parts.includes('..')) throw new Error(`the archive holds an unsafe path: ${name}`);
  return join(target, ...parts);
};

/** Reads as many bytes as asked from a stream of chunks. */
class Reader {
  readonly #chunks: AsyncIterator<Buffer>;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Up to `length` bytes; fewer only at the end. */
  async some(length: number): Promise<Buffer> {
    if (this.#buffer.length === 0) {
      const next = await this.#chunks.next();
      if (next.done) return this.#buffer;
      this.#buffer = next.value;
    }
    const part = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(part.length);
    return part;
  }

  async exactly(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let missing = length; missing > 0; ) {
      const part = await this.some(missing);
      if (part.length === 0) throw new Error('the archive ends in the middle of an entry');
      parts.push(part);
      missing -= part.length;
    }
    return Buffer.concat(parts);
  }
}

/**
 * Unpacks the regular files of a tar.gz; links and devices are left out.
 * @throws Error when it is not a whole tar.gz or holds a path that leads out of the target.
 */
export const unpackFile = async (archive: string, target: string): Promise<void> => {
  const source = createReadStream(archive);
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  const reader = new Reader(source.pipe(gunzip));
  await mkdir(target, { recursive: true });
  let longName: string | undefined;
  for (;;) {
    const block = await reader.exactly(BLOCK);
    if (block.every((byte) => byte === 0)) break;
    const size = Number.parseInt(textOf(block, 124, 12).trim() || '0', 8);
    const padding = (BLOCK - (size % BLOCK)) % BLOCK;
    const type = textOf(block, 156, 1);
    if (type === 'x' || type === 'L') {
      // A long name comes as an entry before the file: pax (`<length> path=<name>\n`) or GNU (the name itself).
      const content = (await reader.exactly(size + padding)).toString('utf8', 0, size);
      longName = type === 'L' ? content.replace(/\0+$/, '') : (/\d+ path=([^\n]*)\n/.exec(content)?.[1] ?? longName);
      continue;
    }
    const prefix = textOf(block, 345, 155);
    const name = longName ?? (prefix === '' ? textOf(block, 0, 100) : `${prefix}/${textOf(block, 0, 100)}`);
    longName = undefined;
    if (type === '' || type === '0') await extract(reader, size, safePath(target, name));
    else await reader.exactly(size);
    await reader.exactly(padding);
  }
  source.destroy();
};

const extract = async (reader: Reader, size: number, path: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  const file = createWriteStream(path);
  for (let missing = size; missing > 0; ) {
    const part = await reader.some(missing);
    if (part.length === 0) throw new Error('the archive ends in the middle of an entry');
    await write(file, part);
    missing -= part.length;
  }
  file.end();
  await once(file, 'close');
};
