import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binsOf, joinRare, williamsCorrection } from '#domain/drift/bins';
import { chiSquare, cramersV, pearson } from '#domain/drift/chi-square';
import { chiSquareTail, hypergeometricTail, kolmogorovTail, logGamma } from '#domain/drift/distributions';
import { buildHistogram, quantileEdges } from '#domain/drift/histogram';
import { jensenShannon, jensenShannonDistance, likelihoodRatio } from '#domain/drift/jensen-shannon';
import { binnedKs, exactKs, ks, ksProbability } from '#domain/drift/ks';
import { missing } from '#domain/drift/missing';
import { populationStability, psi, stabilityProbability } from '#domain/drift/psi';
import { range } from '#domain/drift/range';
import { benjaminiHochberg, leastLikely } from '#domain/drift/significance';
import { unseen } from '#domain/drift/unseen';
import { binPoints, earthMoved, wasserstein } from '#domain/drift/wasserstein';
import { createRandom } from '#domain/random';
import { reference } from '../evaluation/reference.ts';
import scipy from './fixtures/scipy.json' with { type: 'json' };
import { binomial } from './support/simulation.ts';

const histogram = (counts: number[], missing = 0) => ({
  kind: 'category' as const,
  column: 'x',
  categories: counts.slice(1).map(String),
  counts,
  missing,
});
const values = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 60 });

describe('tails of distributions equal SciPy', () => {
  const close = (value: number, expected: number) => expect(Math.abs(value / expected - 1)).toBeLessThan(1e-7);

  it.each(scipy.logGamma)('logarithm of the gamma function at $x', ({ x, expected }) => close(logGamma(x), expected));

  it.each(scipy.chiSquareTail)('chi-square, $degrees degrees, above $x', ({ x, degrees, expected }) =>
    close(chiSquareTail(x, degrees), expected),
  );

  it.each(reference.chiSquareQuantiles)('chi-square, $degrees degrees, above the quantile of $p', (quantile) =>
    close(chiSquareTail(quantile.expected, quantile.degrees), 1 - quantile.p),
  );

  it.each(reference.normalQuantiles)(
    'chi-square of one degree above the square of the normal quantile of $p',
    (normal) => expect(chiSquareTail(normal.expected ** 2, 1)).toBeCloseTo(2 * Math.min(normal.p, 1 - normal.p), 8),
  );

  it.each(scipy.kolmogorovTail)('Kolmogorov above $x', ({ x, expected }) => close(kolmogorovTail(x), expected));

  it.each(scipy.hypergeometricTail)('$found or more of $marked among $drawn of $all', (tail) =>
    close(hypergeometricTail(tail.found, tail.marked, tail.drawn, tail.all), tail.expected),
  );

  it('and are 1 and 0 at the ends', () => {
    expect([chiSquareTail(0, 3), kolmogorovTail(0), hypergeometricTail(0, 2, 2, 9)]).toEqual([1, 1, 1]);
    expect([chiSquareTail(1e9, 3), kolmogorovTail(50), hypergeometricTail(3, 2, 2, 9)]).toEqual([0, 0, 0]);
    expect(hypergeometricTail(1, 5, 5, 9)).toBe(1);
  });

  it('and fall as what is found grows', () => {
    const positive = fc.double({ min: 0, max: 200, noNaN: true });
    fc.assert(
      fc.property(positive, positive, fc.integer({ min: 1, max: 60 }), (a, b, degrees) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(chiSquareTail(high, degrees)).toBeLessThanOrEqual(chiSquareTail(low, degrees) * (1 + 1e-12));
        expect(kolmogorovTail(high / 50)).toBeLessThanOrEqual(kolmogorovTail(low / 50));
      }),
    );
  });

  it('and sum to one over the hypergeometric distribution', () => {
    const rows = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(rows, rows, fc.integer({ min: 40, max: 90 }), rows, (marked, drawn, all, found) => {
        const fewer = hypergeometricTail(drawn - found + 1, all - marked, drawn, all);
        expect(hypergeometricTail(found, marked, drawn, all) + fewer).toBeCloseTo(1, 9);
      }),
    );
  });
});

