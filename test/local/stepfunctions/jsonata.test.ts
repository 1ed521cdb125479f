import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '#local/stepfunctions/asl';
import { createEvaluator } from '#local/stepfunctions/jsonata/evaluate';
import { expressionText, findReferences } from '#local/stepfunctions/jsonata/expression';

const evaluator = createEvaluator({ now: () => Date.UTC(2026, 0, 1), random: () => 0.5 });
const evaluate = (expression: string, input: Json = {}, variables: Record<string, Json> = {}) =>
  evaluator.template(`{% ${expression} %}`, 'Output', { states: { input }, variables });

describe('expressions', () => {
  it('are strings in brackets without blanks around them', () => {
    expect(expressionText('{% $x %}')).toBe('$x');
    expect(expressionText(' {% $x %}')).toBeUndefined();
    expect(expressionText('{% $x')).toBeUndefined();
    expect(expressionText(7)).toBeUndefined();
  });

  it('leave every template without expressions as it is', async () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    await fc.assert(
      fc.asyncProperty(json, async (value) => {
        const template = JSON.parse(JSON.stringify(value)) as Json;
        const bindings = { states: {}, variables: {} };
        expect(await evaluator.template(template, 'Output', bindings)).toEqual(template);
      }),
    );
  });

  it('give back any input unchanged and unshared', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), async (value) => {
        const input = JSON.parse(JSON.stringify(value)) as Json;
        const output = await evaluate('$states.input', input);
        expect(output).toEqual(input);
        if (typeof input === 'object' && input !== null) expect(output).not.toBe(input);
      }),
    );
  });

  it.each([
    ['$parse(\'{"a":[1]}\')', { a: [1] }],
    ['$range(10, 1, -3)', [10, 7, 4, 1]],
    ['$count($range(2, 1, 1))', 0],
    ['$partition([1..5], 2)', [[1, 2], [3, 4], [5]]],
    ['$hash("abc", "SHA-256")', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['$hash("abc", "MD5")', '900150983cd24fb0d6963f7d28e17f72'],
    ['$random()', 0.5],
    ['$random(7) = $random(7)', true],
    ['$length($uuid())', 36],
    ['$now()', '2026-01-01T00:00:00.000Z'],
    ['$fromMillis($millis(), "[Y]")', '2026'],
    ['$states.input.(a + b)', 3],
    ['$sum($v)', 6],
  ])('evaluate %s', async (expression, expected) => {
    expect(await evaluate(expression, { a: 1, b: 2 }, { v: [1, 2, 3] })).toEqual(expected);
  });

  it.each([
    ['$eval("1")', 'threw an error during evaluation. T1006'],
    ["'a' + 1", 'threw an error during evaluation. T2001'],
    ["$error('stop')", 'threw an error during evaluation. D3137: stop'],
    ["$parse('{')", '$parse: the argument is not valid JSON'],
    ["$hash('a', 'CRC')", '$hash: the algorithm must be one of MD5'],
    ['$range(1, 2, 0)', '$range: the step must not be 0'],
    ['function($x){$x}', 'returned an unsupported result type.'],
    ['{"f": $sum}', 'returned an unsupported result type.'],
    ['$missing', 'returned nothing (undefined).'],
  ])('report %s', async (expression, message) => {
    await expect(evaluate(expression)).rejects.toMatchObject({
      name: 'EvaluationError',
      location: 'Output',
      message: expect.stringContaining(message),
    });
  });

  it('stop an endless recursion', async () => {
    await expect(evaluate('($f := function($n){ 1 + $f($n) }; $f(1))')).rejects.toThrow(
      'threw an error during evaluation',
    );
  });
});

describe('findReferences', () => {
  const references = (text: string) => {
    const { variables, rootContext } = findReferences(text);
    return [[...variables], [...rootContext]];
  };

  it.each([
    ['$states.input.a', ['states'], []],
    ['$a + $b', ['a', 'b'], []],
    ['$items[price > $limit]', ['items', 'limit'], []],
    ['$items.(name & $)', ['items'], []],
    ['$map($items, function($v, $i) { $v.x + $i + $k })', ['map', 'items', 'k'], []],
    ['($t := $a; $t + 1)', ['a'], []],
    ['($f := function($n) { $n = 0 ? 1 : $f($n - 1) }; $f(3))', [], []],
    ['$items^(>age)', ['items'], []],
    ['$items{name: $count($)}', ['items', 'count'], []],
    ['$x ~> |$|{"a": b}|', ['x'], []],
    ['{"k": $v, "w": [$u]}', ['v', 'u'], []],
    ['$a ? $b : $c', ['a', 'b', 'c'], []],
    ['foo', [], ['foo']],
    ['$', [], ['$']],
    ['$$.x', [], ['$$']],
    ['$count(items)', ['count'], ['items']],
  ])('reads %s', (text, variables, rootContext) => {
    const [found = [], roots = []] = references(text);
    expect(found.toSorted()).toEqual(variables.toSorted());
    expect(roots).toEqual(rootContext);
  });
});
