import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildCategoryHistogram,
  buildHistogram,
  frequentCategories,
  histogramRows,
  mergeHistograms,
  quantileEdges,
} from '#domain/drift/histogram';
import { EvaluationError } from '#domain/errors';
import { createRandom } from '#domain/random';

const NaNs = Number.NaN;
const numbers = fc.array(
  fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(NaNs)),
  { maxLength: 120 },
);

describe('quantileEdges', () => {
  it('splits a continuous column into ten bins of about a tenth', () => {
    const random = createRandom(1);
    const values = Float64Array.from({ length: 10_000 }, () => random.normal());
    const edges = quantileEdges(values);
    expect(edges).toHaveLength(11);
    const { counts } = buildHistogram('x', values, edges);
    expect(counts[0]).toBe(0);
    expect(counts.at(-1)).toBe(0);
    for (const count of counts.slice(1, -1)) expect(count).toBeCloseTo(1000, -1);
  });

  it('gives a value that fills a bin alone one of its own', () => {
    const zeroInflated = Float64Array.from({ length: 1000 }, (_, i) => (i < 700 ? 0 : i));
    const { counts } = buildHistogram('x', zeroInflated, quantileEdges(zeroInflated));
    expect(counts[1]).toBe(700);
    const middle = Float64Array.from({ length: 1000 }, (_, i) => (i < 40 ? -i - 1 : i < 900 ? 0 : i));
    expect(buildHistogram('x', middle, quantileEdges(middle)).counts).toContain(860);
  });

  it('tells the two values of an indicator apart, however rare one is', () => {
    const values = Float64Array.from({ length: 1000 }, (_, i) => (i < 3 ? 1 : 0));
    expect(quantileEdges(values)).toEqual([0, 0.5, 1]);
    expect(buildHistogram('x', values, [0, 0.5, 1]).counts).toEqual([0, 997, 3, 0]);
  });

  it('keeps a constant column as one point', () => {
    expect(quantileEdges(Float64Array.of(3, 3, NaNs, 3))).toEqual([3, 3]);
  });

  it('is empty for a column that is missing throughout', () => {
    expect(quantileEdges(Float64Array.of(NaNs, NaNs))).toEqual([]);
    expect(buildHistogram('x', Float64Array.of(NaNs, 4), []).counts).toEqual([1]);
  });

  it('separates neighbouring floats', () => {
    const next = 1 + Number.EPSILON;
    const values = Float64Array.of(1, 1, next, next);
    expect(buildHistogram('x', values, quantileEdges(values)).counts).toEqual([0, 2, 2, 0]);
  });

  it('yields ascending edges of at most ten bins that hold all training values', () => {
    fc.assert(
      fc.property(numbers, (given) => {
        const values = Float64Array.from(given);
        const edges = quantileEdges(values);
        expect(edges.length).toBeLessThanOrEqual(11);
        expect([...edges].sort((a, b) => a - b)).toEqual(edges);
        const histogram = buildHistogram('x', values, edges);
        expect(histogramRows(histogram)).toBe(given.length);
        if (edges.length > 0) {
          expect(histogram.counts[0]).toBe(0);
          expect(histogram.counts.at(-1)).toBe(0);
          if ((edges[0] as number) < (edges.at(-1) as number)) {
            for (const count of histogram.counts.slice(1, -1)) expect(count).toBeGreaterThan(0);
          }
        }
      }),
    );
  });
});

describe('buildHistogram', () => {
  it('puts the minimum in the first bin, the maximum in the last, cuts above, and outsiders in bins of their own', () => {
    const values = Float64Array.of(-1, 0, 4.9, 5, 10, 10.1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, NaNs);
    expect(buildHistogram('x', values, [0, 5, 10])).toEqual({
      kind: 'number',
      column: 'x',
      edges: [0, 5, 10],
      counts: [2, 2, 2, 2],
      missing: 1,
    });
  });

  it('counts what is new in a constant column apart', () => {
    expect(buildHistogram('x', Float64Array.of(2.9, 3, 3, 3.1, 4), [3, 3]).counts).toEqual([1, 2, 2]);
  });
});

describe('buildCategoryHistogram', () => {
  it('counts by name, others together, missing apart, whatever the names', () => {
    const histogram = buildCategoryHistogram(
      'home',
      ['rent', '__proto__', null, 'own', 'rent', 'x'],
      ['rent', '__proto__'],
    );
    expect(histogram.counts).toEqual([2, 1, 2]);
    expect(histogram.missing).toBe(1);
    expect(histogramRows(histogram)).toBe(6);
  });

  it('keeps the most frequent categories, equals by name', () => {
    const values = ['b', 'a', 'e', 'c', 'c', null, 'd', 'd', 'd'];
    expect(frequentCategories(values)).toEqual(['d', 'c', 'a', 'b', 'e']);
    expect(frequentCategories(values, 2)).toEqual(['d', 'c']);
  });
});

describe('mergeHistograms', () => {
  it('counts parts as it counts the whole', () => {
    fc.assert(
      fc.property(numbers, numbers, (first, second) => {
        const edges = quantileEdges(Float64Array.from(first));
        const count = (values: number[]) => buildHistogram('x', Float64Array.from(values), edges);
        expect(mergeHistograms(count(first), count(second))).toEqual(count([...first, ...second]));
        expect(mergeHistograms(count(second), count(first))).toEqual(count([...first, ...second]));
      }),
    );
  });

  it('refuses histograms with other bins', () => {
    const number = buildHistogram('x', new Float64Array(0), [0, 1]);
    const category = buildCategoryHistogram('x', [], ['a']);
    for (const other of [
      { ...number, edges: [0, 2] },
      { ...number, column: 'y' },
      { ...number, edges: [0, 1, 2] },
    ]) {
      expect(() => mergeHistograms(number, other)).toThrow(EvaluationError);
    }
    expect(() => mergeHistograms<typeof number | typeof category>(number, category)).toThrow(/differ in their bins/);
  });
});
