import { randomBytes } from 'node:crypto';
import type { Row } from '#src/cloud/sqlite';
import type { Checksum, ChecksumAlgorithm } from '../checksums/algorithms.ts';
import type { Catalog, Change } from './catalog.ts';
import { integerOf, textOf } from './database.ts';
import { type Cursor, type Page, type PageRequest, readPage } from './paging.ts';
import type { ObjectRecord, Tags } from './versions.ts';

/** What CreateMultipartUpload fixes for the object to come. */
export interface UploadDraft extends Pick<ObjectRecord, 'headers' | 'metadata' | 'encryption' | 'storageClass'> {
  readonly tags: Tags;
  readonly algorithm: ChecksumAlgorithm;
  /** Whether the client chose the algorithm, and so must keep to it. */
  readonly chosen: boolean;
  readonly checksumType: Checksum['type'];
  /** Sequence of the version that the key had when the upload began. */
  readonly replaces?: number;
}

export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly initiated: number;
  readonly draft: UploadDraft;
}

export interface Part {
  /** 1 to 10,000. */
  readonly number: number;
  readonly content: number;
  readonly size: number;
  /** MD5 of the part in hexadecimal. */
  readonly etag: string;
  readonly checksum: Checksum;
  readonly modified: number;
}

const toUpload = (row: Row): Upload => ({
  id: textOf(row, 'id'),
  bucket: textOf(row, 'bucket'),
  key: textOf(row, 'key'),
  initiated: integerOf(row, 'initiated'),
  draft: JSON.parse(textOf(row, 'draft')) as UploadDraft,
});

const toPart = (row: Row): Part => ({
  number: integerOf(row, 'number'),
  content: integerOf(row, 'content'),
  size: integerOf(row, 'size'),
  etag: textOf(row, 'etag'),
  checksum: JSON.parse(textOf(row, 'checksum')) as Checksum,
  modified: integerOf(row, 'modified'),
});

/** Multipart uploads in progress and their parts. */
export class UploadTable {
  readonly #catalog: Catalog;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** Ids sort by the time of creation, as uploads of one key are listed. */
  create(bucket: string, key: string, initiated: number, draft: UploadDraft): Upload {
    const id = `${initiated.toString(36).padStart(9, '0')}${randomBytes(30).toString('base64url')}`;
    this.#catalog.database.run(
      'INSERT INTO uploads VALUES (?, ?, ?, ?, ?)',
      id,
      bucket,
      key,
      initiated,
      JSON.stringify(draft),
    );
    return { id, bucket, key, initiated, draft };
  }

  find(bucket: string, key: string, id: string): Upload | undefined {
    const sql = 'SELECT * FROM uploads WHERE id = ? AND bucket = ? AND key = ?';
    const row = this.#catalog.database.get(sql, id, bucket, key);
    return row && toUpload(row);
  }

  /** In order of number. */
  parts(id: string): Part[] {
    return this.#catalog.database.all('SELECT * FROM parts WHERE upload = ? ORDER BY number', id).map(toPart);
  }

  /** Adds a part, or puts it in the place of the one of that number. */
  putPart(change: Change, id: string, part: Part): void {
    const { database } = this.#catalog;
    const replaced = database.get('SELECT * FROM parts WHERE upload = ? AND number = ?', id, part.number);
    if (replaced) change.releaseContent(toPart(replaced).content);
    const { number, content, size, etag, checksum, modified } = part;
    const sql = 'INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?, ?)';
    database.run(sql, id, number, content, size, etag, JSON.stringify(checksum), modified);
  }

  /** Forgets an upload and gives up its parts. */
  remove(change: Change, id: string): void {
    for (const { content } of this.parts(id)) change.releaseContent(content);
    this.#catalog.database.run('DELETE FROM parts WHERE upload = ?', id);
    this.#catalog.database.run('DELETE FROM uploads WHERE id = ?', id);
  }

  /** Forgets every upload of a bucket. */
  removeAll(change: Change, bucket: string): void {
    for (const row of this.#catalog.database.all('SELECT id FROM uploads WHERE bucket = ?', bucket))
      this.remove(change, textOf(row, 'id'));
  }

  /** Uploads by key, oldest first within a key. A cursor's `after` is the id of the last upload listed. */
  list(bucket: string, request: PageRequest): Page<Upload> {
    const { database } = this.#catalog;
    const order = 'ORDER BY key, id LIMIT ?';
    const fetch = ({ key, inclusive, after }: Cursor, limit: number) => {
      const rows =
        after === undefined
          ? database.all(
              `SELECT * FROM uploads WHERE bucket = ? AND key ${inclusive ? '>=' : '>'} ? ${order}`,
              bucket,
              key,
              limit,
            )
          : database.all(
              `SELECT * FROM uploads WHERE bucket = ? AND key >= ? AND NOT (key = ? AND id <= ?) ${order}`,
              bucket,
              key,
              key,
              after,
              limit,
            );
      return rows.map(toUpload);
    };
    return readPage(request, fetch, ({ key, id }) => ({ key, inclusive: true, after: id }));
  }
}
