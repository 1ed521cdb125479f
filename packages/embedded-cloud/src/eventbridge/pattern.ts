import { invalidPattern } from './pattern-errors.ts';
import { type EventFields, fieldsMatch, flattenEvent } from './pattern-fields.ts';
import { compileMatcher, type Matcher, wildcardsOf } from './pattern-matchers.ts';
import { checkComplexity } from './pattern-wildcards.ts';

/**
 * EventBridge's event patterns, by the semantics of AWS's own matcher (github.com/aws/event-ruler): a pattern is
 * compiled into alternatives, each a map from a dotted path to the matchers of that field.
 */
type Alternative = ReadonlyMap<string, Condition>;

/** What a field has to meet. */
interface Condition {
  readonly matchers: readonly Matcher[];
  /** As written. */
  readonly entries: readonly unknown[];
}

/** A pattern ready to be matched against many events. */
export interface CompiledPattern {
  matches(event: unknown): boolean;
}

/** "$or" may multiply alternatives; EventBridge takes at most this many. */
const maxAlternatives = 1000;

/** Names that may not be field names inside "$or" (event-ruler, Constants.java). */
const reservedInOr = new Set(
  'exactly equals-ignore-case prefix suffix anything-but exists wildcard numeric cidr = < <= > >= regex not-wildcard not-equals-ignore-case date-after date-on-or-after date-before date-on-or-before in-date-range ip-address-in-range ip-address-not-in-range'.split(
    ' ',
  ),
);

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);

/** "$or" is an operator only before two or more objects without reserved names; else it is a field of that name. */
const isAlternatives = (v: unknown): v is Record<string, unknown>[] =>
  Array.isArray(v) &&
  v.length >= 2 &&
  v.every((branch) => isObject(branch) && !Object.keys(branch).some((name) => reservedInOr.has(name)));

function compileObject(
  node: Record<string, unknown>,
  path: string,
  alternatives: readonly Alternative[],
  insideOr: boolean,
): readonly Alternative[] {
  const entries = Object.entries(node);
  if (entries.length === 0) throw invalidPattern('Empty objects are not allowed');
  let result = alternatives;
  for (const [name, child] of entries) {
    if (name === '$or' && isAlternatives(child)) {
      const before = result;
      result = child.flatMap((branch) => compileObject(branch, path, before, true));
      if (result.length > maxAlternatives) {
        throw invalidPattern(`Event pattern contains more than ${maxAlternatives} rule combinations`);
      }
      continue;
    }
    if (insideOr && reservedInOr.has(name)) {
      throw invalidPattern(`${name} is Ruler reserved fieldName which cannot be used inside $or.`);
    }
    const extended = path === '' ? name : `${path}.${name}`;
    if (isObject(child)) result = compileObject(child, extended, result, insideOr);
    else if (Array.isArray(child)) {
      if (child.length === 0) throw invalidPattern('Empty arrays are not allowed');
      const condition = { matchers: child.map(compileMatcher), entries: child };
      result = result.map((alternative) => new Map(alternative).set(extended, condition));
    } else throw invalidPattern(`"${name}" must be an object or an array`);
  }
  return result;
}

/** Paths in the order in which event-ruler goes through them. */
const inOrder = (alternative: Alternative) => [...alternative].sort(([a], [b]) => (a < b ? -1 : 1));

/**
 * Checks wildcards against the limit. Alternatives whose conditions are the same up to a field share what event-ruler
 * builds for the field, so their wildcards add up.
 */
function checkWildcards(alternatives: readonly Alternative[]): void {
  const shared = new Map<string, string[]>();
  for (const alternative of alternatives) {
    let before = '';
    for (const [path, { entries }] of inOrder(alternative)) {
      const place = `${before}/${path}`;
      const wildcards = entries.flatMap(wildcardsOf);
      if (wildcards.length > 0) shared.set(place, [...(shared.get(place) ?? []), ...wildcards]);
      before = `${place}=${JSON.stringify(entries)}`;
    }
  }
  for (const wildcards of shared.values()) checkComplexity(wildcards);
}

function parse(pattern: unknown): unknown {
  if (typeof pattern !== 'string') return pattern;
  try {
    return JSON.parse(pattern);
  } catch {
    throw invalidPattern('the pattern is not valid JSON');
  }
}

/**
 * Compiles an event pattern, given as a JSON value or as JSON text.
 * @throws AwsError `InvalidEventPatternException` where EventBridge refuses the pattern.
 */
export function compilePattern(pattern: unknown): CompiledPattern {
  const root = parse(pattern);
  if (!isObject(root)) throw invalidPattern('Filter is not an object');
  const alternatives = compileObject(root, '', [new Map()], false);
  checkWildcards(alternatives);
  const rules = alternatives.map((alternative) =>
    inOrder(alternative).map(([path, { matchers }]) => [path, matchers] as const),
  );
  return {
    matches: (event) => {
      const fields: EventFields = flattenEvent(typeof event === 'string' ? JSON.parse(event) : event);
      return rules.some((rule) => fieldsMatch(rule, fields));
    },
  };
}

/** @throws AwsError `InvalidEventPatternException` where EventBridge refuses the pattern. */
export function validatePattern(pattern: unknown): void {
  compilePattern(pattern);
}

/** Whether an event (a JSON value or JSON text) matches a pattern. @throws as `compilePattern`. */
export function matchEvent(pattern: unknown, event: unknown): boolean {
  return compilePattern(pattern).matches(event);
}
