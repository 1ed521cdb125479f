import { invalid } from '#src/sagemaker/names';
import type { Kept } from '#src/sagemaker/store';

/** The members that all List… requests share; times in seconds. */
export interface Listing {
  readonly NextToken?: string;
  readonly MaxResults?: number;
  readonly NameContains?: string;
  readonly CreationTimeAfter?: number;
  readonly CreationTimeBefore?: number;
  readonly LastModifiedTimeAfter?: number;
  readonly LastModifiedTimeBefore?: number;
  readonly StatusEquals?: string;
  readonly SortBy?: string;
  readonly SortOrder?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly NextToken?: string;
}

const DEFAULT_RESULTS = 10;

const within = (ms: number, after: number | undefined, before: number | undefined): boolean =>
  (after === undefined || ms > after * 1000) && (before === undefined || ms < before * 1000);

const sortKey = (thing: Kept, by: string): string | number => {
  if (by === 'Name') return thing.name;
  return by === 'Status' ? thing.status : thing.created;
};

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Filters, sorts and pages: 10 a page, and by default the newest first; lists that AWS orders otherwise say so themselves (API
 * Reference, `SortBy` and `SortOrder` of each).
 * @throws AwsError ValidationException for a token this service did not give.
 */
export const page = <T extends Kept>(things: readonly T[], listing: Listing): Page<T> => {
  const by = listing.SortBy ?? 'CreationTime';
  const sign = (listing.SortOrder ?? 'Descending') === 'Ascending' ? 1 : -1;
  const found = things
    .filter((thing) => listing.NameContains === undefined || thing.name.includes(listing.NameContains))
    .filter((thing) => listing.StatusEquals === undefined || thing.status === listing.StatusEquals)
    .filter((thing) => within(thing.created, listing.CreationTimeAfter, listing.CreationTimeBefore))
    .filter((thing) => within(thing.modified, listing.LastModifiedTimeAfter, listing.LastModifiedTimeBefore))
    // The name decides between equals, so that pages neither repeat nor leave out.
    .toSorted((a, b) => sign * (compare(sortKey(a, by), sortKey(b, by)) || compare(a.name, b.name)));

  const start = readToken(listing.NextToken);
  const end = start + (listing.MaxResults ?? DEFAULT_RESULTS);
  const items = found.slice(start, end);
  return end < found.length ? { items, NextToken: writeToken(end) } : { items };
};

const writeToken = (offset: number): string => Buffer.from(`offset:${offset}`).toString('base64url');

const readToken = (token: string | undefined): number => {
  if (token === undefined || token === '') return 0;
  const offset = /^offset:(\d+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (offset === undefined) throw invalid('Invalid pagination token.');
  return Number(offset);
};
