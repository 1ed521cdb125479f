import { chiSquareTail } from '#domain/drift/distributions';
import { leastLikely } from '#domain/drift/significance';
import { quantile } from '#domain/evaluation/quantile';
import { wilsonInterval } from '#domain/evaluation/wilson';
import { formatNumber, formatPercent, formatProbability } from '#domain/text/format-number';
import type { LabelFinding } from '#schemas/records/label-window';
import { type LabelComparison, type LabelledSample, notMeasured, Z95 } from './label-check.ts';

/** The share of the holdout's errors that the range of errors holds. */
const RANGE = 0.9;
/** Fewer rows of the holdout give no range of errors. */
const LEAST_ROWS = 40;

/** Predicted less actual, by row. */
const errorsOf = ({ scores, labels }: LabelledSample): Float64Array =>
  scores.map((score, row) => score - (labels[row] as number));

function momentsOf(errors: Float64Array): { readonly mean: number; readonly variance: number } {
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  const variance = errors.reduce((sum, error) => sum + (error - mean) ** 2, 0) / Math.max(errors.length - 1, 1);
  return { mean, variance };
}

/** The probability of a difference by chance, two-sided; 1 where nothing varies. */
const probability = (difference: number, variance: number): number =>
  variance > 0 ? chiSquareTail(difference ** 2 / variance, 1) : difference === 0 ? 1 : 0;

/**
 * Whether the predictions of a regression are still right on average, and as often within the range that held 90 % of the errors on the
 * holdout (as in split conformal prediction: Lei et al. 2018, "Distribution-Free Predictive Inference for Regression"). Tests: Welch's for
 * the bias, by the normal limit, and that of two shares for the coverage.
 */
export function valueCalibration(
  check: string,
  { window, holdout, settings, falseAlarmRate }: LabelComparison,
): LabelFinding {
  if (holdout.rows < LEAST_ROWS) {
    return notMeasured(
      check,
      `not measured: the model was evaluated on ${holdout.rows} rows, and it needs ${LEAST_ROWS}`,
    );
  }
  const [now, before] = [errorsOf(window), errorsOf(holdout)];
  const [own, former] = [momentsOf(now), momentsOf(before)];
  const sorted = before.toSorted();
  const [low, high] = [quantile(sorted, (1 - RANGE) / 2), quantile(sorted, (1 + RANGE) / 2)];
  const inside = (errors: Float64Array): number => errors.filter((error) => error >= low && error <= high).length;
  const [hits, known] = [inside(now), inside(before)];
  const [coverage, expected] = [hits / window.rows, known / holdout.rows];
  const pooled = (hits + known) / (window.rows + holdout.rows);
  const moved = own.mean - former.mean;
  const size = Math.sqrt(former.variance);
  const biasP = probability(moved, own.variance / window.rows + former.variance / holdout.rows);
  const coverageP = probability(coverage - expected, pooled * (1 - pooled) * (1 / window.rows + 1 / holdout.rows));
  const p = leastLikely([biasP, coverageP]);
  const isSignificant = (one: number): boolean => one * 2 <= falseAlarmRate;
  const biased = isSignificant(biasP) && Math.abs(moved) > settings.bias * size;
  const uncovered = isSignificant(coverageP) && expected - coverage > settings.calibration;
  const error = Z95 * Math.sqrt(own.variance / window.rows);
  const figures = `predictions are ${formatNumber(own.mean, { signed: true })} off on average, ${formatNumber(former.mean, { signed: true })} on the holdout; ${formatPercent(coverage)} of the errors are within the holdout's range, ${formatPercent(expected)} before`;
  const changed = biased || uncovered;
  return {
    check,
    severity: changed ? 'warning' : 'none',
    measured: true,
    reason: changed ? `${figures} (p ${formatProbability(p)})` : `the predictions are as right as before: ${figures}`,
    measures: [
      {
        name: 'bias',
        value: own.mean,
        low: own.mean - error,
        high: own.mean + error,
        holdout: former.mean,
        p: biasP,
        changed: biased,
      },
      {
        name: 'coverage of the range of errors',
        value: coverage,
        ...wilsonInterval(hits, window.rows),
        holdout: expected,
        p: coverageP,
        changed: uncovered,
      },
    ],
  };
}
