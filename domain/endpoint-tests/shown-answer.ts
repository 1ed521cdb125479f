import { bounded } from '#domain/data/shown';
import type { Answer } from './answer.ts';

/** Most characters of an answer in a message. */
const longest = 200;
const hidden = '…';

/** Runs of letters, digits and the signs that join them in numbers, names and addresses. */
const word = /[\p{L}\p{M}\p{N}.@+_-]+/gu;
/** A request word from this length on is also hidden within a longer word. */
const telling = 4;

/** The words of a request that may tell a value: single characters do not. */
function requestWords(request: string): { readonly texts: ReadonlySet<string>; readonly numbers: ReadonlySet<number> } {
  const found = request.toLowerCase().match(word) ?? [];
  const parts = found.flatMap((text) => [text, ...text.split(/[.@+_-]+/)]).filter((text) => text.length > 1);
  const numbers = found.map(Number).filter((value) => Number.isFinite(value) && Math.abs(value) >= 10);
  return { texts: new Set(parts), numbers: new Set(numbers) };
}

/**
 * The endpoint's own answer for a message, in quotes: its scores or its error text, bounded. A container may repeat its request, so
 * every word of the answer that the request contains is hidden, numbers in any notation too.
 */
export function shownAnswer({ body }: Pick<Answer, 'body'>, request: string): string {
  if (body.trim() === '') return 'it answered nothing';
  const { texts, numbers } = requestWords(request);
  const long = [...texts].filter((text) => text.length >= telling);
  const repeats = (found: string): boolean => {
    const text = found.toLowerCase();
    const plain = text.replace(/^[.+_-]+|[.+_-]+$/g, '');
    return (
      texts.has(text) ||
      texts.has(plain) ||
      numbers.has(Number(plain)) ||
      plain.split(/[.@+_-]+/).some((part) => texts.has(part)) ||
      long.some((part) => text.includes(part))
    );
  };
  // cut generously first: a word at the end is hidden by its whole text, not by its start
  const start = bounded(body, 20 * longest).trim();
  const shown = start.replace(word, (found) => (repeats(found) ? hidden : found)).replace(/\s+/g, ' ');
  return `it answered "${bounded(shown, longest)}"`;
}
