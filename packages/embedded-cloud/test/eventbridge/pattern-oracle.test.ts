import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchEvent } from '#src/eventbridge/pattern';

/** An event with one element chosen of every array of objects: the texts and numbers of each path. */
type World = Record<string, unknown[]>;
const joined = (a: World, b: World): World =>
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((path) => [
      path,
      [...(a[path] ?? []), ...(b[path] ?? [])],
    ]),
  );
/** All ways to choose. */
function worldsOf(node: unknown, path = ''): World[] {
  if (Array.isArray(node)) {
    const [nested, plain] = [true, false].map((kind) =>
      node.filter((e) => (typeof e === 'object' && e !== null) === kind),
    );
    const own: World = plain?.length ? { [path]: plain } : {};
    const choices = (nested ?? []).flatMap((element) => worldsOf(element, path));
    return choices.length === 0 ? [own] : choices.map((choice) => joined(own, choice));
  }
  if (typeof node !== 'object' || node === null) return [{ [path]: [node] }];
  return Object.entries(node).reduce<World[]>(
    (worlds, [key, child]) =>
      worldsOf(child, path === '' ? key : `${path}.${key}`).flatMap((more) =>
        worlds.map((world) => joined(world, more)),
      ),
    [{}],
  );
}

describe('a second, naive matcher', () => {
  test('agrees: a pattern matches when one choice of elements holds all its fields', () => {
    const key = fc.constantFrom('a', 'b');
    const value = fc.constantFrom(1, 2, 'x', null);
    const { node } = fc.letrec((tie) => ({
      node: fc.dictionary(key, tie('child'), { minKeys: 1 }),
      child: fc.oneof(
        { depthSize: 'small', maxDepth: 3 },
        value,
        value,
        tie('node'),
        fc.array(fc.oneof(value, tie('node'), tie('node')), { maxLength: 3 }),
      ),
    }));
    const paths = fc.uniqueArray(
      fc.array(key, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.')),
      {
        minLength: 1,
        maxLength: 3,
      },
    );
    const matcher = fc.oneof(value, fc.constant({ exists: true }), fc.constant({ 'anything-but': 1 }));
    const accepts = (entry: unknown, v: unknown) =>
      typeof entry === 'object' && entry !== null ? 'exists' in entry || v !== 1 : entry === v;
    fc.assert(
      fc.property(node, paths, fc.array(matcher, { minLength: 3, maxLength: 3 }), (e, chosen, matchers) => {
        fc.pre(JSON.stringify(e).length < 150);
        const rule = chosen.map((path, index) => [path, [matchers[index]]] as const);
        const expected = worldsOf(e).some((world) =>
          rule.every(([path, [entry]]) => (world[path] ?? []).some((v) => accepts(entry, v))),
        );
        expect(matchEvent(Object.fromEntries(rule), e)).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });
});
