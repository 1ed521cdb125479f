import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BlobStore, type Extent } from './blobs.ts';
import { Database, integerOf, textOf } from './database.ts';

/** What a transaction may do to contents. */
export interface Change {
  /** Makes a content of extents; its owner is the version or part that names it. */
  addContent(extents: readonly Extent[]): number;
  /** Releases a content; blobs without another user are removed once the change is committed. */
  releaseContent(content: number): void;
  /** The next number in the order of all writes and deletions. */
  nextSequence(): number;
}

/** Catalogue and blobs together: the only way to change either. */
export class Catalog {
  readonly database: Database;
  readonly blobs: BlobStore;

  private constructor(database: Database, blobs: BlobStore) {
    this.database = database;
    this.blobs = blobs;
  }

  /**
   * Opens the store, creating it when missing, and removes blobs that were written but never committed.
   * @param directory belongs to this store alone.
   */
  static async open(directory: string): Promise<Catalog> {
    mkdirSync(directory, { recursive: true });
    const catalog = new Catalog(
      new Database(join(directory, 'catalog.sqlite')),
      new BlobStore(join(directory, 'objects')),
    );
    await catalog.blobs.sweep((id) => catalog.#isUsed(id));
    return catalog;
  }

  #isUsed(blob: string): boolean {
    return this.database.get('SELECT 1 FROM extents WHERE blob = ? LIMIT 1', blob) !== undefined;
  }

  /** Runs one atomic change, then removes the blobs it left without an owner. */
  async change<T>(work: (change: Change) => T): Promise<T> {
    const released: string[] = [];
    const change: Change = {
      addContent: (extents) => this.#addContent(extents),
      releaseContent: (content) => {
        for (const { blob } of this.extentsOf(content) ?? []) released.push(blob);
        this.database.run('DELETE FROM contents WHERE id = ?', content);
        this.database.run('DELETE FROM extents WHERE content = ?', content);
      },
      nextSequence: () => {
        const row = this.database.get('UPDATE sequencer SET value = value + 1 RETURNING value');
        if (!row) throw new Error('the S3 catalogue lost its sequencer: remove the state directory and start anew');
        return integerOf(row, 'value');
      },
    };
    const { result, unused } = this.database.transaction(() => {
      const result = work(change);
      return { result, unused: [...new Set(released)].filter((blob) => !this.#isUsed(blob)) };
    });
    await this.blobs.discard(unused);
    return result;
  }

  #addContent(extents: readonly Extent[]): number {
    const size = extents.reduce((sum, { length }) => sum + length, 0);
    const row = this.database.get('INSERT INTO contents (size) VALUES (?) RETURNING id', size);
    if (!row) throw new Error('the S3 catalogue gave no id to a new content');
    const content = integerOf(row, 'id');
    for (const [position, { blob, start, length }] of extents.entries()) {
      this.database.run('INSERT INTO extents VALUES (?, ?, ?, ?, ?)', content, position, blob, start, length);
    }
    return content;
  }

  /** The extents of a content, in order; undefined once it was given up. */
  extentsOf(content: number): Extent[] | undefined {
    if (!this.database.get('SELECT 1 FROM contents WHERE id = ?', content)) return undefined;
    return this.database
      .all('SELECT blob, start, length FROM extents WHERE content = ? ORDER BY position', content)
      .map((row) => ({
        blob: textOf(row, 'blob'),
        start: integerOf(row, 'start'),
        length: integerOf(row, 'length'),
      }));
  }

  close(): void {
    this.database.close();
  }
}
