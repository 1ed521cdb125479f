import { open } from 'node:fs/promises';
import { parquetEnd, parquetMagic } from '#domain/data/parquet-footer';
import { DataEngineError } from '#domain/errors';
import { recognised } from '#functions/shards/archive';

/** What Parquet with an encrypted footer begins and ends with (Apache Parquet, Encryption.md). */
const encryptedMagic = 'PARE';

const again = 'Write it again, and drop it again.';

/** A file that does not end as Parquet does. */
export const endError = (name: string): DataEngineError =>
  new DataEngineError(
    `Cannot read ${name}: it does not end as a Parquet file does. It is cut off, encrypted or of another format. ${again}`,
  );

/** A Parquet file whose footer cannot be read. */
export const footerError = (name: string, cause?: unknown): DataEngineError =>
  new DataEngineError(`Cannot read ${name}: its footer is damaged. ${again}`, { cause });

/**
 * Refuses a local file that is no whole Parquet file, by its first and last bytes.
 *
 * @throws DataEngineError that says what it is instead, as far as that can be told
 */
export async function refuseUnlessParquet(name: string, path: string): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const read = async (position: number, length: number) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, Math.max(0, position));
      return buffer.subarray(0, bytesRead);
    };
    const start = await read(0, 8);
    const begin = start.toString('latin1', 0, parquetMagic.length);
    if (begin === encryptedMagic)
      throw new DataEngineError(
        `Cannot read ${name}: its footer is encrypted. Write it without encryption, and drop it again.`,
      );
    if (begin !== parquetMagic) {
      const kind = recognised(start);
      throw new DataEngineError(
        `Cannot read ${name}: it is ${kind ?? 'of another format'}, not Parquet. Write it as Parquet, or set dataset.format to what it is, and drop it again.`,
      );
    }
    const end = await read(size - parquetEnd, parquetEnd);
    if (size < parquetMagic.length + parquetEnd || end.toString('latin1', 4) !== parquetMagic) throw endError(name);
    if (end.readUInt32LE(0) + parquetMagic.length + parquetEnd > size) throw footerError(name);
  } finally {
    await file.close();
  }
}
