/** A tag as AWS writes it in most APIs. */
interface Tag {
  readonly Key: string;
  readonly Value: string;
}

const isTag = (value: unknown): value is Tag =>
  typeof value === 'object' && value !== null && 'Key' in value && 'Value' in value;

/** Tags as a template or a request has them; anything else is none. */
export const readTags = (value: unknown): readonly Tag[] => (Array.isArray(value) ? value.filter(isTag) : []);

/**
 * Condition keys of the tags a resource has: `aws:ResourceTag/<key>`, and under the service's own name where it has one
 * (`secretsmanager:ResourceTag/<key>`).
 */
export const resourceTagConditions = (tags: readonly Tag[], own?: string): Record<string, string> =>
  Object.fromEntries(
    tags.flatMap(({ Key, Value }) =>
      ['aws', ...(own === undefined ? [] : [own])].map((prefix) => [`${prefix}:ResourceTag/${Key}`, Value]),
    ),
  );

/** Condition keys of the tags a request brings: `aws:RequestTag/<key>` and `aws:TagKeys`. */
export const requestTagConditions = (tags: readonly Tag[]): Record<string, string | readonly string[]> =>
  tags.length === 0
    ? {}
    : {
        ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value])),
        'aws:TagKeys': tags.map(({ Key }) => Key),
      };