describe('tests of shares', () => {
  const { before, now, ...expected } = scipy.shares;
  const bins = binsOf(histogram(before), histogram(now));

  it('equal SciPy: Pearson, likelihood ratio, Jensen-Shannon', () => {
    expect(pearson(bins)).toBeCloseTo(expected.pearson, 9);
    expect(chiSquare.measure(histogram(before), histogram(now))?.p).toBeCloseTo(expected.pearsonP, 12);
    expect(likelihoodRatio(bins)).toBeCloseTo(expected.ratio, 9);
    expect(jensenShannonDistance(bins)).toBeCloseTo(expected.jensenShannon, 12);
    const own = jensenShannon.measure(histogram(before), histogram(now));
    expect(own?.statistic).toBeCloseTo(expected.jensenShannon, 12);
    // the correction of Williams makes it a little larger
    expect(own?.p).toBeGreaterThan(expected.ratioP);
    expect(own?.p).toBeLessThan(expected.ratioP * 1.2);
  });

  it("equal SciPy: Cramér's V of samples of equally many rows, and the population stability index", () => {
    expect(cramersV(bins)).toBeCloseTo(expected.cramersV, 12);
    expect(populationStability(histogram(before), histogram(now)).psi).toBeCloseTo(expected.stability, 12);
  });

  it('have an effect from 0 to 1 that does not depend on the number of rows', () => {
    const [one, other] = [histogram([10, 0]), histogram([0, 10])];
    expect(cramersV(binsOf(one, other))).toBe(1);
    expect(jensenShannonDistance(binsOf(one, other))).toBeCloseTo(1, 12);
    const counts = fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 3, maxLength: 8 });
    fc.assert(
      fc.property(counts, counts, fc.integer({ min: 2, max: 50 }), (a, b, times) => {
        const [x, y] = [histogram([1, ...a.slice(0, 3)]), histogram([1, ...b.slice(0, 3)])];
        const more = histogram(y.counts.map((count) => count * times));
        for (const effect of [cramersV, jensenShannonDistance]) {
          expect(effect(binsOf(x, y))).toBeGreaterThanOrEqual(0);
          expect(effect(binsOf(x, y))).toBeLessThanOrEqual(1 + 1e-12);
          expect(effect(binsOf(x, more))).toBeCloseTo(effect(binsOf(x, y)), 12);
        }
      }),
    );
  });

  it('measure nothing without rows, and find nothing in one bin', () => {
    for (const test of [chiSquare, jensenShannon]) {
      expect(test.measure(histogram([0, 0]), histogram([1, 2]))).toBeUndefined();
      expect(test.measure(histogram([1, 2]), histogram([0, 0]))).toBeUndefined();
      expect(test.measure(histogram([7, 0]), histogram([5, 0]))?.p).toBe(1);
    }
    expect(stabilityProbability(binsOf(histogram([7, 0]), histogram([5, 0])))).toBe(1);
  });
});

describe('chi-square beside a baseline so small that every bin is rare', () => {
  it('finds a window of one category out of three', () => {
    const found = chiSquare.measure(histogram([0, 8, 6, 6]), histogram([0, 546, 0, 0]));

    expect(found?.statistic).toBeGreaterThan(0.5);
    expect(found?.p).toBeLessThan(1e-9);
  });

  it('is wrong at most as often as it says', () => {
    const random = createRandom(12);
    const sample = (rows: number): number[] => {
      const first = binomial(rows, 0.5, random);
      const second = binomial(rows - first, 0.5, random);
      return [0, first, second, rows - first - second];
    };
    const wrong = Array.from({ length: 2000 }, () =>
      chiSquare.measure(histogram(sample(20)), histogram(sample(500))),
    ).filter((found) => (found?.p ?? 1) <= 0.05);
    expect(wrong.length / 2000).toBeLessThanOrEqual(0.05);
    expect(wrong.length).toBeGreaterThan(0);
  });
});

