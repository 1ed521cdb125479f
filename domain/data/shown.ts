/**
 * Texts of a file in messages. What stands where a name belongs may be a value: a header that is a row, a quote that never
 * closes, a JSON object keyed by e-mail addresses. So a name is shown only when it can hardly be one, and never at length.
 */

const longestName = 40;
const mostDigits = 4;

/** A text cut to a number of characters, its control characters made blanks. */
export function bounded(text: string, characters: number): string {
  const plain = (text.length > characters * 2 ? text.slice(0, characters * 2) : text).replace(/\p{Cc}+/gu, ' ');
  return plain.length > characters ? `${plain.slice(0, characters - 1)}…` : plain;
}

/**
 * Whether a text that stands where a column's name belongs may be shown: short, letters first, then letters, digits, blanks,
 * `_` and `-`. An e-mail address, a number, a date, an identifier with many digits, or the name of a person may not.
 */
export function looksLikeName(name: string): boolean {
  if (!/^[\p{L}_][\p{L}\p{M}\p{N}_ -]*$/u.test(name) || name.length > longestName) return false;
  const digits = name.match(/\p{N}/gu)?.length ?? 0;
  if (digits > mostDigits || (name.length > mostDigits && digits * 2 > name.length)) return false;
  return !/^\p{Lu}[\p{L}-]+( \p{Lu}[\p{L}-]*)+$/u.test(name);
}

/** A few of many: the first ones joined by commas, and how many more there are. */
export function shownList(items: readonly string[], most = 5): string {
  const more = items.length - most;
  return `${items.slice(0, most).join(', ')}${more > 0 ? ` and ${more.toLocaleString('en-US')} more` : ''}`;
}
