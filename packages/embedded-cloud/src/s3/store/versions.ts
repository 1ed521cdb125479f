import { randomBytes } from 'node:crypto';
import type { Row } from '#src/cloud/sqlite';
import type { Checksum } from '../checksums/algorithms.ts';
import type { Encryption } from '../encryption.ts';
import type { Extent } from './blobs.ts';
import type { Catalog, Change } from './catalog.ts';
import { integerOf, textOf } from './database.ts';

/** `off` until versioning is first enabled on a bucket. */
export type Versioning = 'off' | 'enabled' | 'suspended';

export type Tags = Readonly<Record<string, string>>;

/** What is stored beside an object's bytes. */
export interface ObjectRecord {
  /** Standard headers to answer reads with: content-type, cache-control, content-disposition … */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata, `x-amz-meta-` cut off. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly encryption: Encryption;
  readonly storageClass: string;
  readonly checksum: Checksum;
  /** Of a multipart object: its parts in order. */
  readonly parts?: readonly { readonly number: number; readonly size: number; readonly checksum: Checksum }[];
  /** Of a multipart object: the upload that made it, so that completing it twice answers the same. */
  readonly uploadId?: string;
}

export interface ObjectVersion {
  /** Position in the order of all writes and deletions. */
  readonly sequence: number;
  readonly bucket: string;
  readonly key: string;
  /** `null` for versions written while versioning was not enabled. */
  readonly versionId: string;
  readonly latest: boolean;
  readonly deleteMarker: boolean;
  /** Absent in delete markers. */
  readonly content: number | undefined;
  /** Bytes. */
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
  readonly record: ObjectRecord;
  readonly tags: Tags;
}

export interface NewVersion {
  readonly bucket: string;
  readonly key: string;
  readonly extents: readonly Extent[];
  readonly size: number;
  readonly etag: string;
  readonly modified: number;
  readonly record: ObjectRecord;
  readonly tags: Tags;
}

export interface Deletion {
  /** The deleted version, or the new delete marker; undefined when there was nothing to delete. */
  readonly version: ObjectVersion | undefined;
  readonly created: boolean;
  readonly sequence: number;
}

/** A record of a delete marker: it has neither bytes nor headers. */
const markerRecord: ObjectRecord = {
  headers: {},
  metadata: {},
  encryption: { algorithm: 'AES256' },
  storageClass: 'STANDARD',
  checksum: { algorithm: 'CRC64NVME', type: 'FULL_OBJECT', value: 'AAAAAAAAAAA=' },
};

/** One version as a row of the catalogue. */
export const toVersion = (row: Row): ObjectVersion => ({
  sequence: integerOf(row, 'sequence'),
  bucket: textOf(row, 'bucket'),
  key: textOf(row, 'key'),
  versionId: textOf(row, 'version_id'),
  latest: integerOf(row, 'latest') === 1,
  deleteMarker: integerOf(row, 'delete_marker') === 1,
  content: row['content'] === null ? undefined : integerOf(row, 'content'),
  size: integerOf(row, 'size'),
  etag: textOf(row, 'etag'),
  modified: integerOf(row, 'modified'),
  record: JSON.parse(textOf(row, 'record')) as ObjectRecord,
  tags: JSON.parse(textOf(row, 'tags')) as Tags,
});

/** The versions of all objects. What changes something takes the running change of the catalogue. */
export class VersionTable {
  readonly #catalog: Catalog;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** The newest version of a key, be it a delete marker. */
  latest(bucket: string, key: string): ObjectVersion | undefined {
    const sql = 'SELECT * FROM versions WHERE bucket = ? AND key = ? AND latest = 1';
    const row = this.#catalog.database.get(sql, bucket, key);
    return row && toVersion(row);
  }

  find(bucket: string, key: string, versionId: string): ObjectVersion | undefined {
    const sql = 'SELECT * FROM versions WHERE bucket = ? AND key = ? AND version_id = ?';
    const row = this.#catalog.database.get(sql, bucket, key, versionId);
    return row && toVersion(row);
  }

  /** All versions of a key, newest first. */
  all(bucket: string, key: string): ObjectVersion[] {
    const sql = 'SELECT * FROM versions WHERE bucket = ? AND key = ? ORDER BY sequence DESC';
    return this.#catalog.database.all(sql, bucket, key).map(toVersion);
  }

  /** Puts a version on top; without versioning, or with versioning suspended, it takes the place of the `null` one. */
  put(change: Change, versioning: Versioning, version: NewVersion): ObjectVersion {
    return this.#insert(change, versioning, {
      ...version,
      content: change.addContent(version.extents),
      deleteMarker: false,
    });
  }

  /** Deletes a key: for good without versioning, else by a delete marker on top. */
  delete(change: Change, versioning: Versioning, bucket: string, key: string, now: number): Deletion {
    if (versioning === 'off') return this.deleteVersion(change, bucket, key, 'null');
    const version = this.#insert(change, versioning, {
      bucket,
      key,
      content: undefined,
      deleteMarker: true,
      size: 0,
      etag: '',
      modified: now,
      record: markerRecord,
      tags: {},
    });
    return { version, created: true, sequence: version.sequence };
  }

  /** Deletes one version for good; the newest of those left becomes the latest. */
  deleteVersion(change: Change, bucket: string, key: string, versionId: string): Deletion {
    const version = this.find(bucket, key, versionId);
    if (version) {
      this.#remove(change, version);
      this.#catalog.database.run(
        `UPDATE versions SET latest = 1 WHERE sequence =
          (SELECT max(sequence) FROM versions WHERE bucket = ? AND key = ?)`,
        bucket,
        key,
      );
    }
    return { version, created: false, sequence: change.nextSequence() };
  }

  setTags(version: ObjectVersion, tags: Tags): void {
    this.#catalog.database.run(
      'UPDATE versions SET tags = ? WHERE sequence = ?',
      JSON.stringify(tags),
      version.sequence,
    );
  }

  #remove(change: Change, version: ObjectVersion): void {
    if (version.content !== undefined) change.releaseContent(version.content);
    this.#catalog.database.run('DELETE FROM versions WHERE sequence = ?', version.sequence);
  }

  #insert(
    change: Change,
    versioning: Versioning,
    version: Omit<NewVersion, 'extents'> & { readonly content: number | undefined; readonly deleteMarker: boolean },
  ): ObjectVersion {
    const { bucket, key, content, deleteMarker, size, etag, modified, record, tags } = version;
    const versionId = versioning === 'enabled' ? randomBytes(24).toString('base64url') : 'null';
    const replaced = this.find(bucket, key, versionId);
    if (replaced) this.#remove(change, replaced);
    this.#catalog.database.run(
      'UPDATE versions SET latest = 0 WHERE bucket = ? AND key = ? AND latest = 1',
      bucket,
      key,
    );
    const sequence = change.nextSequence();
    this.#catalog.database.run(
      'INSERT INTO versions VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)',
      sequence,
      bucket,
      key,
      versionId,
      deleteMarker ? 1 : 0,
      content ?? null,
      size,
      etag,
      modified,
      JSON.stringify(record),
      JSON.stringify(tags),
    );
    return {
      sequence,
      bucket,
      key,
      versionId,
      latest: true,
      deleteMarker,
      content,
      size,
      etag,
      modified,
      record,
      tags,
    };
  }
}
