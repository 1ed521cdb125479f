import type { AwsError } from './service.ts';

/** One page of a list, and the token of the next one. */
export interface ListPage<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

const PREFIX = 'after:';

/**
 * Cuts a page out of an ordered list. A token holds the key of the last item shown, so that what comes and goes between two
 * pages neither repeats nor hides others.
 * @param keyOf a text that no two items share
 * @param limit items at most
 * @param invalidToken the error for a token that no page gave
 */
export function pageAfter<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  limit: number,
  token: string | undefined,
  invalidToken: () => AwsError,
): ListPage<T> {
  const rest = token === undefined || token === '' ? all : following(all, keyOf, readToken(token, invalidToken));
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  if (last === undefined || items.length === rest.length) return { items };
  return { items, next: Buffer.from(PREFIX + keyOf(last)).toString('base64url') };
}

function readToken(token: string, invalidToken: () => AwsError): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith(PREFIX)) throw invalidToken();
  return text.slice(PREFIX.length);
}

/** What comes after a key; when its item is gone, what would have come after it in the order of the keys. */
function following<T>(all: readonly T[], keyOf: (item: T) => string, key: string): readonly T[] {
  const at = all.findIndex((item) => keyOf(item) === key);
  if (at >= 0) return all.slice(at + 1);
  const next = all.findIndex((item) => keyOf(item) > key);
  return next < 0 ? [] : all.slice(next);
}
