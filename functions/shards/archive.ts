import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { LocatedColumns } from '#domain/data/header';
import type { ByteEncoding } from '#domain/data/transcoder';
import { DataEngineError } from '#domain/errors';
import { formatCount } from '#domain/text/format-number';
import { unreachable } from '#domain/unreachable';
import { gzipEnd } from '#functions/shards/gzip-end';

/** How an object is compressed, by the ending of its name. */
export type Compression = 'none' | 'gzip' | 'zstd';

export function compressionOf(key: string): Compression {
  const name = key.toLowerCase();
  if (name.endsWith('.gz')) return 'gzip';
  return name.endsWith('.zst') ? 'zstd' : 'none';
}

/** A local copy of a raw object. */
export interface Archive {
  /** How messages name it: its own name does not leave the raw bucket. */
  readonly name: string;
  readonly path: string;
  readonly compression: Compression;
  /** The most bytes that it may unpack to. */
  readonly mostBytes: number;
  /** Where the local copy is a part of a text file. */
  readonly section?: TextSection;
  /** Where the local copy is a part of a Parquet file: the rows before it. */
  readonly rowsBefore?: number;
}

/** A part of a text file that begins and ends between rows. */
export interface TextSection {
  readonly encoding: ByteEncoding;
  /** Columns of the whole file in its order; undefined for JSON lines. */
  readonly columns?: LocatedColumns;
  /** The line on which it begins, from 1. */
  readonly line: number;
  /** Its number of lines. */
  readonly lines: number;
}

const chunkSize = 1 << 20;
/** A small file is read into a small buffer: a drop may have thousands of them. */
const chunkOf = async (path: string): Promise<number> => Math.min(chunkSize, Math.max((await stat(path)).size, 1024));
const endings = { gzip: '.gz', zstd: '.zst' } as const;

/** The problem with an archive and its fix, by zlib's error code; zlib's text does not help a user. */
function archiveError(name: string, kind: 'gzip' | 'zstd', error: unknown, isOfKind: boolean): DataEngineError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'Z_BUF_ERROR') {
    return new DataEngineError(`Cannot read ${name}: it is cut off before its end. Write it again, and drop it again.`);
  }
  return new DataEngineError(
    isOfKind
      ? `Cannot read ${name}: it is damaged, its ${kind} data do not match their checksum or format. Write it again, and drop it again.`
      : `Cannot read ${name}: it is not ${kind}, though its name ends in ${endings[kind]}. Write it again.`,
  );
}

/** A whole archive with something after it, which would be lost without a word. @param end the position of the first byte after it */
const trailingError = (name: string, kind: 'gzip' | 'zstd', end: number, size: number): DataEngineError =>
  new DataEngineError(
    `Cannot read ${name}: its ${kind} data end at byte ${formatCount(end)} of ${formatCount(size)}, and what follows is not ${kind}. ` +
      'Compress all of it, or leave out what follows, and drop it again.',
  );

/** zlib's words for a member of gzip that does not begin as one does, or is cut off: something else may follow the last one. */
const isAtHeader = (error: unknown): boolean =>
  error instanceof Error && ['incorrect header check', 'unexpected end of file'].includes(error.message);

/** Whether nothing but zeros, with which archives on tapes are filled up, follow a position of a file. */
async function endsInZeros(path: string, position: number): Promise<boolean> {
  for await (const chunk of createReadStream(path, { start: position })) {
    if ((chunk as Uint8Array).some((byte) => byte !== 0)) return false;
  }
  return true;
}

/** The bytes of a file from a position on, decompressed. @returns the position at which the decompressor ended */
async function* unpackFrom(
  { path, name }: Archive,
  kind: 'gzip' | 'zstd',
  start: number,
  size: number,
): AsyncGenerator<Uint8Array, number> {
  const file = createReadStream(path, { highWaterMark: chunkSize, start });
  const unpacked = kind === 'gzip' ? createGunzip({ chunkSize }) : createZstdDecompress({ chunkSize });
  file.once('error', (error) => unpacked.destroy(error));
  try {
    yield* file.pipe(unpacked);
  } catch (error) {
    const begin = await readStart(path, start);
    const isOfKind = isFrame(kind, begin);
    const end = kind === 'gzip' && isOfKind && isAtHeader(error) ? await gzipEnd(path).catch(() => 0) : start;
    if (end > 0 && end < size && !isFrame(kind, await readStart(path, end))) throw trailingError(name, kind, end, size);
    throw archiveError(name, kind, error, isOfKind);
  } finally {
    file.destroy();
  }
  return start + unpacked.bytesWritten;
}

