import { describe, expect, it } from 'vitest';
import { describeFacets, facetOf, fairnessSchema, plainNumber } from '#domain/fairness/settings';

const facets = (settings: object, values: (string | null)[]) => values.map(facetOf(fairnessSchema.parse(settings)));

describe('facets', () => {
  it('are the values that are named, and all others', () => {
    const settings = { column: 'sex', disadvantaged: ['Female', 1, true] };
    expect(facets(settings, ['Female', 'Male', '1', 'true', '', null])).toEqual([1, 0, 1, 1, 0, -1]);
    expect(describeFacets(fairnessSchema.parse(settings))).toEqual({
      disadvantaged: 'sex Female, 1, true',
      advantaged: 'the others',
    });
  });

  it('are both named where only some values are compared', () => {
    const settings = { column: 'race', disadvantaged: ['Black'], advantaged: ['White'] };
    expect(facets(settings, ['Black', 'White', 'Other', null])).toEqual([1, 0, -1, -1]);
    expect(describeFacets(fairnessSchema.parse(settings)).advantaged).toBe('race White');
  });

  it('are numbers beyond a threshold', () => {
    expect(facets({ column: 'age', disadvantaged: { below: 25 } }, ['24.9', '25', 'old', null])).toEqual([
      1, 0, -1, -1,
    ]);
    const from60 = { column: 'age', disadvantaged: { atLeast: 60 }, advantaged: [30] };
    expect(facets(from60, ['60', '59', '30'])).toEqual([1, -1, 0]);
    expect(describeFacets(fairnessSchema.parse(from60))).toEqual({
      disadvantaged: 'age 60 and above',
      advantaged: 'age 30',
    });
    const below = fairnessSchema.parse({ column: 'age', disadvantaged: { below: 25 } });
    expect(describeFacets(below).disadvantaged).toBe('age below 25');
  });

  it.each([
    {},
    { column: 'sex' },
    { column: 'sex', disadvantaged: [] },
    { column: 'sex', disadvantaged: { above: 3 } },
  ])('refuses %j', (settings) => {
    expect(fairnessSchema.safeParse(settings).success).toBe(false);
  });

  it.each([
    ['12', 12],
    ['-1.5e3', -1500],
    ['.5', 0.5],
    ['0x10', Number.NaN],
    ['', Number.NaN],
    ['1,5', Number.NaN],
  ])('reads %j as %d', (text, number) => {
    expect(plainNumber(text)).toBe(number);
  });
});
