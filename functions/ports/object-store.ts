import type * as z from 'zod';

/** One object as a listing shows it. */
export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly lastModified: string;
}

/** The operations of one bucket that Tidegate uses. Keys are relative to the bucket. */
export interface ObjectStore {
  readonly bucket: string;
  uri(key: string): string;
  /** Every object below a prefix, in key order: all, or those whose keys come after the given one. */
  list(prefix: string, after?: string): Promise<ListedObject[]>;
  /** @throws NotFoundError when the object is missing. */
  readJson<S extends z.ZodType>(key: string, schema: S): Promise<z.output<S>>;
  readText(key: string): Promise<string>;
  writeJson(key: string, value: unknown): Promise<void>;
  writeText(key: string, text: string, contentType: string): Promise<void>;
  /** Streams an object (a given version, if any) to a file. @throws DropVanishedError when it is missing. */
  download(key: string, file: string, versionId?: string): Promise<void>;
}

/** A bucket for files of any size. */
export interface FileStore extends ObjectStore {
  /** Streams a file to an object, in parts when it is large. */
  upload(file: string, key: string, contentType: string): Promise<void>;
}
