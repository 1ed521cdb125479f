import { prepareIsotonic } from '#domain/calibration/isotonic';
import { preparePlatt } from '#domain/calibration/platt';
import { calibrationOf } from '#domain/calibration/registry';

/** A map from a model's score to a probability. */
export type Calibration = (score: number) => number;

/** Fits a calibration to weighted rows. The weights are by row, in the order of the scores. */
export type CalibrationFit = (weights: Float64Array) => Calibration;

/** Below this many rows isotonic regression overfits (scikit-learn, User Guide 1.16.3, "Probability calibration"). */
export const ISOTONIC_ROWS = 1000;

/** The calibration for a number of rows: isotonic for many, Platt's sigmoid for few. */
export function prepareCalibration(scores: Float64Array, hits: Uint8Array): CalibrationFit {
  const prepared = scores.length >= ISOTONIC_ROWS ? prepareIsotonic(scores, hits) : preparePlatt(scores, hits);
  return (weights) => calibrationOf(prepared(weights));
}
