import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type * as z from 'zod';
import { DropVanishedError } from '#domain/errors';
import type { FileStore, ObjectStore } from '#functions/ports/object-store';

const [zip, unzip] = [promisify(gzip), promisify(gunzip)];

let files = 0;
/** A file of its own in a directory. */
const scratchFile = (directory: string): string => join(directory, `zipped-${++files}.gz`);

/** The text of a gzip-compressed object; undefined when there is none. @param directory for the local copy, which is removed */
async function readZipped(
  store: Pick<ObjectStore, 'download'>,
  key: string,
  directory: string,
): Promise<string | undefined> {
  const file = scratchFile(directory);
  try {
    await store.download(key, file);
    return (await unzip(await readFile(file))).toString('utf8');
  } catch (error) {
    if (error instanceof DropVanishedError) return undefined;
    throw error;
  } finally {
    await rm(file, { force: true });
  }
}

/** The JSON value of a gzip-compressed object; undefined when there is none. */
export async function readZippedJson<S extends z.ZodType>(
  store: Pick<ObjectStore, 'download'>,
  key: string,
  schema: S,
  directory: string,
): Promise<z.output<S> | undefined> {
  const text = await readZipped(store, key, directory);
  return text === undefined ? undefined : schema.parse(JSON.parse(text));
}

/** The values of a gzip-compressed object of JSON lines; none when there is no such object. */
export async function readZippedLines<S extends z.ZodType>(
  store: Pick<ObjectStore, 'download'>,
  key: string,
  schema: S,
  directory: string,
): Promise<z.output<S>[]> {
  const text = await readZipped(store, key, directory);
  return (text ?? '').split('\n').flatMap((line) => (line === '' ? [] : [schema.parse(JSON.parse(line))]));
}

/** Writes values as JSON lines, gzip-compressed. The same values give the same bytes. */
export async function writeZippedLines(
  store: Pick<FileStore, 'upload'>,
  key: string,
  values: readonly unknown[],
  directory: string,
): Promise<void> {
  const file = scratchFile(directory);
  const text = values.map((value) => `${JSON.stringify(value)}\n`).join('');
  await writeFile(file, await zip(Buffer.from(text)));
  await store.upload(file, key, 'application/gzip');
  await rm(file);
}
