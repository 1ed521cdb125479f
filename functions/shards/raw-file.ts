import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { SqlEngine } from '#domain/data/engine';
import { checkColumns, readCsvColumns } from '#domain/data/header';
import type { LineFinder } from '#domain/data/line-finder';
import { jsonKeysSql, type RawFile } from '#domain/data/raw';
import { text } from '#domain/data/sql';
import { DataEngineError, SchemaMismatchError } from '#domain/errors';
import type { Pipeline } from '#schemas/pipeline';

/** A header must fit in this many bytes. */
const headerBytes = 1 << 20;

export const isGzip = (key: string): boolean => key.toLowerCase().endsWith('.gz');

/** The file's bytes, decompressed. */
function openRaw(path: string, gzip: boolean): Readable {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  if (!gzip) return file;
  const unzipped = createGunzip();
  file.once('error', (error) => unzipped.destroy(error));
  return file.pipe(unzipped);
}

async function readStart(key: string, path: string, gzip: boolean): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const stream = openRaw(path, gzip);
  try {
    for await (const chunk of stream) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= headerBytes) break;
    }
  } catch {
    // zlib's text says nothing a reader can act on
    throw new DataEngineError(`Cannot read ${key}: it is not gzip, though its name ends in .gz. Write it again.`);
  } finally {
    stream.destroy();
  }
  return Buffer.concat(chunks).subarray(0, headerBytes);
}

/**
 * Looks at a raw file before its rows are read: which columns it has, and whether they are the expected ones.
 *
 * @param key the object's key, for messages
 * @throws SchemaMismatchError when they are not; DataEngineError when the file cannot be read at all
 */
export async function inspectRawFile(
  engine: SqlEngine,
  pipeline: Pipeline,
  key: string,
  path: string,
): Promise<RawFile> {
  const gzip = isGzip(key);
  switch (pipeline.dataset.format) {
    case 'csv':
      return { path, gzip, columns: readCsvColumns(pipeline, key, await readStart(key, path, gzip)) };
    case 'jsonl': {
      const keys = await engine.query(`read ${key}`, jsonKeysSql({ path, gzip }));
      if (keys.length === 0) throw new SchemaMismatchError(`${key} holds no JSON object. Write one object a line.`);
      const columns = keys.map((r) => String(r['key']));
      checkColumns(pipeline, key, columns);
      return { path, gzip, columns };
    }
    case 'parquet': {
      const described = await engine.query(`read ${key}`, `DESCRIBE SELECT * FROM read_parquet(${text(path)})`);
      const columns = described.map((r) => String(r['column_name']));
      checkColumns(pipeline, key, columns);
      return { path, gzip: false, columns, types: described.map((r) => String(r['column_type'])) };
    }
  }
}

/** Feeds a raw file to a line finder. */
export async function findLines(finder: LineFinder, { path, gzip }: RawFile): Promise<void> {
  for await (const chunk of openRaw(path, gzip)) finder.push(chunk);
  finder.end();
}