/** The bytes of a whole archive. Node's decompressors may end before the file does, with data left. */
async function* unpack(archive: Archive, kind: 'gzip' | 'zstd'): AsyncGenerator<Uint8Array> {
  const { size } = await stat(archive.path);
  let position = 0;
  while (position < size) {
    const end: number = yield* unpackFrom(archive, kind, position, size);
    if (end === size) return;
    switch (kind) {
      case 'gzip':
        if (await endsInZeros(archive.path, end)) return;
        throw trailingError(archive.name, kind, end, size);
      case 'zstd':
        // it ends with each frame that does not end with a chunk
        if (end <= position) throw archiveError(archive.name, kind, undefined, true);
        position = end;
        break;
      default:
        unreachable(kind, 'compression');
    }
  }
}

const signatures: readonly (readonly [string, readonly number[], string])[] = [
  ['gzip', [0x1f, 0x8b], '.gz'],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd], '.zst'],
];
/** How files start that are no text: no CSV and no JSON lines starts so. */
const others: readonly (readonly [string, readonly number[]])[] = [
  ['a workbook of Excel or a ZIP archive', [0x50, 0x4b, 0x03, 0x04]],
  ['an old workbook of Excel', [0xd0, 0xcf, 0x11, 0xe0]],
  ['Parquet', [0x50, 0x41, 0x52, 0x31, 0x15]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
];
const startsWith = (start: Uint8Array, bytes: readonly number[]): boolean =>
  bytes.every((byte, i) => start[i] === byte);

/** Whether the bytes begin a member of gzip or a frame of zstd, which may be one to skip (RFC 8878, 3.1.2). */
const isFrame = (kind: 'gzip' | 'zstd', start: Uint8Array): boolean =>
  signatures.some(([of, bytes]) => of === kind && startsWith(start, bytes.slice(0, start.length))) ||
  (kind === 'zstd' && ((start[0] ?? 0) & 0xf0) === 0x50 && startsWith(start.subarray(1), [0x2a, 0x4d, 0x18]));

/** Number of first bytes by which a file is recognised. */
export const signatureBytes = 5;

/** What a file that is no text and no Parquet is, by its first bytes; undefined when they are not known. */
export const recognised = (start: Uint8Array): string | undefined =>
  [...others, ...signatures].find(([, bytes]) => startsWith(start, bytes))?.[0];

/**
 * @param start the first bytes of a file, `signatureBytes` of them or the whole file
 * @throws DataEngineError when the file is compressed although its name does not say so, or is no text at all
 */
export function refuseSignature(name: string, start: Uint8Array): void {
  const other = others.find(([, bytes]) => startsWith(start, bytes));
  if (other) {
    throw new DataEngineError(
      `Cannot read ${name}: it is ${other[0]}. Write it as the pipeline's dataset.format says, as text or in a .gz or .zst archive, and drop it again.`,
    );
  }
  const found = signatures.find(([, bytes]) => startsWith(start, bytes));
  if (!found) return;
  throw new DataEngineError(
    `Cannot read ${name}: it is ${found[0]}, though its name does not end in ${found[2]}. Rename it, and drop it again.`,
  );
}

/** The bytes of a file from a position on, as many as a signature has. */
async function readStart(path: string, position = 0): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(signatureBytes), 0, signatureBytes, position);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * The file's bytes, decompressed. An archive is checked to its last byte because a reader that stops early loses rows.
 *
 * @throws DataEngineError when it is cut off, damaged, no archive, or unpacks to too many bytes
 */
export async function* readArchive(archive: Archive): AsyncGenerator<Uint8Array> {
  const { name, path, compression, mostBytes, section } = archive;
  // of a part, the start of the whole file was checked
  if (compression === 'none' && section === undefined) refuseSignature(name, await readStart(path));
  const bytes =
    compression === 'none'
      ? createReadStream(path, { highWaterMark: await chunkOf(path) })
      : unpack(archive, compression);
  let size = 0;
  for await (const chunk of bytes) {
    size += (chunk as Uint8Array).length;
    if (size > mostBytes) {
      throw new DataEngineError(
        `Cannot read ${name}: it unpacks to more than ${Math.floor(mostBytes / 1e6)} MB, for which the disk has no room. Drop smaller files.`,
      );
    }
    yield chunk as Uint8Array;
  }
}
