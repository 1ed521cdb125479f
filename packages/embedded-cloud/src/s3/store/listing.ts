import type { Database } from './database.ts';
import { type Cursor, type Page, type PageRequest, readPage } from './paging.ts';
import { type ObjectVersion, toVersion } from './versions.ts';

/** Current objects of a bucket in key order; delete markers are left out. */
export const listObjects = (database: Database, bucket: string, request: PageRequest): Page<ObjectVersion> => {
  const listed = 'SELECT * FROM versions WHERE bucket = ? AND latest = 1 AND delete_marker = 0 AND';
  const fetch = ({ key, inclusive }: Cursor, limit: number) =>
    database.all(`${listed} key ${inclusive ? '>=' : '>'} ? ORDER BY key LIMIT ?`, bucket, key, limit).map(toVersion);
  return readPage(request, fetch, ({ key }) => ({ key, inclusive: false }));
};

/**
 * All versions and delete markers of a bucket, by key, newest first within a key.
 * A cursor's `after` is the sequence of the last version listed.
 */
export const listVersions = (database: Database, bucket: string, request: PageRequest): Page<ObjectVersion> => {
  const order = 'ORDER BY key, sequence DESC LIMIT ?';
  const fetch = ({ key, inclusive, after }: Cursor, limit: number) => {
    const rows =
      after === undefined
        ? database.all(
            `SELECT * FROM versions WHERE bucket = ? AND key ${inclusive ? '>=' : '>'} ? ${order}`,
            bucket,
            key,
            limit,
          )
        : database.all(
            `SELECT * FROM versions WHERE bucket = ? AND key >= ? AND NOT (key = ? AND sequence >= ?) ${order}`,
            bucket,
            key,
            key,
            after,
            limit,
          );
    return rows.map(toVersion);
  };
  return readPage(request, fetch, ({ key, sequence }) => ({ key, inclusive: true, after: sequence }));
};