describe('williamsCorrection', () => {
  it('is 1 + (Σ all / rows - 1)(Σ all / bin - 1) / 6 all (bins - 1) (Sokal & Rohlf, "Biometry", 17.4)', () => {
    const counts = { before: [10, 20, 30, 40], now: [40, 30, 20, 10] };
    expect(williamsCorrection({ ...counts, n: 100, m: 100 })).toBeCloseTo(1 + (3 * 15) / (6 * 200 * 3), 12);
    const uneven = { before: [300, 60], now: [20, 20] };
    const inverse = 400 / 320 + 400 / 80 - 1;
    expect(williamsCorrection({ ...uneven, n: 360, m: 40 })).toBeCloseTo(
      1 + ((400 / 360 + 400 / 40 - 1) * inverse) / (6 * 400),
      12,
    );
  });

  it('is that of two bins where there is one', () => {
    expect(williamsCorrection({ before: [50], now: [50], n: 50, m: 50 })).toBe(1);
  });
});

describe('joinRare', () => {
  it('joins bins that expect fewer than ten rows of the smaller sample, and keeps the others', () => {
    const joined = joinRare(binsOf(histogram([900, 60, 30, 10]), histogram([90, 6, 3, 1])));
    expect(joined).toEqual({ before: [900, 100], now: [90, 10], n: 1000, m: 100 });
  });

  it('keeps every row, and no rare bin unless all are one', () => {
    const counts = fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 2, maxLength: 9 });
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const all = binsOf(
          histogram([1, ...a]),
          histogram([1, ...b, ...a.slice(b.length).fill(0)].slice(0, a.length + 1)),
        );
        const joined = joinRare(all);
        const sum = (list: readonly number[]) => list.reduce((x, y) => x + y, 0);
        expect([sum(joined.before), sum(joined.now)]).toEqual([all.n, all.m]);
        if (joined.before.length < 2) return;
        const share = Math.min(all.n, all.m) / (all.n + all.m);
        for (const [i, count] of joined.before.entries()) {
          expect((count + (joined.now[i] as number)) * share).toBeGreaterThanOrEqual(10 - 1e-9);
        }
      }),
    );
  });
});

describe('Wasserstein', () => {
  const { edges, points, before, now, expected } = scipy.wasserstein;
  const numbers = (counts: number[]) => ({ kind: 'number' as const, column: 'x', edges, counts, missing: 0 });

  it('equals SciPy on the points of the bins', () => {
    expect(binPoints({ edges })).toEqual(points);
    expect(earthMoved(numbers(before), numbers(now))?.distance).toBeCloseTo(expected, 12);
  });

  it('is measured in standard deviations, and not likely by chance', () => {
    const found = wasserstein.measure(numbers(before), numbers(now));
    expect(found?.statistic).toBeGreaterThan(0.2);
    expect(found?.p).toBeLessThan(0.01);
    expect(wasserstein.measure(numbers(before), numbers(before))).toEqual({ statistic: 0, p: 1 });
  });

  it('does not measure categories, a side without values, and a column that was constant', () => {
    expect(wasserstein.measure(histogram([1, 2]), histogram([1, 2]))).toBeUndefined();
    expect(wasserstein.measure(numbers(before), numbers([0, 0, 0, 0, 0, 0]))).toBeUndefined();
    const constant = buildHistogram('x', Float64Array.of(2, 2), [2, 2]);
    expect(wasserstein.measure(constant, constant)).toBeUndefined();
  });
});

