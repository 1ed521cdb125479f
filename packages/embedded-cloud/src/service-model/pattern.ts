/**
 * Service models write regular expressions in Java's dialect; this turns them into JavaScript's with the `u` flag,
 * matching the whole text as AWS's validation does.
 * @throws Error naming the pattern and the construct JavaScript has no like of
 */
export function compilePattern(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known) return known;
  const expression = new RegExp(`^(?:${translate(pattern)})$`, 'u');
  compiled.set(pattern, expression);
  return expression;
}

const compiled = new Map<string, RegExp>();

/** Java's POSIX classes (java.util.regex.Pattern, "POSIX character classes"), as the content of brackets. */
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

/** What may be escaped under the `u` flag; between brackets, the hyphen too. */
const SYNTAX = '^$\\.*+?()[]{}|/';

function translate(pattern: string): string {
  let result = '';
  let inClass = false;
  for (let at = 0; at < pattern.length; ) {
    const rest = pattern.slice(at);
    const [token = rest.charAt(0)] = /^\\[pP]\{\w+\}|^\\./s.exec(rest) ?? [];
    at += token.length;
    if (token.startsWith('\\')) result += translateEscape(pattern, token, inClass);
    else if (inClass) {
      if (token === '[' || rest.startsWith('&&')) throw unsupported(pattern, 'a set within a set');
      // In Java a bracket that closes at once, and a hyphen after a class such as \w, are literal.
      const itself = token === ']' ? /(?:^|[^\\])\[\^?$/.test(result) : token === '-' && /\\[wdsWDS]$/.test(result);
      if (token === ']' && !itself) inClass = false;
      result += itself ? `\\${token}` : token;
    } else if (/^[*+?}]\+/.test(rest)) throw unsupported(pattern, 'a possessive quantifier');
    else if (/^\(\?[a-z]+\)/.test(rest)) throw unsupported(pattern, 'a flag inside');
    else if (token === '$' && QUANTIFIER.test(pattern.slice(at))) {
      // An end that is to come so many times is an end.
      at += QUANTIFIER.exec(pattern.slice(at))?.[0].length ?? 0;
      result += token;
    } else {
      inClass = token === '[';
      result += isLiteralBrace(rest, result) ? `\\${token}` : token;
    }
  }
  return result;
}

const QUANTIFIER = /^\{\d+(?:,\d*)?\}/;

/** Braces and closing brackets that are no syntax are literal in Java. */
const isLiteralBrace = (rest: string, before: string): boolean => {
  if (rest.startsWith('{')) return !QUANTIFIER.test(rest) || before === '';
  if (rest.startsWith('}')) return !/\{\d+(?:,\d*)?$/.test(before);
  return rest.startsWith(']');
};

/** @param token a backslash with what it escapes */
function translateEscape(pattern: string, token: string, inClass: boolean): string {
  const posix = POSIX[/^\\p\{(\w+)\}$/.exec(token)?.[1] ?? ''];
  if (posix !== undefined) return inClass ? posix : `[${posix}]`;
  const escaped = token.slice(1);
  if (escaped === '') throw unsupported(pattern, 'a backslash at the end');
  if (escaped === 'A') return '^';
  if (escaped === 'z' || escaped === 'Z') return '$';
  if (/^[QEhHRXG]$/.test(escaped)) throw unsupported(pattern, token);
  if (/^[A-Za-z0-9]/.test(escaped) || SYNTAX.includes(escaped) || (inClass && escaped === '-')) return token;
  return escaped;
}

const unsupported = (pattern: string, what: string): Error =>
  new Error(`The pattern ${pattern} has ${what}, for which there is no JavaScript.`);
