import type { Leaf, Matcher } from './pattern-matchers.ts';

/**
 * Which element of which array a leaf lies in: array number → index. Two fields can only match together when they
 * agree on every array they share ("array consistency" in event-ruler).
 */
type Membership = ReadonlyMap<number, number>;

interface Field {
  readonly value: Leaf;
  readonly membership: Membership;
}

/** The leaves of an event by dotted path: objects are descended into, arrays are looked through. */
export type EventFields = ReadonlyMap<string, readonly Field[]>;

/** Flattens an event. An empty array or object leaves no field behind. */
export function flattenEvent(event: unknown): EventFields {
  const fields = new Map<string, Field[]>();
  let arrays = 0;

  const visit = (node: unknown, path: string, membership: Membership): void => {
    if (Array.isArray(node)) {
      const id = arrays++;
      node.forEach((element, index) => {
        const nested = typeof element === 'object' && element !== null;
        visit(element, path, nested ? new Map(membership).set(id, index) : membership);
      });
    } else if (typeof node === 'object' && node !== null) {
      for (const [key, child] of Object.entries(node)) visit(child, path === '' ? key : `${path}.${key}`, membership);
    } else if (node !== undefined) {
      const list = fields.get(path);
      const field = { value: node as Leaf, membership };
      if (list) list.push(field);
      else fields.set(path, [field]);
    }
  };

  if (typeof event === 'object' && event !== null && !Array.isArray(event)) visit(event, '', new Map());
  return fields;
}

/** The memberships joined, or undefined when they disagree on an array. */
function join(a: Membership, b: Membership): Membership | undefined {
  if (b.size === 0) return a;
  const joined = new Map(a);
  for (const [array, index] of b) {
    const other = joined.get(array);
    if (other !== undefined && other !== index) return undefined;
    joined.set(array, index);
  }
  return joined;
}

const keyOf = (membership: Membership): string =>
  [...membership]
    .sort(([a], [b]) => a - b)
    .map(([array, index]) => `${array}:${index}`)
    .join();

/**
 * Whether every path of a rule finds a field that one of its matchers accepts, consistently across arrays. A field
 * counts as absent when none of that path lies in the same elements as what the paths before it found.
 * @param rule its paths in order: the order decides beside which fields an absent field is searched
 */
export function fieldsMatch(rule: Iterable<readonly [string, readonly Matcher[]]>, fields: EventFields): boolean {
  let states = new Map<string, Membership>([['', new Map()]]);
  for (const [path, matchers] of rule) {
    const candidates = fields.get(path) ?? [];
    const next = new Map<string, Membership>();
    if (matchers.some((matcher) => matcher.kind === 'absent')) {
      for (const [key, state] of states)
        if (!candidates.some((field) => join(state, field.membership))) next.set(key, state);
    }
    for (const field of candidates) {
      if (!matchers.some((matcher) => matcher.kind === 'value' && matcher.test(field.value))) continue;
      for (const state of states.values()) {
        const joined = join(state, field.membership);
        if (joined) next.set(keyOf(joined), joined);
      }
    }
    if (next.size === 0) return false;
    states = next;
  }
  return true;
}
