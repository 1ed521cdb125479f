/**
 * Service models write regular expressions in Java's dialect; this turns them into JavaScript's with the `u` and `s` flags,
 * matching the whole text as AWS's validation does.
 * @throws Error naming the pattern and the construct JavaScript has no like of
 */
export function compilePattern(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known) return known;
  const expression = new RegExp(`^(?:${translate(pattern)})$`, 'su');
  compiled.set(pattern, expression);
  return expression;
}

const compiled = new Map<string, RegExp>();

/** Java's POSIX classes (java.util.regex.Pattern, "POSIX character classes"), as what stands between brackets. */
const POSIX: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: '\\x00-\\x7F',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: '!-\\/:-@\\[-`\\{-~',
  Graph: '!-~',
  Print: ' -~',
  Blank: ' \\t',
  Cntrl: '\\x00-\\x1F\\x7F',
  XDigit: '0-9a-fA-F',
  Space: '\\s',
};
const POSIX_NAMES = Object.keys(POSIX).join('|');

/** What may be escaped under the `u` flag; between brackets, the hyphen too. */
const SYNTAX = '^$\\.*+?()[]{}|/';

function translate(pattern: string): string {
  let result = '';
  let inClass = false;
  for (let at = 0; at < pattern.length; at += 1) {
    const rest = pattern.slice(at);
    const char = pattern.charAt(at);
    const posix = new RegExp(`^\\\\p\\{(?:Is)?(${POSIX_NAMES})\\}`).exec(rest);
    if (posix) {
      const set = POSIX[posix[1] ?? ''] ?? '';
      result += inClass ? set : `[${set}]`;
      at += posix[0].length - 1;
    } else if (char === '\\') {
      result += translateEscape(pattern, pattern.charAt(at + 1), inClass);
      at += 1;
    } else if (inClass) {
      if (char === '[' || rest.startsWith('&&')) throw unsupported(pattern, 'a set within a set');
      if (char === ']' && !/(?:^|[^\\])\[\^?$/.test(pattern.slice(0, at))) inClass = false;
      result += char;
    } else if (char === '[') {
      inClass = true;
      result += char;
    } else if (/^(?:[*+?}]\+)/.test(rest)) {
      throw unsupported(pattern, 'a possessive quantifier');
    } else if (/^\(\?[a-z]+\)/.test(rest)) {
      throw unsupported(pattern, 'a flag inside');
    } else {
      result += literalBrace(rest, result) ? `\\${char}` : char;
    }
  }
  return result;
}

/** Braces and closing brackets that are no syntax stand for themselves in Java. */
const literalBrace = (rest: string, before: string): boolean => {
  if (rest.startsWith('{')) return !/^\{\d+(?:,\d*)?\}/.test(rest) || before === '';
  if (rest.startsWith('}')) return !/\{\d+(?:,\d*)?$/.test(before);
  return rest.startsWith(']');
};

function translateEscape(pattern: string, escaped: string, inClass: boolean): string {
  if (escaped === '') throw unsupported(pattern, 'a backslash at the end');
  if (/[QEhHRXGAZz]/.test(escaped)) throw unsupported(pattern, `\\${escaped}`);
  if (/[A-Za-z0-9]/.test(escaped) || SYNTAX.includes(escaped) || (inClass && escaped === '-')) return `\\${escaped}`;
  return escaped;
}

const unsupported = (pattern: string, what: string): Error =>
  new Error(`The pattern ${pattern} has ${what}, for which there is no JavaScript.`);
