import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream';
import { createGunzip, gunzipSync } from 'node:zlib';
import { type FieldFilter, splitCsvLine } from '#src/sagemaker/transform/filter';

/** What goes into one request. */
export interface Batch {
  /** The records as they came, for joining; empty when the object is sent whole. */
  readonly records: readonly string[];
  readonly payload: Buffer;
}

/** A record or object is larger than the payload limit. */
export class PayloadError extends Error {
  override readonly name = 'PayloadError';
}

export interface BatchOptions {
  readonly split: 'None' | 'Line';
  readonly single: boolean;
  readonly maxBytes: number;
  readonly gzip: boolean;
  readonly filter: FieldFilter | undefined;
}

/**
 * Cuts a file into request payloads: whole lines, as many as fit (or one), each passed through the input filter; or the
 * whole file when it is not split.
 * @throws PayloadError when a line or the whole file exceeds `maxBytes`.
 */
export async function* batchesOf(path: string, options: BatchOptions): AsyncGenerator<Batch> {
  if (options.split === 'None') {
    const content = await readFile(path);
    const payload = options.gzip ? gunzipSync(content) : content;
    if (payload.length > options.maxBytes) throw tooLarge(payload.length, options.maxBytes);
    yield { records: [], payload };
    return;
  }
  let records: string[] = [];
  let lines: string[] = [];
  let bytes = 0;
  const take = (): Batch => {
    const batch = { records, payload: Buffer.from(`${lines.join('\n')}\n`) };
    records = [];
    lines = [];
    bytes = 0;
    return batch;
  };
  for await (const record of linesOf(path, options.gzip)) {
    if (record === '') continue;
    const line = options.filter ? options.filter(splitCsvLine(record)).join(',') : record;
    const size = Buffer.byteLength(line) + 1;
    if (size > options.maxBytes) throw tooLarge(size, options.maxBytes);
    if (lines.length > 0 && (options.single || bytes + size > options.maxBytes)) yield take();
    records.push(record);
    lines.push(line);
    bytes += size;
  }
  if (lines.length > 0) yield take();
}

const linesOf = (path: string, gzip: boolean): AsyncIterable<string> => {
  const file = createReadStream(path);
  const input = gzip ? pipeline(file, createGunzip(), () => {}) : file;
  return createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
};

const tooLarge = (size: number, limit: number): PayloadError =>
  new PayloadError(`a record of ${size} bytes exceeds the payload limit of ${limit} bytes (MaxPayloadInMB)`);
