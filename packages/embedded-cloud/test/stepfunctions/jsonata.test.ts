import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '#src/stepfunctions/asl';
import { createEvaluator } from '#src/stepfunctions/jsonata/evaluate';
import { expressionText, findReferences } from '#src/stepfunctions/jsonata/expression';

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

  it('leave every template without expressions unchanged', async () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    await fc.assert(
      fc.asyncProperty(json, async (value) => {
        const template = JSON.parse(JSON.stringify(value)) as Json;
        const bindings = { states: {}, variables: {} };
        expect(await evaluator.template(template, 'Output', bindings)).toEqual(template);
      }),
    );
  });

  it('return any input unchanged and unshared', async () => {
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
    ['$range(-1.7, 2, 1)', [-1, 0, 1, 2]],
    ['$range(5, 1, -1.5)', [5, 4, 3, 2, 1]],
    ['$range(3, 3, 1)', 3],
    ['$count($range(1, 200000, 1))', 200_000],
    ['$partition([1..5], 2)', [[1, 2], [3, 4], [5]]],
    ['$partition([1..5], 2.9)', [[1, 2], [3, 4], [5]]],
    ['$partition([1, 2, 3])', [[1, 2, 3]]],
    ['$partition([0], 4)', [[0]]],
    ['$parse(" 1e2 ")', 100],
    ['$exists($parse("null"))', true],
    ['$map(["1", "2"], $parse)', [1, 2]],
    ['1/0', 'Infinity'],
    ['[-1/0, 2]', ['-Infinity', 2]],
    ['{"k": 0/0}', { k: 'NaN' }],
    ['$hash("ñ", "MD5")', '94e9342ecbb1458b6043ecd3bfcbc192'],
    ['$hash("abc", "SHA-256")', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['$hash("abc", "MD5")', '900150983cd24fb0d6963f7d28e17f72'],
    ['$random()', 0.5],
    ['$random(42)', 0.7275636800328681],
    ['$random(0.9)', 0.730967787376657],
    ['$random(7)', 0.7306990420600421],
    ['$length($uuid())', 36],
    ['$now()', '2026-01-01T00:00:00.000Z'],
    ['$fromMillis($millis(), "[Y]")', '2026'],
    ['$states.input.(a + b)', 3],
    ['$sum($v)', 6],
  ])('evaluate %s', async (expression, expected) => {
    expect(await evaluate(expression, { a: 1, b: 2 }, { v: [1, 2, 3] })).toEqual(expected);
  });

  it.each([
    ['$eval("1")', 'threw an error during evaluation. T1006: Attempted to invoke a non-function'],
    ["'a' + 1", 'during evaluation. T2001: The left side of the "+" operator must evaluate to a number'],
    ["$error('stop')", 'during evaluation. D3137: stop'],
    ["$sum(['a'])", 'during evaluation. T0412: Argument 1 of function "sum" must be an array of "numbers"'],
    ["$parse('{')", 'during evaluation. D3137: Invalid JSON'],
    ["$parse('')", 'D3137: Invalid JSON'],
    ["$parse('[1] [2]')", 'D3137: Invalid JSON'],
    ["$parse('1e400')", 'D3137: Invalid JSON'],
    ['$parse(\'{"a":{"b":1},"c":[{"b":2}],"a":3}\')', 'D3137: Invalid JSON'],
    ['$parse(null)', 'T0410: Argument 1 of function "parse" does not match function signature'],
    ["$parse('1', 2)", 'T0410: Argument 2 of function "parse"'],
    ["$hash('a', 'md5')", "D3137: Hash algorithm 'md5' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5"],
    ["$hash(1, 'MD5')", 'T0410: Argument 1 of function "hash"'],
    ["$hash('a', 1)", 'T0410: Argument 2 of function "hash"'],
    ["$hash('a')", 'returned nothing (undefined).'],
    ['$range(1)', 'T0410: Argument 2 of function "range"'],
    ['$range(1, 5, null)', 'T0410: Argument 3 of function "range"'],
    ['$range(1, 5)', 'returned nothing (undefined).'],
    ['$range(1, 2, 0.5)', 'returned nothing (undefined).'],
    ['$range(2, 1, 1)', 'returned nothing (undefined).'],
    [
      '$range(1, 360146, 1)',
      'during evaluation: Expression evaluation memory limit exceeded: Check for excessive memory',
    ],
    [
      '$count([1..873783])',
      'during evaluation: Expression evaluation memory limit exceeded: Check for excessive memory',
    ],
    ['$partition(null, 2)', 'T0412: Argument 1 of function "partition" must be an array of undefined'],
    ['$partition([1], -1)', 'D3137: Second argument must be zero or greater'],
    ["$partition([1], '2')", 'T0410: Argument 2 of function "partition"'],
    ['$partition([1], -0.5)', 'returned nothing (undefined).'],
    ['$partition([], 2)', 'returned nothing (undefined).'],
    ['$random(null)', 'T0410: Argument 1 of function "random"'],
    ['$random(1, 2)', 'T0410: Argument 2 of function "random"'],
    ["$uuid('x')", 'T0410: Argument 1 of function "uuid"'],
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

  /** Where AWS was seen to give up: 100 levels of nesting are evaluated, 101 are not. */
  const nested: [string, (levels: number) => string, number][] = [
    ['terms', (n) => Array.from({ length: n }, () => '1').join('+'), 100],
    ['parentheses', (n) => `${'('.repeat(n)}1${')'.repeat(n)}`, 99],
    ['calls', (n) => `($f := function($x){ $x <= 0 ? 0 : 1 + $f($x - 1) }; $f(${n}))`, 31],
  ];
  it.each(nested)('may nest %s as deep as on AWS and no deeper', async (_, expression, levels) => {
    expect(await evaluate(expression(levels))).toBeTypeOf('number');
    await expect(evaluate(expression(levels + 1))).rejects.toThrow(
      'during evaluation: Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive',
    );
  });

  it('parse every JSON text to what JSON.parse makes of it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(0, 2), async (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(await evaluate('$parse($states.input)', text)).toEqual(JSON.parse(text));
      }),
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
