import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrationCurve, rankingCurves, scoreHistogram } from '#domain/evaluation/curves';
import { decimate } from '#domain/evaluation/decimate';
import { regressionCurves } from '#domain/evaluation/residuals';
import { wilsonInterval } from '#domain/evaluation/wilson';
import { createRandom } from '#domain/random';
import type { Curve } from '#schemas/records/evaluation';
import { reference } from './reference.ts';

function scored(rows: number) {
  const random = createRandom(21);
  const labels = Uint16Array.from({ length: rows }, () => (random.float() < 0.2 ? 1 : 0));
  const scores = Float64Array.from(labels, (label) => 1 / (1 + Math.exp(-(1.5 * label - 1 + random.normal()))));
  return { labels, scores };
}

const trapezoid = ({ x, y }: Curve): number =>
  x.reduce(
    (area, at, i) =>
      i === 0 ? 0 : area + ((at - (x[i - 1] as number)) * ((y[i] as number) + (y[i - 1] as number))) / 2,
    0,
  );

/** The curve's height at `at`, linear between points. */
function heightAt({ x, y }: Curve, at: number): number {
  const right = Math.max(
    x.findIndex((value) => value >= at),
    1,
  );
  const [x0, x1] = [x[right - 1] as number, x[right] as number];
  const share = x1 === x0 ? 1 : (at - x0) / (x1 - x0);
  return (y[right - 1] as number) + share * ((y[right] as number) - (y[right - 1] as number));
}

describe('rankingCurves', () => {
  it.each(reference.binary)(
    'pass through the points of scikit-learn: $name',
    ({ labels, scores, weights, roc, metrics }) => {
      const curves = rankingCurves(
        Uint16Array.from(labels),
        Float64Array.from(scores),
        weights ? Float64Array.from(weights) : undefined,
      );
      expect(trapezoid(curves.roc)).toBeCloseTo(metrics['auc'] as number, 3);
      expect([curves.roc.x[0], curves.roc.y[0]]).toEqual([0, 0]);
      expect(curves.roc.x.at(-1)).toBeCloseTo(1, 12);
      expect(curves.roc.y.at(-1)).toBeCloseTo(1, 12);
      curves.roc.x.forEach((x, i) => {
        const y = curves.roc.y[i] as number;
        expect(roc.fpr.some((fpr, j) => Math.abs(fpr - x) < 1e-9 && Math.abs((roc.tpr[j] as number) - y) < 1e-9)).toBe(
          true,
        );
      });
    },
  );

  it('starts precision-recall at the precision of the highest score and ends it at the base rate', () => {
    const { pr } = rankingCurves(Uint16Array.of(1, 0, 1, 0), Float64Array.of(0.9, 0.8, 0.7, 0.1));
    expect(pr).toEqual({ x: [0, 0.5, 0.5, 1, 1], y: [1, 1, 0.5, 2 / 3, 0.5] });
  });

  it('skips rows without weight at the top, where nothing is claimed yet', () => {
    const { pr } = rankingCurves(Uint16Array.of(0, 1, 0), Float64Array.of(0.9, 0.8, 0.1), Float64Array.of(0, 1, 1));
    expect(pr).toEqual({ x: [0, 1, 1], y: [1, 1, 0.5] });
  });

  it('thins a curve of 60,000 rows to 400 points without visible change', () => {
    const { labels, scores } = scored(60_000);
    const { roc, pr } = rankingCurves(labels, scores);
    expect(roc.x.length).toBeLessThanOrEqual(400);
    expect(pr.x.length).toBeLessThanOrEqual(400);
    const positives = labels.reduce((sum, label) => sum + label, 0);
    for (const cut of [0.2, 0.35, 0.5, 0.65, 0.8]) {
      let tp = 0;
      let fp = 0;
      scores.forEach((score, row) => {
        if (score >= cut && labels[row] === 1) tp += 1;
        else if (score >= cut) fp += 1;
      });
      expect(Math.abs(heightAt(roc, fp / (60_000 - positives)) - tp / positives)).toBeLessThan(0.002);
      expect(Math.abs(heightAt(pr, tp / positives) - tp / (tp + fp))).toBeLessThan(0.01);
    }
  });
});

