import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import type { SqlEngine } from '#domain/data/engine';
import { checkColumns, headerBytes, readCsvHeader } from '#domain/data/header';
import { createLineCounter } from '#domain/data/line-counter';
import type { LineFinder } from '#domain/data/line-finder';
import { jsonKeysSql, type RawFile } from '#domain/data/raw';
import { DataEngineError, SchemaMismatchError } from '#domain/errors';
import { text } from '#domain/sql/literals';
import type { Pipeline } from '#schemas/pipeline';

export const isGzip = (key: string): boolean => key.toLowerCase().endsWith('.gz');

/** The problem with an archive and its fix, by zlib's error code; zlib's text does not help a user. */
function archiveError(name: string, error: unknown, started: boolean): DataEngineError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'Z_BUF_ERROR') {
    return new DataEngineError(`Cannot read ${name}: it is cut off before its end. Write it again, and drop it again.`);
  }
  return new DataEngineError(
    started
      ? `Cannot read ${name}: it is damaged, its gzip data do not match their checksum or format. Write it again, and drop it again.`
      : `Cannot read ${name}: it is not gzip, though its name ends in .gz. Write it again.`,
  );
}

/**
 * The file's bytes, decompressed. The archive is checked to its last byte because DuckDB accepts incomplete data.
 *
 * @throws DataEngineError when it is truncated, damaged or not an archive
 */
async function* readRaw(name: string, path: string, gzip: boolean): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  if (!gzip) return yield* file;
  const unzipped = createGunzip({ chunkSize: 1 << 20 });
  file.once('error', (error) => unzipped.destroy(error));
  let started = false;
  unzipped.once('data', () => {
    started = true;
  });
  try {
    yield* file.pipe(unzipped);
  } catch (error) {
    throw archiveError(name, error, started);
  } finally {
    file.destroy();
  }
}

/** The result of one pass over a text file. */
interface TextFile {
  readonly start: Uint8Array;
  readonly lines: number;
  readonly oddQuotes: boolean;
}

async function readText(name: string, path: string, gzip: boolean, quote?: string): Promise<TextFile> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const counter = createLineCounter(quote?.charCodeAt(0));
  for await (const chunk of readRaw(name, path, gzip)) {
    if (size < headerBytes) chunks.push(chunk);
    size += chunk.length;
    counter.push(chunk);
  }
  return {
    start: Buffer.concat(chunks).subarray(0, headerBytes),
    lines: counter.lines(),
    oddQuotes: counter.oddQuotes(),
  };
}

/**
 * Checks a raw file before its rows are read: the archive is complete, and the columns are the expected ones.
 *
 * @param name how messages name the file: its own name does not leave the raw bucket
 * @throws SchemaMismatchError when the columns differ; DataEngineError when the file cannot be read to its end
 */
export async function inspectRawFile(
  engine: SqlEngine,
  pipeline: Pipeline,
  { name, path, gzip }: { readonly name: string; readonly path: string; readonly gzip: boolean },
): Promise<RawFile> {
  switch (pipeline.dataset.format) {
    case 'csv': {
      const { start, lines, oddQuotes } = await readText(name, path, gzip, pipeline.dataset.csv.quote);
      const header = readCsvHeader(pipeline, name, start);
      const { columns, blankLines } = header;
      return { path, gzip, columns, blankLines, lines: lines - header.lines, spansLines: oddQuotes };
    }
    case 'jsonl': {
      if (gzip) await readText(name, path, gzip);
      const keys = await engine.query(`read ${name}`, jsonKeysSql({ path, gzip }));
      if (keys.length === 0) throw new SchemaMismatchError(`${name} holds no JSON object. Write one object a line.`);
      const columns = keys.map((r) => String(r['key']));
      checkColumns(pipeline, name, columns);
      return { path, gzip, columns };
    }
    case 'parquet': {
      const described = await engine.query(`read ${name}`, `DESCRIBE SELECT * FROM read_parquet(${text(path)})`);
      const columns = described.map((r) => String(r['column_name']));
      checkColumns(pipeline, name, columns);
      return { path, gzip: false, columns, types: described.map((r) => String(r['column_type'])) };
    }
  }
}

/** Feeds a raw file to a line finder. */
export async function findLines(finder: LineFinder, name: string, { path, gzip }: RawFile): Promise<void> {
  for await (const chunk of readRaw(name, path, gzip)) finder.push(chunk);
  finder.end();
}
