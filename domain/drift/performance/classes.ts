import type { Metric } from '#domain/metrics/metric';
import { createRandom, type Random } from '#domain/random';
import { type Block, type BlockError, toBlocks, varianceBetween } from './blocks.ts';
import { type CalibrationFit, prepareCalibration } from './calibration.ts';
import { type ClassAnswers, type MetricValues, prepareExpected, realisedMetrics } from './expected.ts';

/** A metric's estimate before its interval. */
export interface RawEstimate {
  readonly metric: string;
  /** On the reference rows, by their labels. */
  readonly reference: number;
  readonly value: number;
  /** By chance: of the labels of the window, and of the rows that the calibration was fitted to. */
  readonly variance: number;
  /** Between periods (`varianceBetween`). */
  readonly between: number;
}

/** Draws of labels for a window, and for each block of the reference. */
const DRAWS = 100;
const BLOCK_DRAWS = 30;

const SEED = 20_260_101;

/** Reference answers with their labels. */
export interface LabelledAnswers {
  readonly answers: ClassAnswers;
  readonly labels: Uint16Array;
}

/**
 * Confidence-based performance estimation (NannyML documentation; Guillory et al. 2021): the scores of the window are calibrated on
 * the reference, which the model did not train on, and the metrics follow from the calibrated probabilities.
 *
 * @param weights of the reference rows (`measureOverlap`): rows like those of the window count more, so that the calibration is right
 *   where the window is (Białek et al. 2024)
 */
export function estimateClasses(
  { answers, labels }: LabelledAnswers,
  window: ClassAnswers,
  weights: Float64Array,
  metrics: readonly Metric[],
): RawEstimate[] {
  const random = createRandom(SEED);
  const fits = fitsOf(answers, labels);
  const rows = labels.length;
  const reference = realisedMetrics(answers, labels, metrics);
  const expected = prepareExpected(window, metrics);
  const values = expected.expect(calibrate(fits, weights, window));
  const draws = Array.from({ length: DRAWS }, () => {
    const resampled = new Float64Array(rows);
    for (let draw = 0; draw < rows; draw++) {
      const row = random.below(rows);
      resampled[row] = (resampled[row] as number) + (weights[row] as number);
    }
    return expected.draw(calibrate(fits, resampled, window), random);
  });
  const blocks = toBlocks(rows).map((block) => blockErrors(answers, labels, fits, block, metrics, random));
  return metrics.flatMap(({ name }) => {
    const [before, value] = [reference[name], values[name]];
    const variance = varianceOf(draws.map((draw) => draw[name] as number));
    if (before === undefined || value === undefined) return [];
    if (![before, value, variance].every(Number.isFinite)) return [];
    const between = varianceBetween(blocks.map((errors) => errors(name)));
    return [{ metric: name, reference: before, value, variance, between }];
  });
}

/** A calibration for each class; binary: for class 1 alone. */
function fitsOf({ task, classes, scores }: ClassAnswers, labels: Uint16Array): CalibrationFit[] {
  if (task === 'binary') return [prepareCalibration(scores, Uint8Array.from(labels))];
  return Array.from({ length: classes }, (_, index) =>
    prepareCalibration(
      Float64Array.from(labels, (_label, row) => scores[row * classes + index] as number),
      Uint8Array.from(labels, (label) => (label === index ? 1 : 0)),
    ),
  );
}

/** Probabilities of the classes, row-major: each class against the rest, then divided by their sum (NannyML). */
function calibrate(
  fits: readonly CalibrationFit[],
  weights: Float64Array,
  { classes, scores }: ClassAnswers,
): Float64Array {
  const calibrations = fits.map((calibration) => calibration(weights));
  const [only] = calibrations;
  if (only && calibrations.length === 1) {
    const probabilities = new Float64Array(scores.length * 2);
    for (const [row, score] of scores.entries()) {
      const p = only(score);
      probabilities[2 * row] = 1 - p;
      probabilities[2 * row + 1] = p;
    }
    return probabilities;
  }
  const probabilities = scores.map((score, i) => calibrations[i % classes]?.(score) as number);
  for (let offset = 0; offset < probabilities.length; offset += classes) {
    const row = probabilities.subarray(offset, offset + classes);
    const sum = row.reduce((total, p) => total + p, 0);
    for (let index = 0; index < classes; index++) row[index] = sum > 0 ? (row[index] as number) / sum : 1 / classes;
  }
  return probabilities;
}

/** How far the estimate of a block is from its truth, by the calibration of all other blocks. */
function blockErrors(
  answers: ClassAnswers,
  labels: Uint16Array,
  fits: readonly CalibrationFit[],
  { from, to }: Block,
  metrics: readonly Metric[],
  random: Random,
): (metric: string) => BlockError {
  const perRow = answers.scores.length / labels.length;
  const own = { ...answers, scores: answers.scores.subarray(from * perRow, to * perRow) };
  const others = new Float64Array(labels.length).fill(1);
  others.fill(0, from, to);
  const probabilities = calibrate(fits, others, own);
  const expected = prepareExpected(own, metrics);
  const estimated = expected.expect(probabilities);
  const draws: MetricValues[] = Array.from({ length: BLOCK_DRAWS }, () => expected.draw(probabilities, random));
  const realised = realisedMetrics(own, labels.subarray(from, to), metrics);
  return (metric) => ({
    error: (realised[metric] as number) - (estimated[metric] as number),
    variance: varianceOf(draws.map((draw) => draw[metric] as number)),
  });
}

/** The variance of the draws in which the metric is defined. */
function varianceOf(draws: readonly number[]): number {
  const found = draws.filter(Number.isFinite);
  const mean = found.reduce((sum, value) => sum + value, 0) / found.length;
  return found.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (found.length - 1);
}
