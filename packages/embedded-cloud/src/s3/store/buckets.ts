import type { XmlNode } from '../wire/xml.ts';
import type { Catalog } from './catalog.ts';
import { integerOf, textOf } from './database.ts';

export interface Bucket {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
}

/** What may be configured on a bucket. Each is stored as the content of its XML document; the policy as its JSON text. */
export type BucketDocument =
  | 'versioning'
  | 'encryption'
  | 'policy'
  | 'publicAccessBlock'
  | 'lifecycle'
  | 'notification'
  | 'tagging'
  | 'ownershipControls'
  | 'logging'
  | 'cors';

/** Buckets and their configuration. */
export class BucketTable {
  readonly #catalog: Catalog;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  get(name: string): Bucket | undefined {
    const row = this.#catalog.database.get('SELECT name, created FROM buckets WHERE name = ?', name);
    return row && { name, created: integerOf(row, 'created') };
  }

  /** In order of name. */
  all(): Bucket[] {
    const rows = this.#catalog.database.all('SELECT name, created FROM buckets ORDER BY name');
    return rows.map((row) => ({ name: textOf(row, 'name'), created: integerOf(row, 'created') }));
  }

  create(name: string, created: number): void {
    this.#catalog.database.run('INSERT INTO buckets VALUES (?, ?)', name, created);
  }

  /** Whether there is an object or a delete marker in it. */
  holdsVersions(name: string): boolean {
    return this.#catalog.database.get('SELECT 1 FROM versions WHERE bucket = ? LIMIT 1', name) !== undefined;
  }

  /** Removes a bucket and its configuration. */
  remove(name: string): void {
    const { database } = this.#catalog;
    database.transaction(() => {
      database.run('DELETE FROM bucket_documents WHERE bucket = ?', name);
      database.run('DELETE FROM buckets WHERE name = ?', name);
    });
  }

  document(bucket: string, kind: BucketDocument): XmlNode | undefined {
    const sql = 'SELECT document FROM bucket_documents WHERE bucket = ? AND kind = ?';
    const row = this.#catalog.database.get(sql, bucket, kind);
    return row && (JSON.parse(textOf(row, 'document')) as XmlNode);
  }

  /** @param document undefined removes it. */
  setDocument(bucket: string, kind: BucketDocument, document: XmlNode | undefined): void {
    const { database } = this.#catalog;
    if (document === undefined) {
      database.run('DELETE FROM bucket_documents WHERE bucket = ? AND kind = ?', bucket, kind);
    } else {
      database.run('INSERT OR REPLACE INTO bucket_documents VALUES (?, ?, ?)', bucket, kind, JSON.stringify(document));
    }
  }
}
