import { logit } from '#domain/calibration/logit';

/** The log-odds of the hits as a line over the log-odds of the scores, with the covariance of both numbers. */
export interface Recalibration {
  readonly intercept: number;
  readonly slope: number;
  readonly covariance: { readonly intercept: number; readonly slope: number; readonly both: number };
}

/** Newton steps at most: ten are enough where the fit exists. */
const STEPS = 50;
/** Log-odds beyond this mean that the scores tell the hits apart without an error, and no line fits. */
const LIMIT = 25;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * Logistic regression of hits on the log-odds of their scores (Cox 1958, "Two Further Applications of a Model for Binary Regression"; as
 * calibration intercept and slope in Steyerberg 2019, "Clinical Prediction Models"). A calibrated model has 0 and 1; a slope below 1 means
 * that the scores are too far apart.
 *
 * @returns undefined where no line fits: one class alone, scores that are all the same, or that separate the classes
 */
export function fitRecalibration(scores: Float64Array, hits: Uint8Array): Recalibration | undefined {
  const odds = scores.map(logit);
  let [a, b] = [0, 1];
  for (let step = 0; step < STEPS; step++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 0, 0, 0];
    for (const [row, hit] of hits.entries()) {
      const x = odds[row] as number;
      const p = sigmoid(a + b * x);
      const weight = p * (1 - p);
      ga += hit - p;
      gb += (hit - p) * x;
      haa += weight;
      hab += weight * x;
      hbb += weight * x * x;
    }
    const determinant = haa * hbb - hab * hab;
    if (!(determinant > 1e-9 * haa * hbb)) return undefined;
    const [da, db] = [(hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant];
    // half steps keep Newton from leaving where it would end
    const size = Math.min(1, 2 / Math.max(Math.abs(da), Math.abs(db), 1e-12));
    a += size * da;
    b += size * db;
    if (Math.abs(a) > LIMIT || Math.abs(b) > LIMIT) return undefined;
    if (Math.abs(da) < 1e-8 && Math.abs(db) < 1e-8) {
      const covariance = { intercept: hbb / determinant, slope: haa / determinant, both: -hab / determinant };
      return { intercept: a, slope: b, covariance };
    }
  }
  return undefined;
}

/**
 * The intercept with a slope of 1: calibration in the large. Above 0 more came true than the scores said.
 *
 * @returns undefined where all rows are of one class
 */
export function fitInTheLarge(
  scores: Float64Array,
  hits: Uint8Array,
): { readonly value: number; readonly deviation: number } | undefined {
  const odds = scores.map(logit);
  const total = hits.reduce((sum, hit) => sum + hit, 0);
  if (total === 0 || total === hits.length) return undefined;
  // the sum of the probabilities grows with the intercept: bisection finds it
  let [low, high] = [-LIMIT * 2, LIMIT * 2];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (odds.reduce((sum, x) => sum + sigmoid(middle + x), 0) < total) low = middle;
    else high = middle;
  }
  const information = odds.reduce((sum, x) => {
    const p = sigmoid(high + x);
    return sum + p * (1 - p);
  }, 0);
  return { value: high, deviation: 1 / Math.sqrt(information) };
}

/** The hits that a recalibration expects, as probabilities by row. */
export const recalibrated = (scores: Float64Array, { intercept, slope }: Recalibration): Float64Array =>
  scores.map((score) => sigmoid(intercept + slope * logit(score)));
