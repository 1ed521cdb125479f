import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prepareIsotonic as prepareIsotonicMap } from '#domain/calibration/isotonic';
import { logit } from '#domain/calibration/logit';
import { preparePlatt as preparePlattMap } from '#domain/calibration/platt';
import { calibrationMethod, calibrationOf } from '#domain/calibration/registry';

type Rows = [scores: Float64Array, hits: Uint8Array];
const prepareIsotonic = (...rows: Rows) => {
  const prepared = prepareIsotonicMap(...rows);
  return (weights: Float64Array) => calibrationOf(prepared(weights));
};
const preparePlatt = (...rows: Rows) => {
  const prepared = preparePlattMap(...rows);
  return (weights: Float64Array) => calibrationOf(prepared(weights));
};

const scores = Float64Array.of(0.05, 0.1, 0.1, 0.2, 0.3, 0.35, 0.4, 0.4, 0.55, 0.6, 0.7, 0.75, 0.8, 0.9, 0.95);
const hits = Uint8Array.of(0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 1, 0, 1, 1, 1);
const ones = new Float64Array(15).fill(1);

const rows = fc.array(fc.record({ score: fc.double({ min: 0, max: 1, noNaN: true }), hit: fc.boolean() }), {
  minLength: 1,
  maxLength: 60,
});

describe('isotonic calibration', () => {
  const asked = [0, 0.05, 0.1, 0.15, 0.25, 0.4, 0.5, 0.58, 0.65, 0.77, 0.99];

  // scikit-learn 1.9.1: IsotonicRegression(out_of_bounds='clip').fit(scores, hits, sample_weight).predict(asked)
  it.each([
    ['alike', ones, [0, 0, 1 / 4, 1 / 4, 1 / 4, 1 / 2, 1 / 2, 3 / 5, 2 / 3, 4 / 5, 1]],
    [
      'of different weights',
      Float64Array.of(1, 2, 1, 1, 3, 1, 1, 2, 1, 1, 1, 2, 1, 1, 1),
      [0, 0, 1 / 7, 1 / 7, 1 / 7, 5 / 9, 5 / 9, 5 / 9, 5 / 9, 11 / 15, 1],
    ],
  ])('equals scikit-learn for rows %s', (_, weights, expected) => {
    const calibrate = prepareIsotonic(scores, hits)(weights);
    for (const [i, score] of asked.entries()) expect(calibrate(score)).toBeCloseTo(expected[i] as number, 12);
  });

  it('never falls, stays within 0 and 1, and keeps the mean of the rows', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const own = Float64Array.from(given, ({ score }) => score);
        const calibrate = prepareIsotonic(
          own,
          Uint8Array.from(given, ({ hit }) => Number(hit)),
        )(new Float64Array(given.length).fill(1));
        const found = [...own].sort((a, b) => a - b).map(calibrate);
        for (const [i, p] of found.entries()) {
          expect(p).toBeGreaterThanOrEqual(i === 0 ? 0 : (found[i - 1] as number) - 1e-12);
          expect(p).toBeLessThanOrEqual(1);
        }
        const mean = found.reduce((sum, p) => sum + p, 0) / given.length;
        expect(mean).toBeCloseTo(given.filter(({ hit }) => hit).length / given.length, 9);
      }),
    );
  });

  it('takes a weight for that many equal rows', () => {
    fc.assert(
      fc.property(
        rows,
        fc.infiniteStream(fc.nat(3)),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (given, stream, at) => {
          const times = given.map((_, i) => (i === 0 ? 1 : (stream.next().value as number)));
          const repeated = given.flatMap((row, i) => Array.from({ length: times[i] as number }, () => row));
          const fitted = (list: typeof given, weights: Float64Array) =>
            prepareIsotonic(
              Float64Array.from(list, ({ score }) => score),
              Uint8Array.from(list, ({ hit }) => Number(hit)),
            )(weights)(at);
          expect(fitted(given, Float64Array.from(times))).toBeCloseTo(
            fitted(repeated, new Float64Array(repeated.length).fill(1)),
            9,
          );
        },
      ),
    );
  });
});

describe("Platt's calibration", () => {
  // scikit-learn 1.9.1: sklearn.calibration._SigmoidCalibration().fit(logit(scores), hits).predict(logit(asked))
  it.each([
    [0.05, 0.2169628285],
    [0.25, 0.414914939],
    [0.5, 0.5537059057],
    [0.75, 0.6846003793],
    [0.95, 0.8474533352],
  ])('equals scikit-learn at a score of %d', (score, expected) => {
    expect(preparePlatt(scores, hits)(ones)(score)).toBeCloseTo(expected, 5);
  });

  it('stays strictly within 0 and 1, also when all rows are of one class', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const calibrate = preparePlatt(
          Float64Array.from(given, ({ score }) => score),
          Uint8Array.from(given, ({ hit }) => Number(hit)),
        )(new Float64Array(given.length).fill(1));
        for (const { score } of given) {
          expect(calibrate(score)).toBeGreaterThanOrEqual(0);
          expect(calibrate(score)).toBeLessThanOrEqual(1);
        }
      }),
    );
    expect(logit(0)).toBeCloseTo(-13.8155, 3);
  });
});

it('refuses an unknown method', () => {
  expect(() => calibrationMethod('luck')).toThrow('There is no calibration method "luck"; known: isotonic, platt.');
});
