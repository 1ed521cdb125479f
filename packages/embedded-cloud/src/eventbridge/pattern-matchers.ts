import { addressBlock, parseCidr, parseIp } from './ip-address.ts';
import { invalidPattern } from './pattern-errors.ts';
import { wildcardTest } from './pattern-wildcards.ts';

/** A value at the leaf of an event. */
export type Leaf = string | number | boolean | null;

/** One entry of a pattern's array: a test on a leaf, or the demand that the field be absent. */
export type Matcher = { readonly kind: 'value'; test(value: Leaf): boolean } | { readonly kind: 'absent' };

const value = (test: (leaf: Leaf) => boolean): Matcher => ({ kind: 'value', test });
const text = (test: (leaf: string) => boolean): Matcher => value((leaf) => typeof leaf === 'string' && test(leaf));

/**
 * A test that ignores case as event-ruler does: each character of the pattern matches its lower and its upper case.
 * So "ß" takes "ß" and "SS", but not "ss".
 */
function caseless(pattern: string, place: 'whole' | 'prefix' | 'suffix'): (s: string) => boolean {
  const escaped = (s: string) => s.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  const body = [...pattern].map((c) => `(?:${escaped(c.toLowerCase())}|${escaped(c.toUpperCase())})`).join('');
  const expression = new RegExp(`${place === 'suffix' ? '' : '^'}${body}${place === 'prefix' ? '' : '$'}`, 'su');
  return (s) => expression.test(s);
}

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

const requireText = (v: unknown, what: string): string => {
  if (typeof v !== 'string') throw invalidPattern(`${what} match pattern must be a string`);
  return v;
};

/** @param what names the expression in a message */
const soleEntry = (object: Record<string, unknown>, what = 'Match'): [string, unknown] => {
  const entries = Object.entries(object);
  const [entry] = entries;
  if (!entry) throw invalidPattern(`${what} expression name not found`);
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
  return text(caseless(requireText(inner, name), kind));
}

const anyOf = (operand: unknown): readonly unknown[] => (Array.isArray(operand) ? operand : [operand]);

function anythingBut(operand: unknown): Matcher {
  if (isObject(operand)) {
    const [name, inner] = soleEntry(operand, 'Anything-But');
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
  if (Array.isArray(operand) && operand.some((entry) => !['string', 'number'].includes(typeof entry)))
    throw invalidPattern('Inside anything but list, start|null|boolean is not supported.');
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
    case 'equals-ignore-case':
      return caseless(requireText(operand, operator), 'whole');
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
    case 'equals-ignore-case':
      return text(caseless(requireText(operand, name), 'whole'));
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
      const block = parseCidr(requireText(operand, 'prefix'));
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
    const same = addressBlock(address);
    return text((s) => {
      const other = parseIp(s);
      return other !== undefined && same.contains(other);
    });
  }
  return value((leaf) => leaf === entry);
}

/** The texts of an entry's wildcards, also of those that `anything-but` negates. */
export function wildcardsOf(entry: unknown): string[] {
  if (!isObject(entry)) return [];
  const refused = entry['anything-but'];
  const operands = [entry['wildcard'], ...(isObject(refused) ? anyOf(refused['wildcard']) : [])];
  return operands.filter((operand) => typeof operand === 'string');
}
