import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMetricMath, type Series } from '#src/cloudwatch/metric-math';

const times = [0, 60_000, 120_000];
const series = (...values: readonly (number | undefined)[]): Series =>
  new Map(values.flatMap((value, index) => (value === undefined ? [] : [[times[index] ?? 0, value] as const])));
const given = new Map([
  ['a', series(1, 2, 3)],
  ['b', series(10, undefined, 30)],
  ['zero', series(0, 0, 5)],
]);
const ids = [...given.keys()];
const values = (expression: string): (number | undefined)[] => {
  const answer = parseMetricMath(expression, ids, ['a', 'b'])(given, times);
  return times.map((time) => answer.get(time));
};

describe('a metric-math expression', () => {
  it.each([
    ['a + b', [11, undefined, 33]],
    ['1 + 2 * 3 ^ 2', [19, 19, 19]],
    ['(1 + 2) * a', [3, 6, 9]],
    ['-a + 5', [4, 3, 2]],
    ['a / zero', [undefined, undefined, 0.6]],
    ['a > 1 AND a < 3', [0, 1, 0]],
    ['a == 1 || a == 3', [1, 0, 1]],
    ['SUM([a])', undefined],
    ['SUM(METRICS())', [11, 2, 33]],
    ['AVG(a)', [2, 2, 2]],
    ['MAX(a, zero)', [1, 2, 5]],
    ['MIN(METRICS())', [1, 2, 3]],
    ['FILL(b, 7)', [10, 7, 30]],
    ['IF(a > 1, b, a)', [1, undefined, 30]],
    ['IF(zero, a)', [undefined, undefined, 3]],
    ['DIFF(a)', [undefined, 1, 1]],
    ['RATE(a)', [undefined, 1 / 60, 1 / 60]],
    ['CEIL(a / 2) - FLOOR(a / 2)', [1, 0, 1]],
    ['ABS(a - 2)', [1, 0, 1]],
  ] as const)('%s', (expression, expected) => {
    if (expected === undefined) expect(() => values(expression)).toThrow('cannot be read');
    else expect(values(expression)).toEqual(expected);
  });

  it.each([
    ['a +', 'out of place'],
    ['(a', '")" is missing'],
    ['c', 'no query has the Id c. There are: a, b, zero'],
    ['SEARCH(a)', 'SEARCH is not emulated. Known: ABS'],
    ['METRICS() + 1', 'out of place'],
    ['a b', '"b" is out of place'],
  ])('%s is refused', (expression, message) => {
    expect(() => parseMetricMath(expression, ids, ['a', 'b'])).toThrow(message);
  });

  it('computes as arithmetic does, for any nesting', () => {
    const { tree } = fc.letrec<{ tree: { text: string; value: number } }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.nat(9).map((value) => ({ text: String(value), value })),
        fc.tuple(tie('tree'), fc.constantFrom('+', '-', '*'), tie('tree')).map(([left, operator, right]) => ({
          text: `(${left.text} ${operator} ${right.text})`,
          value:
            operator === '+'
              ? left.value + right.value
              : operator === '-'
                ? left.value - right.value
                : left.value * right.value,
        })),
      ),
    }));
    fc.assert(
      fc.property(tree, ({ text, value }) => {
        expect(parseMetricMath(text, [], [])(new Map(), [0]).get(0)).toBe(value);
      }),
    );
  });
});
