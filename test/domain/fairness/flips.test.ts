import { describe, expect, it } from 'vitest';
import { flipsOf, NOT_LOOKED_UP } from '#domain/fairness/flips';

const inputs = (values: number[], width = 1) => ({
  rows: values.length / width,
  width,
  values: Float64Array.from(values),
});

describe('the flip test', () => {
  it('asks the nearest row where fewer than ten are advantaged', () => {
    // the disadvantaged rows at 0.1 and 0.9 are next to the advantaged ones at 0 and 1
    const facet = Int8Array.of(0, 0, 1, 1, -1);
    const flips = flipsOf(inputs([0, 1, 0.1, 0.9, 0.5]), facet, Uint8Array.of(1, 0, 0, 1, 1));
    expect([...flips]).toEqual([NOT_LOOKED_UP, NOT_LOOKED_UP, -1, 1, NOT_LOOKED_UP]);
  });

  it('asks the five nearest from ten rows on: three of five decide', () => {
    const facet = Int8Array.from([...new Array(10).fill(0), 1]);
    const favourable = Uint8Array.from([1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(flipsOf(inputs([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0]), facet, favourable)[10]).toBe(-1);
    expect(flipsOf(inputs([9, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0]), facet, favourable)[10]).toBe(0);
  });

  it('takes the mean of its column for a missing input, and 0 in a column without any', () => {
    const facet = Int8Array.of(0, 0, 1);
    const values = [0, Number.NaN, 10, Number.NaN, Number.NaN, Number.NaN];
    // the mean of 0 and 10 is as near to one as to the other: the first that is looked at stays
    expect([-1, 0]).toContain(flipsOf(inputs(values, 2), facet, Uint8Array.of(1, 0, 0))[2]);
  });

  it('looks up no row without an advantaged one, nor a row without inputs', () => {
    expect([...flipsOf(inputs([1, 2]), Int8Array.of(1, 1), Uint8Array.of(1, 0))]).toEqual([2, 2]);
    const facet = Int8Array.of(0, 1, 1);
    expect([...flipsOf(inputs([1, 2]), facet, Uint8Array.of(1, 0, 0))]).toEqual([2, -1, 2]);
  });

  it('looks at 2,000 rows of a facet at most', () => {
    const facet = Int8Array.from({ length: 2600 }, (_, row) => (row < 100 ? 0 : 1));
    const values = Array.from({ length: 2600 }, (_, row) => row % 7);
    const flips = flipsOf(inputs(values), facet, new Uint8Array(2600).fill(1));
    expect(flips.filter((flip) => flip !== NOT_LOOKED_UP)).toHaveLength(2000);
  });
});
