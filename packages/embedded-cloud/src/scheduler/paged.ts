import type { JsonObject } from '#src/cloud/json-protocol';
import { pageAfter } from '#src/cloud/paging';
import { optionalNumber, optionalText } from '#src/cloud/read-members';
import { AwsError } from '#src/cloud/service';

/** API Reference, ListSchedules: MaxResults. */
const MAX_PAGE = 100;

/** A page by MaxResults and NextToken, in the order of the keys. @throws AwsError `ValidationException` */
export function paged<T>(input: JsonObject, all: readonly T[], keyOf: (item: T) => string) {
  const { items, next } = pageAfter(
    all.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    keyOf,
    optionalNumber(input, 'MaxResults', 1, MAX_PAGE) ?? MAX_PAGE,
    optionalText(input, 'NextToken'),
    () => new AwsError('ValidationException', 'NextToken is not one that a page of this list gave.'),
  );
  return { items, ...(next !== undefined && { NextToken: next }) };
}
