import type { Walk } from './walk.ts';

/** Targets and predictions of a regression model. */
export interface RegressionHoldout {
  /** The target by row. */
  readonly actual: Float64Array;
  /** The model's output by row. */
  readonly predicted: Float64Array;
}

/** The sums of one pass over the rows; y is the target minus the mean of the holdout. */
export interface RegressionTally {
  readonly total: number;
  readonly squaredErrorSum: number;
  readonly absoluteErrorSum: number;
  /** Σ weight · y */
  readonly targetSum: number;
  /** Σ weight · y² */
  readonly targetSquareSum: number;
}

/** Centres the target once. The returned pass is linear. */
export function regressionTally({ actual, predicted }: RegressionHoldout): Walk<RegressionTally> {
  const n = actual.length;
  // centring first avoids cancellation in Σwy² - (Σwy)²/Σw when the target is far from zero
  const centre = actual.reduce((sum, value) => sum + value / n, 0);
  const centred = actual.map((value) => value - centre);

  return (rowWeights) => {
    let total = 0;
    let squaredErrorSum = 0;
    let absoluteErrorSum = 0;
    let targetSum = 0;
    let targetSquareSum = 0;
    for (let row = 0; row < n; row++) {
      const weight = rowWeights[row] as number;
      const error = (actual[row] as number) - (predicted[row] as number);
      const y = centred[row] as number;
      total += weight;
      squaredErrorSum += weight * error * error;
      absoluteErrorSum += weight * Math.abs(error);
      targetSum += weight * y;
      targetSquareSum += weight * y * y;
    }
    return { total, squaredErrorSum, absoluteErrorSum, targetSum, targetSquareSum };
  };
}
