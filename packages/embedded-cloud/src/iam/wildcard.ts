/** Placeholders of literal `*` and `?`: written as `${*}`, or part of a variable's value. */
const LITERAL_STAR = '\uE02A';
const LITERAL_MARK = '\uE03F';

/** Makes a text match itself alone as part of a pattern. */
export const asLiteral = (text: string): string => text.replaceAll('*', LITERAL_STAR).replaceAll('?', LITERAL_MARK);

/** The text of a pattern without wildcards. */
export const literalText = (pattern: string): string =>
  pattern.replaceAll(LITERAL_STAR, '*').replaceAll(LITERAL_MARK, '?');

const isSame = (wanted: string | undefined, given: string | undefined): boolean =>
  wanted === given || (wanted === LITERAL_STAR && given === '*') || (wanted === LITERAL_MARK && given === '?');

/**
 * Whether `text` matches a policy pattern: `*` is any run of characters, `?` exactly one; letters count as given.
 * Works left to right and only ever goes back to the last star, so a pattern full of stars costs no more than the
 * product of both lengths (a regular expression would take exponential time on some).
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.length && (pattern[p] === '?' || isSame(pattern[p], text[t]))) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** The same without regard to case, as IAM compares action names. */
export const matchesAction = (pattern: string, action: string): boolean =>
  matchesWildcard(pattern.toLowerCase(), action.toLowerCase());

/**
 * Whether an ARN matches a pattern part by part: a wildcard in one of the first five colon-separated parts does not
 * reach into the next, as with `ArnLike`.
 */
export function matchesArn(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const wanted = splitArn(pattern);
  const given = splitArn(arn);
  if (!wanted || !given) return literalText(pattern) === arn;
  return wanted.every((part, index) => matchesWildcard(part, given[index] ?? ''));
}

function splitArn(arn: string): string[] | undefined {
  const parts = arn.split(':');
  return parts.length < 6 || parts[0] !== 'arn' ? undefined : [...parts.slice(0, 5), parts.slice(5).join(':')];
}
