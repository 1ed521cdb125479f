import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FeatureMatrix } from '#domain/drift/columns';
import { areaUnder, tellApart } from '#domain/drift/joint/classifier';
import { domainClassifier } from '#domain/drift/joint/domain-classifier';
import { normalQuantile, normalScores } from '#domain/drift/joint/normal-scores';
import { createRandom } from '#domain/random';
import scipy from './fixtures/scipy.json' with { type: 'json' };
import { matrixOf, pairs } from './support.ts';

const column = (values: readonly number[]): FeatureMatrix => ({
  rows: values.length,
  width: 1,
  values: Float64Array.from(values),
});

describe('normal scores', () => {
  it.each(scipy.quantiles)('have the quantile of $p that SciPy has', ({ p, expected }) => {
    expect(Math.abs(normalQuantile(p) - expected)).toBeLessThan(1e-8 * Math.max(1, Math.abs(expected)));
  });

  it('are those of SciPy over both samples, ties in their middle', () => {
    const { values, expected } = scipy.scores;
    const found = normalScores(column(values.slice(0, 6)), column(values.slice(6)));
    expect(found).toMatchObject({ width: 1, at: [0], graded: [true] });
    for (const [i, score] of expected.entries()) expect(found.values[i]).toBeCloseTo(score, 7);
  });

  it('leave out a column of one value, and mark missing values where there are enough', () => {
    const now: FeatureMatrix = {
      rows: 4,
      width: 3,
      values: Float64Array.of(1, 7, 2, 2, 7, 3, 1, 7, 4, 2, 7, Number.NaN),
    };
    const { width, at, graded, values } = normalScores(now, now);
    expect([width, at, graded]).toEqual([3, [0, 2, 2], [false, true, false]]);
    expect(values[11]).toBeCloseTo(Math.sqrt(3), 9);
    expect(values[9]).toBeCloseTo(1, 9);
  });
});

describe('the area under the ROC curve', () => {
  it.each(scipy.areas)('is $expected, as of scikit-learn', ({ before, now, expected }) => {
    expect(areaUnder(before, now)).toBeCloseTo(expected, 12);
  });

  it('of swapped samples is the rest to 1', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 20 });
    fc.assert(fc.property(scores, scores, (a, b) => Math.abs(areaUnder(a, b) + areaUnder(b, a) - 1) < 1e-12));
  });
});

describe('the classifier', () => {
  it('finds a correlation that flipped while its columns stood still, in 500 rows and among ten columns', () => {
    for (const [correlation, least] of [
      [0.7, 0.75],
      [0.3, 0.6],
    ] as const) {
      const random = createRandom(7);
      for (let i = 0; i < 3; i++) {
        const before = matrixOf(2000, pairs(10, correlation), random);
        const { auc, deviation, causes } = tellApart(before, matrixOf(500, pairs(10, -correlation), random));
        expect(auc).toBeGreaterThan(least);
        expect((auc - 0.5) / deviation).toBeGreaterThan(4);
        const [first] = causes.toSorted((a, b) => b.share - a.share);
        expect(first?.columns).toEqual([0, 1]);
        expect(first?.share).toBeGreaterThan(0.8);
      }
    }
  });

  it('finds nothing more often than stated where nothing moved', () => {
    const random = createRandom(3);
    let [found, windows] = [0, 0];
    for (const [columns, before, now] of [
      [1, 300, 100],
      [3, 300, 300],
      [8, 300, 200],
    ] as const) {
      for (let i = 0; i < 40; i++) {
        const drawn = [
          matrixOf(before, pairs(columns, 0.5), random),
          matrixOf(now, pairs(columns, 0.5), random),
        ] as const;
        windows += 1;
        if (domainClassifier.measure(...drawn).p < 0.01) found += 1;
      }
    }
    // at most 1 %, with what chance adds to 120 windows in 95 of 100 cases
    expect(found / windows).toBeLessThanOrEqual(0.025);
  });

  it('names the correlation of both samples, as SciPy has it', () => {
    const { before, now, expected } = scipy.correlation;
    const of = (rows: readonly (readonly number[])[]) => ({
      rows: rows.length,
      width: 2,
      values: Float64Array.from(rows.flat()),
    });
    const { causes } = tellApart(of(before), of(now));
    const relation = causes.find(({ correlation }) => correlation !== undefined);
    expect(relation?.correlation?.[0]).toBeCloseTo(expected[0] as number, 6);
    expect(relation?.correlation?.[1]).toBeCloseTo(expected[1] as number, 6);
    expect(causes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
  });

  it('says the same in whatever order the rows come, and on whatever scale the columns are', () => {
    const random = createRandom(9);
    const [before, now] = [matrixOf(120, pairs(3, 0.9), random), matrixOf(80, pairs(3, -0.2), random)];
    for (const missing of [4, 10, 0, 3, 6, 9, 30, 150]) before.values[missing] = Number.NaN;
    const { auc } = tellApart(before, now);
    const reversed = ({ rows, width, values }: FeatureMatrix): FeatureMatrix => ({
      rows,
      width,
      values: Float64Array.from({ length: values.length }, (_, i) => {
        const row = rows - 1 - Math.floor(i / width);
        return values[row * width + (i % width)] as number;
      }),
    });
    const scaled = ({ values, ...rest }: FeatureMatrix): FeatureMatrix => ({
      ...rest,
      values: values.map((x) => Math.exp(x)),
    });
    expect(tellApart(reversed(before), reversed(now)).auc).toBeCloseTo(auc, 12);
    expect(tellApart(scaled(before), scaled(now)).auc).toBeCloseTo(auc, 9);
  });

  it('tells samples of one value apart by nothing', () => {
    const { auc, causes } = tellApart(column(Array(50).fill(1)), column(Array(50).fill(1)));
    expect([auc, causes]).toEqual([0.5, []]);
  });

  it('takes a relation that one sample has no spread for as no correlation', () => {
    const random = createRandom(2);
    const still = matrixOf(60, () => [1, random.normal()], random);
    const { causes } = tellApart(still, matrixOf(60, pairs(2, 0.9), random));
    const correlations = causes.flatMap(({ correlation }) => (correlation ? [correlation[0]] : []));
    expect(correlations.every((before) => before === 0)).toBe(true);
    expect(causes.length).toBeGreaterThan(0);
  });
});

describe('its significance', () => {
  it('is one-sided: samples that are too much alike are no finding', () => {
    const even = column(Array.from({ length: 100 }, (_, i) => i));
    expect(domainClassifier.measure(even, even).p).toBeGreaterThanOrEqual(0.5);
  });

  it.each([0.5, 0.4, 1.1, 'off', true])('a threshold of %s is refused', (threshold) => {
    expect(domainClassifier.threshold.safeParse(threshold).success).toBe(false);
  });

  it('is turned off by false', () => {
    expect(domainClassifier.threshold.parse(false)).toBe(false);
    expect(domainClassifier.threshold.parse(undefined)).toBe(0.6);
  });
});