describe('decimate', () => {
  it('keeps the ends and the corner of a curve, drops what lies on a line', () => {
    const x = Float64Array.of(0, 0, 0, 0.5, 0.75, 1);
    const y = Float64Array.of(0, 0.5, 1, 1, 1, 1);
    expect(decimate(x, y)).toEqual({ x: [0, 0, 1], y: [0, 1, 1] });
  });

  it('returns points of the curve, in order, never more than the limit', () => {
    const points = fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
      {
        minLength: 2,
        maxLength: 80,
      },
    );
    fc.assert(
      fc.property(points, fc.integer({ min: 2, max: 30 }), (given, limit) => {
        const thin = decimate(
          Float64Array.from(given, ([x]) => x),
          Float64Array.from(given, ([, y]) => y),
          limit,
        );
        expect(thin.x.length).toBeLessThanOrEqual(Math.max(limit, 2));
        let from = 0;
        thin.x.forEach((x, i) => {
          const at = given.findIndex(([gx, gy], index) => index >= from && gx === x && gy === thin.y[i]);
          expect(at).toBeGreaterThanOrEqual(0);
          from = at;
        });
      }),
    );
  });

  it('sees a loop that returns to its start', () => {
    // of points that are equally far, the first
    expect(decimate(Float64Array.of(0, 0.25, 0.75, 1), Float64Array.of(0, 0.5, 0.5, 0), 3).x).toEqual([0, 0.25, 1]);
    const thin = decimate(Float64Array.of(0.5, 0.9, 0.5), Float64Array.of(0.5, 0.5, 0.5));
    expect(thin.x).toEqual([0.5, 0.9, 0.5]);
  });
});

describe('calibrationCurve', () => {
  it.each(reference.binary)('equals that of scikit-learn: $name', ({ labels, scores, calibration }) => {
    const bins = calibrationCurve(Uint16Array.from(labels), Float64Array.from(scores));
    expect(bins).toHaveLength(calibration.meanScore.length);
    bins.forEach((bin, i) => {
      expect(bin.meanScore).toBeCloseTo(calibration.meanScore[i] as number, 10);
      expect(bin.positiveRate).toBeCloseTo(calibration.positiveRate[i] as number, 10);
      expect(bin.low).toBeLessThanOrEqual(bin.positiveRate + 1e-12);
      expect(bin.high).toBeGreaterThanOrEqual(bin.positiveRate - 1e-12);
    });
    expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(labels.length);
  });

  it('bounds a share by the published Wilson interval', () => {
    // Newcombe 1998, table I: 81 of 263 is 0.2553 to 0.3662; 0 of 20 is 0.0000 to 0.1611
    expect(wilsonInterval(81, 263).low).toBeCloseTo(0.2553, 4);
    expect(wilsonInterval(81, 263).high).toBeCloseTo(0.3662, 4);
    expect(wilsonInterval(0, 20).low).toBe(0);
    expect(wilsonInterval(0, 20).high).toBeCloseTo(0.1611, 4);
  });
});

describe('scoreHistogram', () => {
  it('counts every row once, by class, scores of 1 in the last bin', () => {
    const { labels, scores } = scored(1000);
    const { edges, negatives, positives } = scoreHistogram(labels, scores);
    const total = (counts: number[]) => counts.reduce((sum, count) => sum + count, 0);
    expect(edges).toHaveLength(51);
    expect(total(positives)).toBe(labels.reduce((sum, label) => sum + label, 0));
    expect(total(negatives) + total(positives)).toBe(1000);
    expect(scoreHistogram(Uint16Array.of(1), Float64Array.of(1)).positives[49]).toBe(1);
  });
});

describe('regressionCurves', () => {
  it('counts every row, outliers in the outermost bins, residuals symmetric about zero', () => {
    const random = createRandom(2);
    const actual = Float64Array.from({ length: 5000 }, () => 100 + 10 * random.normal());
    const predicted = actual.map((value) => value + random.normal());
    predicted[7] = 1e6;
    const { predictedVsActual, residuals } = regressionCurves(actual, predicted);
    expect(predictedVsActual.counts.flat().reduce((sum, count) => sum + count, 0)).toBe(5000);
    expect(residuals.counts.reduce((sum, count) => sum + count, 0)).toBe(5000);
    expect(residuals.counts.at(-1)).toBeGreaterThanOrEqual(1);
    expect(predictedVsActual.xEdges.at(-1)).toBeLessThan(200);
    expect((residuals.edges[0] as number) + (residuals.edges.at(-1) as number)).toBeCloseTo(0, 9);
    const biggest = residuals.counts.indexOf(Math.max(...residuals.counts));
    expect(Math.abs(biggest - 20)).toBeLessThan(4);
  });

  it('gives bins a width when target and prediction are constant', () => {
    for (const value of [0, 1e9]) {
      const { predictedVsActual, residuals } = regressionCurves(
        Float64Array.of(value, value),
        Float64Array.of(value, value),
      );
      expect(new Set(predictedVsActual.xEdges).size).toBe(41);
      expect(residuals.counts[20]).toBe(2);
    }
  });
});
