import { rankDescending } from '#domain/tallies/ranking';
import type { BinaryCurves, CalibrationBin, Curve } from '#schemas/records/evaluation';
import { decimate } from './decimate.ts';
import { quantile } from './quantile.ts';
import { wilsonInterval } from './wilson.ts';

const SCORE_BINS = 50;
const CALIBRATION_BINS = 10;

/** Cumulative positive and negative weight at each distinct score, descending, from (0, 0). */
function operatingPoints(labels: Uint16Array, scores: Float64Array, weights?: Float64Array) {
  const { order, endsTie } = rankDescending(scores);
  const tp = [0];
  const fp = [0];
  let positives = 0;
  let negatives = 0;
  order.forEach((row, place) => {
    const weight = weights ? (weights[row] as number) : 1;
    if (labels[row] === 1) positives += weight;
    else negatives += weight;
    if (endsTie[place] === 1) {
      tp.push(positives);
      fp.push(negatives);
    }
  });
  return { tp, fp, positives, negatives };
}

/**
 * ROC curve (x: false-positive rate, y: true-positive rate; scikit-learn `roc_curve`) and precision-recall curve
 * (x: recall, y: precision, starting at recall 0 with the precision of the highest score), each thinned to at most
 * `points`.
 */
export function rankingCurves(
  labels: Uint16Array,
  scores: Float64Array,
  weights?: Float64Array,
  points = 400,
): { roc: Curve; pr: Curve } {
  const { tp, fp, positives, negatives } = operatingPoints(labels, scores, weights);
  const roc = decimate(
    Float64Array.from(fp, (value) => value / negatives),
    Float64Array.from(tp, (value) => value / positives),
    points,
  );
  // at recall 0 no row is predicted positive: the curve starts with the precision of the highest score
  const recall = [0];
  const precision = [0];
  tp.forEach((value, i) => {
    const claimed = value + (fp[i] as number);
    if (claimed > 0) {
      recall.push(value / positives);
      precision.push(value / claimed);
    }
  });
  precision[0] = precision[1] as number;
  return { roc, pr: decimate(Float64Array.from(recall), Float64Array.from(precision), points) };
}

/**
 * Mean score and share of positives in bins of equally many rows, as scikit-learn
 * `calibration_curve(strategy='quantile', n_bins=10)`; bins that are empty because of ties are left out.
 */
export function calibrationCurve(labels: Uint16Array, scores: Float64Array): CalibrationBin[] {
  const sorted = scores.toSorted();
  const inner = Array.from({ length: CALIBRATION_BINS - 1 }, (_, i) => quantile(sorted, (i + 1) / CALIBRATION_BINS));
  const bins = Array.from({ length: CALIBRATION_BINS }, () => ({ count: 0, positives: 0, scoreSum: 0 }));
  scores.forEach((score, row) => {
    // numpy.searchsorted from the left: a score equal to an edge falls below it
    const at = inner.findIndex((edge) => score <= edge);
    const bin = bins[at < 0 ? CALIBRATION_BINS - 1 : at] as (typeof bins)[number];
    bin.count += 1;
    bin.positives += labels[row] as number;
    bin.scoreSum += score;
  });
  return bins
    .filter(({ count }) => count > 0)
    .map(({ count, positives, scoreSum }) => ({
      meanScore: Math.min(scoreSum / count, 1),
      positiveRate: positives / count,
      ...wilsonInterval(positives, count),
      count,
    }));
}

/** Counts of rows by class in 50 equal bins of the score over [0, 1]. */
export function scoreHistogram(labels: Uint16Array, scores: Float64Array): BinaryCurves['scores'] {
  const negatives = new Array<number>(SCORE_BINS).fill(0);
  const positives = new Array<number>(SCORE_BINS).fill(0);
  scores.forEach((score, row) => {
    const counts = labels[row] === 1 ? positives : negatives;
    const bin = Math.min(Math.floor(score * SCORE_BINS), SCORE_BINS - 1);
    counts[bin] = (counts[bin] as number) + 1;
  });
  return { edges: Array.from({ length: SCORE_BINS + 1 }, (_, i) => i / SCORE_BINS), negatives, positives };
}
