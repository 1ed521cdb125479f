import { invalidPattern } from './pattern-errors.ts';

/** What a wildcard pattern is made of: characters, and `*` for any text. */
type Token = { readonly char: string } | '*';

/** Positions count from the quote that opens the text, in bytes, as event-ruler counts them. */
const positionOf = (pattern: string, index: number): number => Buffer.byteLength(pattern.slice(0, index)) + 1;

/** Reads a pattern; `\*` and `\\` are literal characters. */
function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i);
    const next = pattern.charAt(i + 1);
    if (char === '*') {
      if (next === '*') throw invalidPattern(`Consecutive wildcard characters at pos ${positionOf(pattern, i)}`);
      tokens.push('*');
    } else if (char === '\\') {
      if (next !== '*' && next !== '\\')
        throw invalidPattern(`Invalid escape character at pos ${positionOf(pattern, i)}`);
      tokens.push({ char: next });
      i += 1;
    } else tokens.push({ char });
  }
  return tokens;
}

/** Compiles a wildcard pattern. */
export function wildcardTest(pattern: string): (s: string) => boolean {
  const parts: string[] = [''];
  for (const token of tokensOf(pattern)) {
    if (token === '*') parts.push('');
    else parts.push((parts.pop() ?? '') + token.char);
  }
  const [first = '', ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return (s) => s === first;
  return (s) => {
    if (!s.startsWith(first)) return false;
    let from = first.length;
    // The leftmost place of each middle part leaves the most room for the ones after it.
    for (const part of rest) {
      const at = s.indexOf(part, from);
      if (at < 0) return false;
      from = at + part.length;
    }
    return s.length - from >= last.length && s.endsWith(last);
  };
}

/** More beginnings of patterns than this that one text may be in at once are too many. */
const MAX_COMPLEXITY = 10;
/** Sets of beginnings to look at before a field counts as simple enough. */
const MAX_SETS = 4000;

/**
 * Refuses wildcards of one field that a single text could be in the middle of in too many ways: event-ruler's
 * `MachineComplexityEvaluator`, with the limit that the patterns EventBridge was seen to take and to refuse agree with.
 * The patterns are run side by side as automata over all texts.
 */
export function checkComplexity(patterns: Iterable<string>): void {
  const automata = [...new Set(patterns)]
    .filter((pattern) => tokensOf(pattern).includes('*'))
    .map((pattern) => [{ char: '"' }, ...tokensOf(pattern), { char: '"' }]) as Token[][];
  const alphabet = new Set(
    automata.flatMap((tokens) => tokens.flatMap((token) => (token === '*' ? [] : [token.char]))),
  );
  const step = (active: readonly (readonly [number, number])[], char: string) => {
    const next = new Map<string, readonly [number, number]>();
    const add = (automaton: number, position: number) => {
      next.set(`${automaton}.${position}`, [automaton, position]);
      // A star takes the empty text too.
      if (automata[automaton]?.[position] === '*') add(automaton, position + 1);
    };
    for (const [automaton, position] of active) {
      const tokens = automata[automaton];
      const before = tokens?.[position - 1];
      const token = tokens?.[position];
      if (before === '*') add(automaton, position);
      if (token !== undefined && token !== '*' && token.char === char) add(automaton, position + 1);
    }
    return next;
  };
  // What comes before the first star of patterns is shared: such beginnings differ by their text alone.
  const openings = automata.map((tokens) => tokens.indexOf('*'));
  const complexityOf = (states: Iterable<readonly [number, number]>): number => {
    const names = [...states].map(([automaton, position]) =>
      position > (openings[automaton] ?? 0)
        ? `${automaton}.${position}`
        : JSON.stringify(automata[automaton]?.slice(0, position)),
    );
    return new Set(names).size;
  };
  const start = step(
    automata.map((_, automaton) => [automaton, 0] as const),
    '"',
  );
  const seen = new Set<string>();
  const open = [start];
  for (let states = open.pop(); states !== undefined && seen.size < MAX_SETS; states = open.pop()) {
    if (complexityOf(states.values()) > MAX_COMPLEXITY)
      throw invalidPattern(
        'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character',
      );
    const key = [...states.keys()].sort().join();
    if (seen.has(key)) continue;
    seen.add(key);
    for (const char of [...alphabet, '']) {
      const next = step([...states.values()], char);
      if (next.size > 0) open.push(next);
    }
  }
}
