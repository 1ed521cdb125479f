import { chiSquareTail } from '#domain/drift/distributions';
import {
  calibrationError,
  errorByChance,
  errorDeviation,
  scoreBins,
  spiegelhalter,
} from '#domain/evaluation/calibration-error';
import { calibrationCurve } from '#domain/evaluation/curves';
import { createRandom } from '#domain/random';
import { formatNumber, formatProbability } from '#domain/text/format-number';
import type { LabelFinding, LabelMeasure } from '#schemas/records/label-window';
import { type LabelComparison, type LabelledSample, notMeasured, Z95 } from './label-check.ts';
import { fitInTheLarge, fitRecalibration, type Recalibration, recalibrated } from './recalibration.ts';

/** Resamples for the error's interval and for what chance gives. */
const RESAMPLES = 200;

/** A score that says how probable a hit is. */
interface Forecasts {
  readonly scores: Float64Array;
  readonly hits: Uint8Array;
}

/** The class with the greatest score of a row. */
function topClass(scores: Float64Array, row: number, classes: number): number {
  let top = 0;
  for (let c = 1; c < classes; c++) {
    if ((scores[row * classes + c] as number) > (scores[row * classes + top] as number)) top = c;
  }
  return top;
}

/** Binary: the score of the positive class. Multiclass: that of the class that the model decided on, a hit where it is right. */
function forecasts({ labels, scores, rows }: LabelledSample, { task, classes }: LabelComparison): Forecasts {
  if (task === 'binary') return { scores, hits: Uint8Array.from(labels) };
  const tops = Array.from({ length: rows }, (_, row) => topClass(scores, row, classes));
  return {
    scores: Float64Array.from(tops, (top, row) => scores[row * classes + top] as number),
    hits: Uint8Array.from(tops, (top, row) => (labels[row] === top ? 1 : 0)),
  };
}

/** Wald's test of two fits: the probability of such a difference of intercept and slope by chance (two degrees of freedom). */
export function changeProbability(a: Recalibration, b: Recalibration): number {
  const [di, ds] = [a.intercept - b.intercept, a.slope - b.slope];
  const intercept = a.covariance.intercept + b.covariance.intercept;
  const slope = a.covariance.slope + b.covariance.slope;
  const both = a.covariance.both + b.covariance.both;
  const determinant = intercept * slope - both * both;
  return chiSquareTail((slope * di * di - 2 * both * di * ds + intercept * ds * ds) / determinant, 2);
}

const within = (name: string, value: number, deviation: number, holdout: number): LabelMeasure => ({
  name,
  value,
  low: value - Z95 * deviation,
  high: value + Z95 * deviation,
  holdout,
});

/** Both fits of a sample; undefined where no line fits. */
function fitBoth(own: Forecasts) {
  const line = fitRecalibration(own.scores, own.hits);
  const large = fitInTheLarge(own.scores, own.hits);
  return line && large ? { line, large } : undefined;
}

/**
 * Whether the scores of a classifier still mean what they meant on the holdout. It has changed when intercept and slope of the recalibration
 * differ from the holdout's by more than chance, and the calibration error is above what such scores would have with the holdout's
 * calibration by more than the setting.
 */
export function classCalibration(check: string, comparison: LabelComparison): LabelFinding {
  const { settings, falseAlarmRate, bootstrap } = comparison;
  const now = forecasts(comparison.window, comparison);
  const before = forecasts(comparison.holdout, comparison);
  const [fit, known] = [fitBoth(now), fitBoth(before)];
  if (!fit || !known) {
    const where = fit ? 'on the holdout' : 'of the window';
    return notMeasured(check, `not measured: the rows ${where} are of one class, or the scores separate the classes`);
  }
  const random = createRandom(bootstrap.seed);
  const bins = scoreBins(now.scores);
  const error = calibrationError(bins, now.scores, now.hits);
  const deviation = errorDeviation(bins, now.scores, now.hits, { resamples: RESAMPLES, random: random });
  const byChance = errorByChance(bins, now.scores, recalibrated(now.scores, known.line), {
    resamples: RESAMPLES,
    random: random,
  });
  const former = calibrationError(scoreBins(before.scores), before.scores, before.hits);
  const p = changeProbability(fit.line, known.line);
  const changed = p <= falseAlarmRate && error - byChance > settings.calibration;
  const z = spiegelhalter(now.scores, now.hits);
  const measures: LabelMeasure[] = [
    {
      name: 'expected calibration error',
      value: error,
      low: Math.max(0, error - Z95 * deviation),
      high: error + Z95 * deviation,
      holdout: former,
      p,
      changed,
    },
    { name: 'calibration error by chance', value: byChance },
    within('calibration in the large', fit.large.value, fit.large.deviation, known.large.value),
    within('calibration slope', fit.line.slope, Math.sqrt(fit.line.covariance.slope), known.line.slope),
    {
      name: "Spiegelhalter's z",
      value: z,
      p: chiSquareTail(z * z, 1),
      holdout: spiegelhalter(before.scores, before.hits),
    },
  ];
  const figures = `the calibration error is ${formatNumber(error)}, ${formatNumber(byChance)} by chance and ${formatNumber(former)} on the holdout`;
  return {
    check,
    severity: changed ? 'warning' : 'none',
    measured: true,
    reason: changed
      ? `the scores mean something else: ${figures} (slope ${formatNumber(fit.line.slope)}, in the large ${formatNumber(fit.large.value, { signed: true })}, p ${formatProbability(p)})`
      : `the calibration holds: ${figures}`,
    measures,
    bins: calibrationCurve(Uint16Array.from(now.hits), now.scores),
  };
}
