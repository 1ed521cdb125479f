import { createHash } from 'node:crypto';
import * as z from 'zod';

/** An item of the endpoint-tests table, as the table holds it. */
type Item = Readonly<Record<string, unknown>>;

/** Sort keys of a test's versions start with this. An id may be any text that somebody wrote in the console. */
export const versionPrefix = (id: string): string => `version#${encodeURIComponent(id)}#`;
/** Sort key of one version. Numbers are padded so that they sort as numbers. */
export const versionKey = (id: string, version: number): string =>
  `${versionPrefix(id)}${String(version).padStart(8, '0')}`;

/** A version of a test: what was written, when, and by whom if known. Versions are never changed. */
export const testVersionSchema = z.object({
  id: z.string(),
  version: z.int().min(1),
  digest: z.string().min(1),
  at: z.iso.datetime({ offset: true }),
  by: z.string().optional(),
  comment: z.string().optional(),
  /** This version deletes the test, and holds none. */
  deleted: z.literal(true).optional(),
  test: z.record(z.string(), z.unknown()).optional(),
});
export type TestVersion = z.output<typeof testVersionSchema>;

/** JSON with the keys of every object in order, so that equal contents have equal texts. DynamoDB's sets are lists here. */
function orderedJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof Set) return [...part].toSorted();
    if (part === null || typeof part !== 'object' || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** What somebody wrote of a test: the item without its keys and without what Tidegate keeps with it. */
export function contentOf({ pk: _pk, sk: _sk, id: _id, version: _version, digest: _digest, ...content }: Item): Item {
  return content;
}

/**
 * A digest of a test's content. It is kept with the test, so an item that was edited in the console differs from its digest. The
 * endpoint and the id are a part of it: a copy of an item under another key has no version yet.
 */
export const testDigest = (endpointName: string, id: string, content: Item): string =>
  createHash('sha256')
    .update(orderedJson([endpointName, id, content]))
    .digest('hex')
    .slice(0, 32);

/** The version of a test as it stands in the table, or undefined when nobody kept this content. */
export function keptVersionOf(endpointName: string, id: string, item: Item): number | undefined {
  const { version, digest } = item;
  if (typeof version !== 'number' || digest !== testDigest(endpointName, id, contentOf(item))) return undefined;
  return version;
}
