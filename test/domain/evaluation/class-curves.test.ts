import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classCurves } from '#domain/evaluation/class-curves';
import { residualCurves } from '#domain/evaluation/residuals';

/** The share of pairs of a row of the class and another one in which the first scores higher; a tie counts one half. */
function aucByPairs(labels: Uint16Array, scores: Float64Array, k: number, index: number): number {
  const own = [...labels.keys()].map((row) => ({
    is: labels[row] === index,
    score: scores[row * k + index] as number,
  }));
  const [inside, outside] = [own.filter(({ is }) => is), own.filter(({ is }) => !is)];
  const wins = inside.flatMap((a) => outside.map((b) => (a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0)));
  return wins.reduce((sum: number, one) => sum + one, 0) / wins.length;
}

describe('curves by class', () => {
  it('are those of the class against all others', () => {
    const rows = fc.array(
      fc.record({ label: fc.integer({ min: 0, max: 2 }), scores: fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9)) }),
      { minLength: 3, maxLength: 40 },
    );
    fc.assert(
      fc.property(rows, (own) => {
        fc.pre([0, 1, 2].every((index) => own.some(({ label }) => label === index)));
        const labels = Uint16Array.from(own, ({ label }) => label);
        const scores = Float64Array.from(own.flatMap(({ scores: each }) => each));
        const curves = classCurves(labels, scores, ['a', 'b', 'c']);
        expect(curves.map(({ class: name }) => name)).toEqual(['a', 'b', 'c']);
        for (const [index, { auc, share, roc, pr }] of curves.entries()) {
          expect(auc).toBeCloseTo(aucByPairs(labels, scores, 3, index), 12);
          expect(share).toBe(own.filter(({ label }) => label === index).length / own.length);
          expect([roc.x[0], roc.y[0], roc.x.at(-1), roc.y.at(-1)]).toEqual([0, 0, 1, 1]);
          // with every row claimed, the precision is the share of the class
          expect([pr.x.at(-1), pr.y.at(-1)]).toEqual([1, share]);
        }
      }),
    );
  });

  it('are kept of twelve classes, in at most a hundred points', () => {
    const labels = Uint16Array.from({ length: 1500 }, (_, row) => row % 15);
    const scores = Float64Array.from({ length: 1500 * 15 }, (_, i) => (i * 7919) % 1009);
    const curves = classCurves(
      labels,
      scores,
      Array.from({ length: 15 }, (_, i) => `class ${i}`),
    );
    expect(curves).toHaveLength(12);
    for (const { roc, pr } of curves) expect(Math.max(roc.x.length, pr.x.length)).toBeLessThanOrEqual(100);
  });
});

describe('residuals by prediction', () => {
  it('lose no row, and are a mean and two percentiles of each bin', () => {
    const predicted = Float64Array.from({ length: 400 }, (_, row) => (row * 37) % 400);
    const actual = predicted.map((value, row) => value - (value < 200 ? 3 : -5) - (row % 2 === 0 ? 1 : -1));
    const { residuals, byPrediction = [] } = residualCurves(actual, predicted, [-10, 0, 10]);
    expect(residuals).toEqual({ edges: [-10, 0, 10], counts: [200, 200] });
    expect(byPrediction).toHaveLength(20);
    expect(byPrediction.reduce((sum, { count }) => sum + count, 0)).toBe(400);
    const [first, last] = [byPrediction[0], byPrediction.at(-1)];
    expect([first?.predicted, last?.predicted]).toEqual([9.5, 389.5]);
    expect(first?.mean).toBeCloseTo(3, 12);
    expect(last?.mean).toBeCloseTo(-5, 12);
    expect([first?.low, first?.high, last?.low, last?.high]).toEqual([2, 4, -6, -4]);
  });

  it('have one bin of few rows', () => {
    const { byPrediction } = residualCurves(Float64Array.of(1, 2), Float64Array.of(1, 4), [-1, 1]);
    expect(byPrediction).toEqual([{ predicted: 2.5, mean: 1, low: 0.2, high: 1.8, count: 2 }]);
  });
});
