import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeProbability } from '#domain/drift/labels/class-calibration';
import { lossBetween } from '#domain/drift/labels/loss';
import { ndcg } from '#domain/drift/labels/ndcg';
import { severityOfLoss } from '#domain/drift/labels/performance';
import { fitInTheLarge, fitRecalibration } from '#domain/drift/labels/recalibration';
import { calibrationError, scoreBins, spiegelhalter } from '#domain/evaluation/calibration-error';
import { createRandom } from '#domain/random';
import { sigmoid } from './samples.ts';

function forecasts(seed: number, truth: (odds: number) => number, rows = 4000) {
  const random = createRandom(seed);
  const odds = Float64Array.from({ length: rows }, () => 1.5 * random.normal());
  return {
    scores: odds.map(sigmoid),
    hits: Uint8Array.from(odds, (own) => (random.float() < sigmoid(truth(own)) ? 1 : 0)),
  };
}

describe('the recalibration of scores', () => {
  it.each([
    ['is the line 0 + 1x of a calibrated model', (odds: number) => odds, 0, 1],
    ['has the intercept of what comes true more often', (odds: number) => odds + 0.7, 0.7, 1],
    ['has the slope of scores that are too far apart', (odds: number) => 0.4 * odds, 0, 0.4],
  ])('%s', (_, truth, intercept, slope) => {
    const { scores, hits } = forecasts(1, truth);
    const fit = fitRecalibration(scores, hits);
    const deviation = Math.sqrt(fit?.covariance.intercept ?? 0);

    expect(Math.abs((fit?.intercept ?? 9) - intercept)).toBeLessThan(4 * deviation);
    expect(Math.abs((fit?.slope ?? 9) - slope)).toBeLessThan(4 * Math.sqrt(fit?.covariance.slope ?? 0));
  });

  it('is the maximum of the likelihood: residuals add up to nothing, also by the log-odds', () => {
    const { scores, hits } = forecasts(2, (odds) => 0.5 * odds - 1, 300);
    const fit = fitRecalibration(scores, hits);
    if (!fit) throw new Error('no fit');
    const odds = scores.map((score) => Math.log(score / (1 - score)));
    const residuals = odds.map((own, i) => (hits[i] as number) - sigmoid(fit.intercept + fit.slope * own));
    expect(residuals.reduce((sum, own) => sum + own, 0)).toBeCloseTo(0, 6);
    expect(residuals.reduce((sum, own, i) => sum + own * (odds[i] as number), 0)).toBeCloseTo(0, 6);
  });

  it.each([
    ['one class alone', [0.2, 0.7, 0.4], [1, 1, 1]],
    ['scores that are all the same', [0.5, 0.5, 0.5], [0, 1, 1]],
    ['scores that tell the classes apart', [0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1]],
    ['no row', [], []],
  ])('does not exist for %s', (_, scores, hits) => {
    expect(fitRecalibration(Float64Array.from(scores), Uint8Array.from(hits))).toBeUndefined();
  });

  it('does not exist for many scores that tell the classes apart', () => {
    const scores = Float64Array.from({ length: 400 }, (_, i) => 0.3 + 0.001 * i);
    expect(
      fitRecalibration(
        scores,
        Uint8Array.from(scores, (score) => (score > 0.5 ? 1 : 0)),
      ),
    ).toBeUndefined();
  });

  it('in the large is the intercept alone, and does not exist for one class', () => {
    const { scores, hits } = forecasts(3, (odds) => odds - 0.5);
    const { value = 9, deviation = 0 } = fitInTheLarge(scores, hits) ?? {};
    expect(Math.abs(value + 0.5)).toBeLessThan(4 * deviation);
    expect(fitInTheLarge(Float64Array.of(0.4, 0.6), Uint8Array.of(0, 0))).toBeUndefined();
    expect(fitInTheLarge(Float64Array.of(0.4, 0.6), Uint8Array.of(1, 1))).toBeUndefined();
  });

  it('changes between samples of one model as seldom as the probability says', () => {
    const fits = Array.from({ length: 40 }, (_, seed) => {
      const { scores, hits } = forecasts(seed + 50, (odds) => odds, 400);
      return fitRecalibration(scores, hits);
    }).filter((fit) => fit !== undefined);
    const found = fits.slice(1).filter((fit, i) => changeProbability(fit, fits[i] as typeof fit) < 0.1);
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThan(12);
  });
});

