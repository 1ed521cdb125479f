import { AwsError } from '#local/cloud/service';
import { parseCidr, parseIp } from './ip-address.ts';

/** A value at the leaf of an event. */
export type Leaf = string | number | boolean | null;

/** One entry of a pattern's array: a test on a leaf, or the demand that the field be absent. */
export type Matcher = { readonly kind: 'value'; test(value: Leaf): boolean } | { readonly kind: 'absent' };

/** @returns the error of a pattern EventBridge would refuse. */
export const invalidPattern = (reason: string): AwsError =>
  new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);

const value = (test: (leaf: Leaf) => boolean): Matcher => ({ kind: 'value', test });
const text = (test: (leaf: string) => boolean): Matcher => value((leaf) => typeof leaf === 'string' && test(leaf));
const fold = (s: string): string => s.toUpperCase().toLowerCase();
const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);

const limit = 5e9;

/**
 * A number in millionths, the form in which EventBridge compares: from -5e9 to 5e9 with at most six decimals
 * (event-ruler's ComparableNumber). Undefined for any other number: such a value never matches numerically.
 */
function comparable(n: number): bigint | undefined {
  if (!(Math.abs(n) <= limit)) return undefined;
  const written = n.toFixed(6);
  return Number(written) === n ? BigInt(written.replace('.', '')) : undefined;
}

function comparableInPattern(n: unknown, place: string): bigint {
  if (typeof n !== 'number') throw invalidPattern(`Value of ${place} must be numeric`);
  if (Math.abs(n) > limit) throw invalidPattern('Value must be between -5.0E9 and 5.0E9, inclusive');
  const result = comparable(n);
  if (result === undefined) throw invalidPattern('Only values upto 6 decimals are supported');
  return result;
}

const numeric = (test: (n: bigint) => boolean): Matcher =>
  value((leaf) => {
    const n = typeof leaf === 'number' ? comparable(leaf) : undefined;
    return n !== undefined && test(n);
  });

function numericMatcher(terms: unknown): Matcher {
  if (!Array.isArray(terms)) throw invalidPattern('Value of numeric must be an array.');
  const [operator, operand, upperOperator, upperOperand, ...rest] = terms as unknown[];
  if (typeof operator !== 'string') throw invalidPattern(`Invalid member in numeric match: ${String(operator)}`);
  const bound = comparableInPattern(operand, operator);
  const single = terms.length === 2;
  switch (operator) {
    case '=':
    case '<':
    case '<=':
      if (!single) throw invalidPattern('Too many elements in numeric expression');
      return numeric((n) => (operator === '=' ? n === bound : operator === '<' ? n < bound : n <= bound));
    case '>':
    case '>=': {
      const above = (n: bigint) => (operator === '>' ? n > bound : n >= bound);
      if (single) return numeric(above);
      if (upperOperator !== '<' && upperOperator !== '<=') {
        throw invalidPattern(`Bad numeric range operator: ${String(upperOperator)}`);
      }
      const top = comparableInPattern(upperOperand, upperOperator);
      if (rest.length > 0) throw invalidPattern('Too many terms in numeric range expression');
      if (bound >= top) throw invalidPattern('Bottom must be less than top');
      return numeric((n) => above(n) && (upperOperator === '<' ? n < top : n <= top));
    }
    default:
      throw invalidPattern(`Unrecognized numeric range operator: ${operator}`);
  }
}

/** Compiles `*` wildcards; `\*` and `\\` stand for themselves. */
export function wildcardTest(pattern: string): (s: string) => boolean {
  const parts: string[] = [''];
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i);
    const next = pattern.charAt(i + 1);
    if (char === '*') {
      if (next === '*') throw invalidPattern(`Consecutive wildcard characters at pos ${i}`);
      parts.push('');
    } else if (char === '\\') {
      if (next !== '*' && next !== '\\') throw invalidPattern(`Invalid escape character at pos ${i}`);
      parts.push((parts.pop() ?? '') + next);
      i += 1;
    } else parts.push((parts.pop() ?? '') + char);
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

const requireText = (v: unknown, what: string): string => {
  if (typeof v !== 'string') throw invalidPattern(`${what} match pattern must be a string`);
  return v;
};

const soleEntry = (object: Record<string, unknown>): [string, unknown] => {
  const entries = Object.entries(object);
  const [entry] = entries;
  if (!entry) throw invalidPattern('Match expression name not found');
  if (entries.length > 1) throw invalidPattern('Only one key allowed in match expression');
  return entry;
};

