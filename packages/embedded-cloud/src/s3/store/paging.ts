/** Where a listing continues: after a key, or inside the entries of one key below a tie-breaker. */
export interface Cursor {
  readonly key: string;
  /** Whether entries of the key itself belong to the page, from `after` on if that is given. */
  readonly inclusive: boolean;
  readonly after?: string | number;
}

export interface PageRequest {
  readonly prefix: string;
  /** Undefined lists every key by itself. */
  readonly delimiter: string | undefined;
  /** Most entries and common prefixes together. */
  readonly limit: number;
  readonly start: Cursor | undefined;
  /** Whether a start inside a common prefix continues behind the prefix, as markers do; a `start-after` does not. */
  readonly skipsPrefix?: boolean;
}

/** One line of a listing: an entry, or the common prefix of many. */
export type Line<T> = { readonly entry: T } | { readonly commonPrefix: string };

export interface Page<T> {
  readonly lines: readonly Line<T>[];
  /** Whether more lines follow. */
  readonly truncated: boolean;
}

/** Sorts behind every string that starts with the prefix and has no such character next. */
const behind = (prefix: string): string => `${prefix}\u{10ffff}`;

const batchSize = 1000;

/** The common prefix a key is rolled up into; undefined when it is not rolled up. */
export const commonPrefixOf = (key: string, prefix: string, delimiter: string | undefined): string | undefined => {
  if (!delimiter || !key.startsWith(prefix)) return undefined;
  const end = key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
};

/**
 * Rolls an ordered run of entries up into one page as S3's listings do. A start at a common prefix continues behind
 * everything below it.
 * @param fetch answers up to `limit` entries from the cursor on, keys in the order of their UTF-8 bytes.
 * @param cursorAfter the cursor that follows an entry.
 */
export const readPage = <T extends { readonly key: string }>(
  { prefix, delimiter, limit, start, skipsPrefix = false }: PageRequest,
  fetch: (cursor: Cursor, limit: number) => readonly T[],
  cursorAfter: (entry: T) => Cursor,
): Page<T> => {
  const lines: Line<T>[] = [];
  const around = start && commonPrefixOf(start.key, prefix, delimiter);
  let rolledUp = skipsPrefix || around === start?.key ? around : undefined;
  let cursor: Cursor =
    start && Buffer.compare(Buffer.from(start.key), Buffer.from(prefix)) >= 0
      ? start
      : { key: prefix, inclusive: true };
  if (rolledUp !== undefined) cursor = { key: behind(rolledUp), inclusive: false };
  for (;;) {
    const batch = fetch(cursor, Math.min(limit + 1, batchSize));
    for (const entry of batch) {
      if (!entry.key.startsWith(prefix)) return { lines, truncated: false };
      if (rolledUp !== undefined && entry.key.startsWith(rolledUp)) continue;
      if (lines.length >= limit) return { lines, truncated: true };
      rolledUp = commonPrefixOf(entry.key, prefix, delimiter);
      lines.push(rolledUp === undefined ? { entry } : { commonPrefix: rolledUp });
    }
    const last = batch.at(-1);
    if (last === undefined) return { lines, truncated: false };
    const inside = rolledUp !== undefined && last.key.startsWith(rolledUp);
    cursor = inside && rolledUp !== undefined ? { key: behind(rolledUp), inclusive: false } : cursorAfter(last);
  }
};
