import { type FileHandle, open } from 'node:fs/promises';
import {
  groupsOfPart,
  mergeRanges,
  type ParquetFooter,
  parquetEnd,
  parquetMagic,
  readParquetFooter,
} from '#domain/data/parquet-footer';
import { DataEngineError } from '#domain/errors';
import type { ObjectRange, ObjectRanges } from '#functions/ports/object-ranges';
import { endError, footerError } from '#functions/shards/parquet-file';

/** A Parquet object of the raw bucket of which a part is wanted. */
export interface LargeParquet {
  /** How messages name it. */
  readonly name: string;
  readonly key: string;
  readonly versionId?: string | undefined;
  readonly size: number;
}

/** Most footers are shorter than this: one request reads them whole. */
const likelyFooter = 1 << 20;

async function readAt(raw: ObjectRanges, range: ObjectRange): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of raw.readRange(range)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Reads the footer at the end of an object. @throws DataEngineError when it is no Parquet file */
async function readFooter(raw: ObjectRanges, { name, key, versionId, size }: LargeParquet): Promise<ParquetFooter> {
  const last = async (length: number) => readAt(raw, { key, versionId, start: Math.max(0, size - length), end: size });
  let bytes = await last(likelyFooter);
  const magic = bytes.subarray(-4).toString('latin1');
  const length = bytes.length < parquetEnd ? size : bytes.readUInt32LE(bytes.length - parquetEnd);
  if (magic !== parquetMagic || length + parquetEnd > size) {
    throw endError(name);
  }
  if (length + parquetEnd > bytes.length) bytes = await last(length + parquetEnd);
  try {
    return readParquetFooter(bytes.subarray(bytes.length - parquetEnd - length, bytes.length - parquetEnd));
  } catch (error) {
    throw footerError(name, error);
  }
}

/** Writes bytes of an object to a position of a file. */
async function copyRange(raw: ObjectRanges, range: ObjectRange, file: FileHandle, position: number): Promise<void> {
  let at = position;
  for await (const chunk of raw.readRange(range)) {
    for (let done = 0; done < chunk.length; ) {
      const { bytesWritten } = await file.write(chunk, done, chunk.length - done, at);
      done += bytesWritten;
      at += bytesWritten;
    }
  }
}

/**
 * Makes a Parquet file of some row groups of an object. Each lies where it lies in the object, with holes between that take no room
 * on the disk, so that the positions in the footer stay true.
 *
 * @param path of the new file
 * @param mostBytes that the row groups may have
 * @returns the number of rows in the object before the first one of the part
 * @throws DataEngineError when the object is no Parquet file, or a row group is too large for the disk
 */
export async function downloadParquetPart(
  raw: ObjectRanges,
  source: LargeParquet,
  part: { readonly index: number; readonly count: number },
  path: string,
  mostBytes: number,
): Promise<number> {
  const { name, key, versionId, size } = source;
  const footer = await readFooter(raw, source);
  const { first, count, rowsBefore } = groupsOfPart(footer.groups, part);
  const groups = footer.groups.slice(first, first + count);
  const ranges = mergeRanges(groups.flatMap((group) => group.ranges)).map(({ start, end }) => ({
    start,
    end: Math.min(end, size - parquetEnd),
  }));
  const bytes = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  if (bytes > mostBytes) {
    throw new DataEngineError(
      `Cannot read ${name}: a row group has ${Math.round(bytes / count / 1e6)} MB, for which the disk has no room. Write it with smaller row groups, of 128 MB for example.`,
    );
  }
  const file = await open(path, 'w');
  try {
    await file.write(parquetMagic, 0, 'latin1');
    for (const { start, end } of ranges) await copyRange(raw, { key, versionId, start, end }, file, start);
    const kept = footer.keep(first, count);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(kept.length);
    const end = Buffer.concat([kept, length, Buffer.from(parquetMagic, 'latin1')]);
    await file.write(end, 0, end.length, ranges.at(-1)?.end ?? parquetMagic.length);
  } finally {
    await file.close();
  }
  return rowsBefore;
}
