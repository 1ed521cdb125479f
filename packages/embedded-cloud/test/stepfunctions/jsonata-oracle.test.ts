import fc from 'fast-check';
import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import { runDefinition } from '#src/stepfunctions/run-definition';

/** Expressions of arithmetic, comparisons, paths, predicates, constructors and a few functions. */
const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const inner = tie('expression');
  const leaf = fc.constantFrom(
    ...['0', '1', '-3', '2.5', "'a'", "'b1'", "''", 'true', 'false', 'null', '[]', '{}', '[1..4]'],
    ...['$x', '$states.input', '$states.input.a', '$states.input.b.c', '$states.input.list', '$states.input.none'],
  );
  const binary = fc
    .tuple(inner, fc.constantFrom('+', '-', '*', '%', '&', '=', '!=', '<', '>=', 'and', 'or', 'in'), inner)
    .map(([a, operator, b]) => `(${a} ${operator} ${b})`);
  const call = fc
    .tuple(fc.constantFrom('string', 'count', 'sum', 'not', 'exists', 'type', 'reverse', 'uppercase'), inner)
    .map(([name, a]) => `$${name}(${a})`);
  return {
    expression: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      binary,
      call,
      fc.tuple(inner, inner, inner).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc.array(inner, { maxLength: 3 }).map((members) => `[${members.join(', ')}]`),
      fc.tuple(inner, inner).map(([a, b]) => `{'k': ${a}, 'l': ${b}}`),
      fc.tuple(inner, inner).map(([a, b]) => `${a}[${b}]`),
      inner.map((a) => `$map(${a}, function($v) { [$v, $x] })`),
    ),
  };
});
const value = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constantFrom('a', 'b1', true, null));
const input = fc.record({
  a: value,
  b: fc.record({ c: value }),
  list: fc.array(fc.oneof(value, fc.record({ a: value })), { maxLength: 4 }),
});

/** What the library itself says. */
async function asLibrary(text: string, given: unknown): Promise<{ value?: unknown; failed?: true }> {
  try {
    const result: unknown = await jsonata(text).evaluate(undefined, { states: { input: given }, x: 2 });
    return { value: result };
  } catch {
    return { failed: true };
  }
}

const machine = (states: object) => ({
  QueryLanguage: 'JSONata',
  StartAt: 'Set',
  States: { Set: { Type: 'Pass', Assign: { x: 2 }, Next: 'S' }, ...states },
});

describe('expressions, beside the jsonata library', () => {
  it('give the same outputs, and fail where it fails or returns nothing', async () => {
    await fc.assert(
      fc.asyncProperty(expression, input, async (text, given) => {
        const expected = await asLibrary(text, given);
        const { status, output, error, cause } = await runDefinition({
          definition: machine({ S: { Type: 'Pass', Output: `{% ${text} %}`, End: true } }),
          input: given,
        });
        if (expected.failed || expected.value === undefined) {
          expect([status, error]).toEqual(['FAILED', 'States.QueryEvaluationError']);
          if (!expected.failed) expect(cause).toContain('returned nothing (undefined)');
        } else {
          expect(status).toBe('SUCCEEDED');
          expect(output).toEqual(JSON.parse(JSON.stringify(expected.value)));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('choose the first rule whose condition is true, and need booleans', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(expression, { minLength: 1, maxLength: 4 }), input, async (conditions, given) => {
        let expected: string | undefined = 'none';
        for (const [index, condition] of conditions.entries()) {
          const { value: result } = await asLibrary(condition, given);
          if (result === false) continue;
          expected = result === true ? `rule ${index}` : undefined;
          break;
        }
        const { output, error } = await runDefinition({
          definition: machine({
            S: {
              Type: 'Choice',
              Choices: conditions.map((text, index) => ({
                Condition: `{% ${text} %}`,
                Output: `rule ${index}`,
                Next: 'E',
              })),
              Output: 'none',
              Default: 'E',
            },
            E: { Type: 'Succeed' },
          }),
          input: given,
        });
        if (expected === undefined) expect(error).toBe('States.QueryEvaluationError');
        else expect(output).toBe(expected);
      }),
      { numRuns: 150 },
    );
  });
});
