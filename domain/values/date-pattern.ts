/** Patterns of dates as `strptime` of C and Python has them, in the part that this file names. */

interface Directive {
  readonly means: string;
  /** A regular expression of what it reads: DuckDB's own reader takes a year of two digits for `%Y`. */
  readonly reads: string;
}

const directives: Readonly<Record<string, Directive>> = {
  '%Y': { means: 'year, four digits', reads: '[0-9]{4}' },
  '%y': { means: 'year, two digits (needs `pivot`)', reads: '[0-9]{2}' },
  '%m': { means: 'month, 1 to 12', reads: '[0-9]{1,2}' },
  '%b': { means: 'month, `Jan`', reads: '[A-Za-z]{3}' },
  '%B': { means: 'month, `January`', reads: '[A-Za-z]+' },
  '%d': { means: 'day, 1 to 31', reads: '[0-9]{1,2}' },
  '%a': { means: 'day of the week, `Mon` (not compared with the date)', reads: '[A-Za-z]{3}' },
  '%A': { means: 'day of the week, `Monday` (not compared with the date)', reads: '[A-Za-z]+' },
  '%H': { means: 'hour, 0 to 23', reads: '[0-9]{1,2}' },
  '%I': { means: 'hour, 1 to 12 (needs `%p`)', reads: '[0-9]{1,2}' },
  '%M': { means: 'minute', reads: '[0-9]{2}' },
  '%S': { means: 'second', reads: '[0-9]{2}' },
  '%f': { means: 'fraction of a second, up to six digits', reads: '[0-9]{1,6}' },
  '%p': { means: '`AM` or `PM`', reads: '[AaPp][Mm]' },
  '%z': { means: 'offset from UTC, `+02:00`, `+0200`, `+02` or `Z`', reads: '(?:Z|[-+][0-9]{2}(?::?[0-9]{2})?)' },
};

/** What each directive means, for the reference. */
export const directiveMeanings: readonly string[] = Object.entries(directives).map(
  ([directive, { means }]) => `\`${directive}\` ${means}`,
);

const parts = (pattern: string): string[] => pattern.match(/%.?|[^%]/gsu) ?? [];

/** Whether a pattern has a directive. */
export const hasDirective = (pattern: string, directive: string): boolean => parts(pattern).includes(directive);

/** What is wrong with a pattern; undefined when nothing is. */
export function patternProblem(pattern: string): string | undefined {
  const found = parts(pattern).filter((part) => part.startsWith('%'));
  const unknown = found.find((part) => !Object.hasOwn(directives, part));
  if (unknown !== undefined) return `"${unknown}" is not known; known are ${Object.keys(directives).join(', ')}`;
  const twice = found.find((part, i) => found.indexOf(part) !== i);
  if (twice !== undefined) return `"${twice}" occurs twice`;
  if (!found.includes('%Y') && !found.includes('%y')) return 'a pattern needs a year: %Y, or %y with a pivot';
  if (found.includes('%Y') && found.includes('%y')) return 'a pattern has one year: %Y or %y';
  if (found.includes('%I') !== found.includes('%p')) return '%I and %p go together';
  if (found.includes('%d') && !found.some((part) => ['%m', '%b', '%B'].includes(part)))
    return 'a pattern with a day needs a month: %m, %b or %B';
  return undefined;
}

/** A regular expression of the texts that a pattern reads. A blank in it stands for any one blank. */
export const patternRegex = (pattern: string): string =>
  parts(pattern)
    .map((part) => directives[part]?.reads ?? (part === ' ' ? ' ' : `\\x{${part.codePointAt(0)?.toString(16)}}`))
    .join('');
