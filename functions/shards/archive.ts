import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { LocatedColumns } from '#domain/data/header';
import type { ByteEncoding } from '#domain/data/transcoder';
import { DataEngineError } from '#domain/errors';
import { unreachable } from '#domain/unreachable';

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
const endings = { gzip: '.gz', zstd: '.zst' } as const;

/** The problem with an archive and its fix, by zlib's error code; zlib's text does not help a user. */
function archiveError(name: string, kind: 'gzip' | 'zstd', error: unknown, started: boolean): DataEngineError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'Z_BUF_ERROR') {
    return new DataEngineError(`Cannot read ${name}: it is cut off before its end. Write it again, and drop it again.`);
  }
  return new DataEngineError(
    started
      ? `Cannot read ${name}: it is damaged, its ${kind} data do not match their checksum or format. Write it again, and drop it again.`
      : `Cannot read ${name}: it is not ${kind}, though its name ends in ${endings[kind]}. Write it again.`,
  );
}

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
): AsyncGenerator<Uint8Array, number> {
  const file = createReadStream(path, { highWaterMark: chunkSize, start });
  const unpacked = kind === 'gzip' ? createGunzip({ chunkSize }) : createZstdDecompress({ chunkSize });
  file.once('error', (error) => unpacked.destroy(error));
  let started = start > 0;
  unpacked.once('data', () => {
    started = true;
  });
  try {
    yield* file.pipe(unpacked);
  } catch (error) {
    throw archiveError(name, kind, error, started);
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
    const end: number = yield* unpackFrom(archive, kind, position);
    if (end === size) return;
    switch (kind) {
      case 'gzip':
        if (await endsInZeros(archive.path, end)) return;
        throw archiveError(archive.name, kind, undefined, true);
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

/** @throws DataEngineError when a file that starts with these bytes is compressed although its name does not say so */
export function refuseSignature(name: string, start: Uint8Array): void {
  const found = signatures.find(([, bytes]) => bytes.every((byte, i) => start[i] === byte));
  if (!found) return;
  throw new DataEngineError(
    `Cannot read ${name}: it is ${found[0]}, though its name does not end in ${found[2]}. Rename it, and drop it again.`,
  );
}

async function checkSignature({ name, path }: Archive): Promise<void> {
  const file = await open(path);
  const start = Buffer.alloc(4);
  try {
    await file.read(start, 0, 4, 0);
  } finally {
    await file.close();
  }
  refuseSignature(name, start);
}

/**
 * The file's bytes, decompressed. An archive is checked to its last byte because a reader that stops early loses rows.
 *
 * @throws DataEngineError when it is cut off, damaged, no archive, or unpacks to too many bytes
 */
export async function* readArchive(archive: Archive): AsyncGenerator<Uint8Array> {
  const { name, path, compression, mostBytes, section } = archive;
  // of a part, the start of the whole file was checked
  if (compression === 'none' && section === undefined) await checkSignature(archive);
  const bytes =
    compression === 'none' ? createReadStream(path, { highWaterMark: chunkSize }) : unpack(archive, compression);
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
