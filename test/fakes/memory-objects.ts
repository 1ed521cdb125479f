import { NotFoundError } from '#domain/errors';
import type { ObjectStore } from '#functions/ports/object-store';

/** A bucket in memory, for what reads and writes records. It downloads nothing. */
export interface MemoryObjects extends ObjectStore {
  readonly texts: Map<string, string>;
}

export function memoryObjects(bucket = 'memory', records: Readonly<Record<string, unknown>> = {}): MemoryObjects {
  const texts = new Map(Object.entries(records).map(([key, value]) => [key, JSON.stringify(value)]));
  const readText = async (key: string) => {
    const text = texts.get(key);
    if (text === undefined) throw new NotFoundError(`s3://${bucket}/${key} does not exist`);
    return text;
  };
  const writeText = async (key: string, text: string) => {
    texts.set(key, text);
  };
  return {
    bucket,
    texts,
    uri: (key) => `s3://${bucket}/${key}`,
    list: async (prefix, after = '') =>
      [...texts]
        .filter(([key]) => key.startsWith(prefix) && key > after)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, text]) => ({ key, size: text.length, etag: '', lastModified: '' })),
    readJson: async (key, schema) => schema.parse(JSON.parse(await readText(key))),
    readText,
    writeJson: (key, value) => writeText(key, JSON.stringify(value)),
    writeText,
    download: async (key) => {
      throw new NotFoundError(`${key} cannot be downloaded from memory`);
    },
  };
}
