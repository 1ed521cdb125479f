import { isJsonObject, type JsonObject, optionalString } from '../cloud/json-protocol.ts';
import { pageAfter } from '../cloud/paging.ts';
import { AwsError } from '../cloud/service.ts';
import type { Secret } from './store.ts';

/** API Reference, ListSecrets and ListSecretVersionIds: MaxResults. */
const MAX_PAGE = 100;

const invalid = (message: string): AwsError => new AwsError('InvalidParameterException', message);

/** A page of a list, by MaxResults and NextToken. @throws AwsError `InvalidNextTokenException`, `InvalidParameterException` */
export function page<T>(
  input: JsonObject,
  all: readonly T[],
  keyOf: (item: T) => string,
): { readonly items: readonly T[]; readonly NextToken?: string } {
  const limit = input['MaxResults'] ?? MAX_PAGE;
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE)
    throw invalid(`MaxResults must be between 1 and ${MAX_PAGE}.`);
  const invalidToken = () => new AwsError('InvalidNextTokenException', 'Invalid NextToken');
  const { items, next } = pageAfter(all, keyOf, limit, optionalString(input, 'NextToken'), invalidToken);
  return { items, ...(next !== undefined && { NextToken: next }) };
}

/** What a filter looks at, by its key (API Reference, Filter). */
const TEXTS: Readonly<Record<string, (secret: Secret) => readonly string[]>> = {
  description: ({ description }) => [description],
  name: ({ name }) => [name],
  'tag-key': ({ tags }) => tags.map(({ Key }) => Key),
  'tag-value': ({ tags }) => tags.map(({ Value }) => Value),
};

/** Values match by their beginning, descriptions in any case; `!` excludes. */
function matcher(filter: JsonObject): (secret: Secret) => boolean {
  const key = optionalString(filter, 'Key') ?? '';
  const texts = Object.hasOwn(TEXTS, key) ? TEXTS[key] : undefined;
  if (!texts) throw invalid(`The embedded cloud filters secrets by ${Object.keys(TEXTS).join(', ')}, not by "${key}".`);
  const fold = (text: string): string => (key === 'description' ? text.toLowerCase() : text);
  const values = (Array.isArray(filter['Values']) ? filter['Values'] : []).map(String);
  return (secret) =>
    values.some((value) => {
      const wanted = fold(value.replace(/^!/, ''));
      return texts(secret).some((text) => fold(text).startsWith(wanted)) !== value.startsWith('!');
    });
}

const ORDERS: Readonly<Record<string, (secret: Secret) => number | string>> = {
  'created-date': ({ createdAt }) => createdAt,
  'last-changed-date': ({ changedAt }) => changedAt,
  name: ({ name }) => name,
};

/** The secrets that ListSecrets shows, in the order it asks for. @throws AwsError `InvalidParameterException` */
export function listedSecrets(input: JsonObject, all: readonly Secret[]): Secret[] {
  const filters = (Array.isArray(input['Filters']) ? input['Filters'] : []).filter(isJsonObject).map(matcher);
  const by = optionalString(input, 'SortBy') ?? 'created-date';
  const order = Object.hasOwn(ORDERS, by) ? ORDERS[by] : undefined;
  if (!order) throw invalid(`The embedded cloud sorts secrets by ${Object.keys(ORDERS).join(', ')}, not by ${by}.`);
  const sign = (optionalString(input, 'SortOrder') ?? 'desc') === 'asc' ? 1 : -1;
  const compare = (a: Secret, b: Secret): number => {
    const [first, second] = [order(a), order(b)];
    return first === second ? (a.name < b.name ? -1 : 1) : sign * (first < second ? -1 : 1);
  };
  return all
    .filter(({ deletedAt }) => deletedAt === undefined || input['IncludePlannedDeletion'] === true)
    .filter((secret) => filters.every((matches) => matches(secret)))
    .toSorted(compare);
}