describe('tests of single shares', () => {
  const present = (count: number, of: number) => histogram([of - count, 0], count);

  it.each(scipy.fisher)('equal SciPy: $before of $n, then $now of $m', ({ before, n, now, m, greater, less }) => {
    const two = Math.min(1, 2 * Math.min(greater, less));
    expect(missing.measure(present(before, n), present(now, m))).toEqual({
      statistic: Math.abs(now / m - before / n),
      p: expect.closeTo(two, 8),
    });
    const others = (count: number, of: number) => histogram([of - count, count]);
    const found = unseen.measure({ ...others(before, n), categories: ['a'] }, { ...others(now, m), categories: ['a'] });
    expect(found?.p).toBeCloseTo(greater, 8);
    expect(found?.statistic).toBe(Math.max(0, now / m - before / n));
  });

  it.each(scipy.range)('equal SciPy: $below below and $above above the training range', ({ below, above, n, m, p }) => {
    const sample = (at: 0 | 1, rows: number) => {
      const [low, high] = [below[at] as number, above[at] as number];
      const counts = [low, rows - low - high, high];
      return { kind: 'number' as const, column: 'x', edges: [0, 1], counts, missing: 0 };
    };
    expect(Math.abs((range.measure(sample(0, n), sample(1, m))?.p ?? 0) / p - 1)).toBeLessThan(1e-7);
  });

  it('see values beyond an end of the training range, and know that some always are', () => {
    const inside = (below: number, within: number, above: number) => ({
      kind: 'number' as const,
      column: 'x',
      edges: [0, 1],
      counts: [below, within, above],
      missing: 0,
    });
    // the three largest of 1,050 rows are all in the window of 50
    const chance = ((50 / 1050) * 49 * 48) / 1049 / 1048;
    const found = range.measure(inside(0, 1000, 0), inside(0, 47, 3));
    expect(found?.statistic).toBeCloseTo(0.06, 12);
    expect(found?.p).toBeCloseTo(2 * chance, 12);
    expect(range.measure(inside(0, 1000, 0), inside(3, 47, 0))?.p).toBeCloseTo(2 * chance, 12);
    expect(range.measure(inside(0, 1000, 0), inside(0, 50, 0))).toEqual({ statistic: 0, p: 1 });
  });

  it('measure nothing of another kind, of no rows, or of no listed category', () => {
    const [none, some] = [histogram([0, 0]), histogram([1, 1])];
    const numbers = { kind: 'number' as const, column: 'x', edges: [0, 1], counts: [0, 0, 0], missing: 0 };
    expect(missing.measure(none, some)).toBeUndefined();
    expect(unseen.measure(none, some)).toBeUndefined();
    expect(unseen.measure(numbers, numbers)).toBeUndefined();
    expect(
      unseen.measure({ ...histogram([5]), categories: [] }, { ...histogram([5]), categories: [] }),
    ).toBeUndefined();
    expect(range.measure(some, some)).toBeUndefined();
    expect(range.measure(numbers, numbers)).toBeUndefined();
  });
});

describe('benjaminiHochberg', () => {
  const { p, adjusted } = scipy.benjaminiHochberg;

  it.each([0.01, 0.04, 0.05, 0.09, 0.11, 0.3])('finds what SciPy finds at %d', (rate) => {
    const significant = benjaminiHochberg(p, rate);
    expect(p.map((own) => own <= significant)).toEqual(adjusted.map((own) => own <= rate + 1e-12));
    // columns come in the order of the table, not of their probabilities
    expect(benjaminiHochberg(p.toReversed(), rate)).toBe(significant);
    expect(benjaminiHochberg([...p.slice(5), ...p.slice(0, 5)], rate)).toBe(significant);
  });

  it('finds nothing where nothing is small, or nothing was measured', () => {
    expect(benjaminiHochberg([0.5, 0.9], 0.01)).toBe(0);
    expect(benjaminiHochberg([], 0.01)).toBe(0);
    expect(leastLikely([0.5, 0.001])).toBe(0.002);
    expect(leastLikely([0.9])).toBe(0.9);
  });
});