describe('the calibration error', () => {
  it('is the mean gap of the bins, weighed by their rows', () => {
    const scores = Float64Array.from({ length: 20 }, (_, i) => (i < 10 ? 0.2 : 0.8));
    const hits = scores.map((score, i) => (score === 0.2 ? (i < 3 ? 1 : 0) : 1));
    expect(calibrationError(scoreBins(scores), scores, hits)).toBeCloseTo((10 * 0.1 + 10 * 0.2) / 20);
  });

  it('lies between 0 and 1, and is 0 for scores that are the labels', () => {
    const rows = fc.array(
      fc.record({ score: fc.double({ min: 0, max: 1, noNaN: true }), hit: fc.integer({ min: 0, max: 1 }) }),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(rows, (given) => {
        const scores = Float64Array.from(given, ({ score }) => score);
        const hits = given.map(({ hit }) => hit);
        const error = calibrationError(scoreBins(scores), scores, hits);
        expect(error).toBeGreaterThanOrEqual(0);
        expect(error).toBeLessThanOrEqual(1);
        const exact = Float64Array.from(hits);
        expect(calibrationError(scoreBins(exact), exact, hits)).toBe(0);
      }),
    );
  });

  it('has a z that is standard normal for a calibrated model, and nothing where all scores are one half', () => {
    const { scores, hits } = forecasts(5, (odds) => odds);
    expect(Math.abs(spiegelhalter(scores, hits))).toBeLessThan(3.5);
    const surer = forecasts(6, (odds) => 0.3 * odds);
    expect(spiegelhalter(surer.scores, surer.hits)).toBeGreaterThan(5);
    expect(spiegelhalter(Float64Array.of(0.5, 0.5), [0, 1])).toBe(0);
  });
});

describe('the NDCG of a ranking', () => {
  it('is that of the example by hand', () => {
    // gains 3, 2, 1 in the order 2, 3, 1
    const dcg = 2 / Math.log2(2) + 3 / Math.log2(3) + 1 / Math.log2(4);
    const ideal = 3 / Math.log2(2) + 2 / Math.log2(3) + 1 / Math.log2(4);
    expect(ndcg([3, 2, 1], [2, 3, 1])).toBeCloseTo(dcg / ideal);
    expect(ndcg([0, 0], [1, 2])).toBe(1);
  });

  it('is at most 1, which the ranking of the gains has', () => {
    const items = fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(items, (given) => {
        const gains = given.map(([gain]) => gain);
        expect(
          ndcg(
            gains,
            given.map(([, own]) => own),
          ),
        ).toBeLessThanOrEqual(1 + 1e-12);
        expect(ndcg(gains, gains)).toBeCloseTo(1);
      }),
    );
  });
});

describe('a loss', () => {
  it('is above zero for what is worse, whichever way the metric points, and told in its units for a metric of zero', () => {
    const at = (value: number) => ({ value, draws: Float64Array.of(value - 0.01, value, value + 0.01) });
    expect(lossBetween('auc', at(0.7), at(0.8))?.share).toBeCloseTo(0.125);
    expect(lossBetween('mae', at(0.9), at(0.8))?.lost).toBeCloseTo(0.1);
    expect(lossBetween('ratio', at(0.7), at(0.8))?.lost).toBeCloseTo(0.1);
    expect(lossBetween('mae', at(0.5), at(0))?.share).toBeCloseTo(0.5);
    const alone = (value: number) => ({ value, draws: Float64Array.of(value) });
    expect(lossBetween('auc', alone(0.7), alone(0.8))?.deviation).toBe(0);
    expect(lossBetween('auc', alone(0.7), { value: 0.8, draws: Float64Array.of(Number.NaN) })).toBeUndefined();
  });

  it('has the severities of an estimated one', () => {
    expect(severityOfLoss({ share: 0.2, least: 0.1 }, 0.05)).toBe('critical');
    expect(severityOfLoss({ share: 0.2, least: 0.01 }, 0.05)).toBe('warning');
    expect(severityOfLoss({ share: 0.04, least: 0.01 }, 0.05)).toBe('note');
    expect(severityOfLoss({ share: 0.04, least: -0.01 }, 0.05)).toBe('none');
  });
});