/** `prefix` and `suffix` take a text, or `{ "equals-ignore-case": text }`. */
function affixMatcher(kind: 'prefix' | 'suffix', operand: unknown): Matcher {
  const has = (s: string, affix: string) => (kind === 'prefix' ? s.startsWith(affix) : s.endsWith(affix));
  if (!isObject(operand)) {
    const affix = requireText(operand, kind);
    return text((s) => has(s, affix));
  }
  const [name, inner] = soleEntry(operand);
  if (name !== 'equals-ignore-case') throw invalidPattern(`Unsupported ${kind} pattern: ${name}`);
  const affix = fold(requireText(inner, name));
  return text((s) => has(fold(s), affix));
}

const anyOf = (operand: unknown): readonly unknown[] => (Array.isArray(operand) ? operand : [operand]);

function anythingBut(operand: unknown): Matcher {
  if (isObject(operand)) {
    const [name, inner] = soleEntry(operand);
    const tests = anyOf(inner).map((entry) => refusedText(name, entry));
    return value((leaf) => !(typeof leaf === 'string' && tests.some((test) => test(leaf))));
  }
  const entries = anyOf(operand);
  if (entries.length > 0 && entries.every((entry) => typeof entry === 'string')) {
    const refused = new Set<Leaf>(entries);
    return value((leaf) => !refused.has(leaf));
  }
  if (entries.length > 0 && entries.every((entry) => typeof entry === 'number')) {
    const refused = new Set(entries.map((entry) => comparableInPattern(entry, 'anything-but')));
    return value((leaf) => {
      const n = typeof leaf === 'number' ? comparable(leaf) : undefined;
      return n === undefined || !refused.has(n);
    });
  }
  throw invalidPattern(
    Array.isArray(operand)
      ? 'Inside anything but list, either all values are number or string, mixed type is not supported'
      : 'Value of anything-but must be an array or single string/number value.',
  );
}

/** One text that `anything-but` with an operator refuses. */
function refusedText(operator: string, operand: unknown): (s: string) => boolean {
  switch (operator) {
    case 'prefix':
    case 'suffix': {
      const affix = requireText(operand, 'prefix/suffix');
      if (affix === '') throw invalidPattern('Null prefix/suffix not allowed');
      return (s) => (operator === 'prefix' ? s.startsWith(affix) : s.endsWith(affix));
    }
    case 'equals-ignore-case': {
      const folded = fold(requireText(operand, operator));
      return (s) => fold(s) === folded;
    }
    case 'wildcard':
      return wildcardTest(requireText(operand, operator));
    default:
      throw invalidPattern(`Unsupported anything-but pattern: ${operator}`);
  }
}

function expression(name: string, operand: unknown): Matcher {
  switch (name) {
    case 'exactly': {
      const wanted = requireText(operand, 'exact');
      return text((s) => s === wanted);
    }
    case 'prefix':
    case 'suffix':
      return affixMatcher(name, operand);
    case 'equals-ignore-case': {
      const wanted = fold(requireText(operand, name));
      return text((s) => fold(s) === wanted);
    }
    case 'wildcard':
      return text(wildcardTest(requireText(operand, name)));
    case 'numeric':
      return numericMatcher(operand);
    case 'anything-but':
      return anythingBut(operand);
    case 'exists':
      if (typeof operand !== 'boolean') throw invalidPattern('exists match pattern must be either true or false.');
      return operand ? value(() => true) : { kind: 'absent' };
    case 'cidr': {
      const block = parseCidr(requireText(operand, name));
      if (!block) throw invalidPattern('Malformed CIDR, an IPv4 or IPv6 address, one / and the mask bits are required');
      return text((s) => {
        const address = parseIp(s);
        return address !== undefined && block.contains(address);
      });
    }
    default:
      throw invalidPattern(`Unrecognized match type ${name}`);
  }
}

/**
 * Compiles one entry of a pattern's array. Texts that are IP addresses match every spelling of the same address, and
 * numbers match by value, as event-ruler does it.
 *
 * @throws InvalidEventPatternException
 */
export function compileMatcher(entry: unknown): Matcher {
  if (isObject(entry)) return expression(...soleEntry(entry));
  if (Array.isArray(entry)) throw invalidPattern('Match value must be String, number, true, false, or null');
  if (typeof entry === 'string') {
    const address = parseIp(entry);
    if (!address) return value((leaf) => leaf === entry);
    return text((s) => {
      const other = parseIp(s);
      return other?.bits === address.bits && other.value === address.value;
    });
  }
  return value((leaf) => leaf === entry);
}