describe('populationStability', () => {
  it('is Σ (w - b) ln(w / b) over smoothed shares', () => {
    // shares 50.5 / 101 and 50.5 / 101 against 25.5 / 101 and 75.5 / 101
    const expected = (25.5 / 101 - 0.5) * Math.log(25.5 / 101 / 0.5) + (75.5 / 101 - 0.5) * Math.log(75.5 / 101 / 0.5);
    const { psi, bins } = populationStability(histogram([50, 50, 0]), histogram([25, 75, 0]));
    expect(psi).toBeCloseTo(expected, 12);
    expect(bins).toBe(2);
  });

  it('is finite and large when a bin fills that was empty, missing values included', () => {
    const { psi } = populationStability(histogram([1000, 0]), histogram([500, 500]));
    expect(psi).toBeGreaterThan(1);
    expect(psi).toBeLessThan(10);
    expect(populationStability(histogram([1000, 0]), histogram([500, 0], 500)).psi).toBeCloseTo(psi, 12);
  });

  it('is zero for equal shares, never negative, and the same from either side', () => {
    const counts = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(counts, fc.infiniteStream(fc.integer({ min: 0, max: 500 })), (before, stream) => {
        const now = before.map(() => stream.next().value as number);
        const [b, w] = [histogram([1, ...before]), histogram([1, ...now])];
        expect(populationStability(b, b).psi).toBe(0);
        expect(populationStability(b, w).psi).toBeGreaterThanOrEqual(0);
        expect(populationStability(b, w).psi).toBeCloseTo(populationStability(w, b).psi, 12);
      }),
    );
  });
});

describe('stabilityProbability', () => {
  it('is that of a chi-square with one degree less than bins', () => {
    const [n, m] = [1e6, 1e5];
    const before = histogram([n / 2, n / 4, n / 4]);
    const now = histogram([m / 2 + 300, m / 4 - 150, m / 4 - 150]);
    const { psi } = populationStability(before, now);
    expect(stabilityProbability(binsOf(before, now))).toBeCloseTo(chiSquareTail(psi / (1 / n + 1 / m), 2), 5);
  });

  it('adds what chance adds on average to the threshold', () => {
    expect(psi.measure(histogram([50, 50, 0]), histogram([20, 30, 0]))?.byChance).toBeCloseTo(1 / 100 + 1 / 50, 12);
  });
});

describe('Kolmogorov-Smirnov', () => {
  it.each(reference.ks)('equals SciPy on raw values', ({ a, b, expected }) => {
    expect(exactKs(Float64Array.from(a), Float64Array.from(b))).toBeCloseTo(expected, 12);
  });

  it('from bins is never more than from raw values, and equal when each value has a bin', () => {
    fc.assert(
      fc.property(values, values, (before, now) => {
        const [a, b] = [Float64Array.from(before), Float64Array.from(now)];
        const exact = exactKs(a, b);
        const binned = (edges: number[]) => binnedKs(buildHistogram('x', a, edges), buildHistogram('x', b, edges))?.ks;
        expect(binned(quantileEdges(a))).toBeLessThanOrEqual(exact + 1e-12);
        expect(binned(Array.from({ length: 22 }, (_, i) => i - 0.5))).toBeCloseTo(exact, 12);
      }),
    );
  });

  it('of bins and its probability equal SciPy', () => {
    const { edges, before, now, statistic, p } = scipy.ks;
    const numbers = (counts: number[]) => ({ kind: 'number' as const, column: 'x', edges, counts, missing: 0 });
    const found = ks.measure(numbers(before), numbers(now));
    expect(found?.statistic).toBeCloseTo(statistic, 12);
    expect(Math.abs((found?.p ?? 0) / p - 1)).toBeLessThan(1e-9);
  });

  it('is undefined where a side has no value', () => {
    const some = buildHistogram('x', Float64Array.of(1, 2), [1, 2]);
    const none = buildHistogram('x', Float64Array.of(Number.NaN), [1, 2]);
    expect(binnedKs(some, none)).toBeUndefined();
    expect(binnedKs(none, some)).toBeUndefined();
  });

  it('is as likely as Smirnov says', () => {
    // c(0.05) = 1.3581 (Smirnov's table)
    expect(ksProbability(1.3581 * Math.sqrt(2 / 100), 100, 100)).toBeCloseTo(0.05, 4);
    expect(ksProbability(0, 100, 100)).toBe(1);
  });
});
