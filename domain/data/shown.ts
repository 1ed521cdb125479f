/**
 * File texts in messages. A text in the place of a name may be a value: a row instead of a header, an unclosed quote, a JSON
 * object keyed by e-mail addresses. So a name is shown only when it is very unlikely to be a value, and it is shortened.
 */

const longestName = 40;
const mostDigits = 4;

/** A text cut to a number of characters, with control characters replaced by blanks. */
export function bounded(text: string, characters: number): string {
  const plain = (text.length > characters * 2 ? text.slice(0, characters * 2) : text).replace(/\p{Cc}+/gu, ' ');
  return plain.length > characters ? `${plain.slice(0, characters - 1)}…` : plain;
}

/**
 * Whether a text in the place of a column's name may be shown: short, letters first, then letters, digits, blanks,
 * `_` and `-`. An e-mail address, a number, a date, an identifier with many digits, or the name of a person may not.
 */
export function looksLikeName(name: string): boolean {
  if (!/^[\p{L}_][\p{L}\p{M}\p{N}_ -]*$/u.test(name) || name.length > longestName) return false;
  const digits = name.match(/\p{N}/gu)?.length ?? 0;
  if (digits > mostDigits || (name.length > mostDigits && digits * 2 > name.length)) return false;
  return !/^\p{Lu}[\p{L}-]+( \p{Lu}[\p{L}-]*)+$/u.test(name);
}

/** A shortened list: the first items joined by commas, and the number of the others. */
export function shownList(items: readonly string[], most = 5): string {
  const more = items.length - most;
  return `${items.slice(0, most).join(', ')}${more > 0 ? ` and ${more.toLocaleString('en-US')} more` : ''}`;
}
