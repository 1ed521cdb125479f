/**
 * Texts of files and requests in messages. A text in the place of a name may be a value: a row instead of a header, an unclosed
 * quote, a JSON object keyed by e-mail addresses, a file named after a person. No rule tells the two apart, so such a text is never
 * shown: a message gives its position, and names only what the pipeline's file names.
 */

/** A text cut to a number of characters, with control characters replaced by blanks. */
export function bounded(text: string, characters: number): string {
  const plain = (text.length > characters * 2 ? text.slice(0, characters * 2) : text).replace(/\p{Cc}+/gu, ' ');
  return plain.length > characters ? `${plain.slice(0, characters - 1)}…` : plain;
}

/** Keys under which an event holds raw rows. */
const rowsOf = new Set(['rows', 'row']);

/** The path of a problem in an event. The keys of a raw row are texts of a request, so they are not shown. */
export function shownPath(path: readonly PropertyKey[]): string {
  const shown: string[] = [];
  for (const key of path) {
    shown.push(
      shown.some((part) => rowsOf.has(part)) && typeof key !== 'number' ? '(a key that is not shown)' : String(key),
    );
  }
  return shown.join('.');
}

/** A shortened list: the first items joined by commas or another separator, and the number of the others. */
export function shownList(items: readonly string[], most = 5, separator = ', '): string {
  const more = items.length - most;
  return `${items.slice(0, most).join(separator)}${more > 0 ? ` and ${more.toLocaleString('en-US')} more` : ''}`;
}

/** The same as lines of a list. */
export const bulletList = (items: readonly string[], most: number): string[] => [
  ...items.slice(0, most).map((item) => `- ${item}`),
  ...(items.length > most ? [`and ${(items.length - most).toLocaleString('en-US')} more`] : []),
];
