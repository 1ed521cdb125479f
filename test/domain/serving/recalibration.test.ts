import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { xgboost } from '#domain/algorithms/xgboost/xgboost';
import { modelFormat, recalibrate, recalibrateText, recalibrationOf } from '#domain/serving/recalibration';

const negatives = { majority: 0, keptShare: 0.1 } as const;
const positives = { majority: 1, keptShare: 0.1 } as const;
const probability = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });
const share = fc.double({ min: 1e-3, max: 1, noNaN: true });

describe('a recalibrated score', () => {
  it('is that of Dal Pozzolo et al. 2015, equation 4', () => {
    fc.assert(
      fc.property(probability, share, (ps, b) => {
        expect(recalibrate(ps, { majority: 0, keptShare: b })).toBeCloseTo((b * ps) / (b * ps - ps + 1), 10);
      }),
    );
  });

  it('is the probability among all rows, where the model knows that of the rows that were kept', () => {
    fc.assert(
      fc.property(probability, share, (p, b) => {
        // Bayes: negative rows are kept with probability b
        expect(recalibrate(p / (p + b * (1 - p)), { majority: 0, keptShare: b })).toBeCloseTo(p, 9);
        expect(recalibrate((b * p) / (b * p + 1 - p), { majority: 1, keptShare: b })).toBeCloseTo(p, 9);
      }),
    );
  });

  it('ranks rows as before', () => {
    fc.assert(
      fc.property(probability, probability, (a, b) => {
        for (const balance of [negatives, positives])
          expect(recalibrate(Math.min(a, b), balance)).toBeLessThanOrEqual(recalibrate(Math.max(a, b), balance));
      }),
    );
  });

  it('keeps its ends, and what is no probability', () => {
    for (const score of [0, 1, -2, 3]) expect(recalibrate(score, negatives)).toBe(score);
    expect(recalibrate(Number.NaN, negatives)).toBeNaN();
    expect(recalibrate(0.5, negatives)).toBeCloseTo(1 / 11, 12);
    expect(recalibrate(0.5, positives)).toBeCloseTo(10 / 11, 12);
  });
});

describe('the format of a model', () => {
  it('recalibrates the scores of one that learnt from undersampled rows', () => {
    const { input, output } = modelFormat(xgboost, { balance: { kind: 'undersampled', ...negatives } });
    expect(input).toBe(xgboost.input);
    expect(output.contentType).toBe('text/csv');
    expect([...output.readScores('0.5\n1\n', 1, 'test')]).toEqual([recalibrate(0.5, negatives), 1]);
  });

  it('is that of the algorithm for any other', () => {
    for (const balance of [undefined, { kind: 'weights' as const, weights: [1, 2] }]) {
      expect(modelFormat(xgboost, { balance }).output).toBe(xgboost.output);
      expect(recalibrationOf({ balance })).toBeUndefined();
    }
  });
});

it('an answer has its scores recalibrated and the rest as it was', () => {
  expect(recalibrateText('0.5\n0.25\n', (score) => score * 2)).toBe('1\n0.5\n');
  expect(recalibrateText('[0.5, 0.25]', (score) => score * 2)).toBe('[1, 0.5]');
  expect(recalibrateText('no model', (score) => score * 2)).toBe('no model');
});

describe('a calibrated score', () => {
  const platt = { method: 'platt', slope: 2, intercept: 1 } as const;
  const logit = (p: number) => Math.log(p / (1 - p));

  it('is calibrated after it is made the probability among all rows', () => {
    const undersampled = { balance: { kind: 'undersampled', ...negatives } } as const;
    const turn = recalibrationOf(undersampled, platt);
    const among = recalibrate(0.5, negatives);
    expect(logit(turn?.(0.5) ?? 0)).toBeCloseTo(2 * logit(among) + 1, 9);
    expect(logit(recalibrationOf({}, platt)?.(0.5) ?? 0)).toBeCloseTo(1, 9);
    expect(recalibrationOf({})).toBeUndefined();
  });

  it('is what everyone who reads the answers of the model gets', () => {
    const { output } = modelFormat(xgboost, {}, { method: 'isotonic', at: [0, 1], value: [0.2, 0.4] });
    expect([...output.readScores('0\n0.5\n1\n', 1, 'scores')]).toEqual([0.2, 0.30000000000000004, 0.4]);
    expect(modelFormat(xgboost, {}).output).toBe(xgboost.output);
  });
});
