import { createRandom, type Random } from '#domain/random';
import type { MeasuredCalibration } from '#schemas/records/evaluation';
import { affordableResamples } from './bootstrap.ts';
import { calibrationError, errorByChance, errorDeviation, scoreBins } from './calibration-error.ts';
import { calibrationCurve } from './curves.ts';

const RESAMPLES = 200;
/** Of the rows: for the interval and for chance, before and after a calibration. */
const PASSES = 4;
const Z95 = 1.959963984540054;

export interface CalibrationInput {
  /** 0 or 1, by row. */
  readonly labels: Float64Array;
  /** Probabilities of class 1, as requests get them. */
  readonly scores: Float64Array;
  /** How they were calibrated, with the scores before. */
  readonly method?: string;
  readonly uncalibrated?: Float64Array;
}

/** The error with the interval of its standard error over resamples, and what chance gives calibrated scores of so many rows. */
function errorOf(labels: Float64Array, scores: Float64Array, random: Random): MeasuredCalibration['error'] {
  const bins = scoreBins(scores);
  const draws = { resamples: affordableResamples(RESAMPLES, scores.length, PASSES), random };
  const value = calibrationError(bins, scores, labels);
  const reach = Z95 * errorDeviation(bins, scores, labels, draws);
  const byChance = errorByChance(bins, scores, scores, draws);
  return { value, low: Math.max(0, value - reach), high: Math.min(1, value + reach), byChance: Math.min(1, byChance) };
}

/** How far the scores of a binary model are from probabilities, and how far they were before they were calibrated. Deterministic. */
export function measureCalibration(
  { labels, scores, method, uncalibrated }: CalibrationInput,
  seed: number,
): MeasuredCalibration {
  const error = errorOf(labels, scores, createRandom(seed));
  if (method === undefined || uncalibrated === undefined) return { error };
  const before = {
    error: errorOf(labels, uncalibrated, createRandom(seed)),
    bins: calibrationCurve(Uint16Array.from(labels), uncalibrated),
  };
  return { error, method, before };
}
