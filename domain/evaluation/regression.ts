import { regressionMetrics } from '#schemas/pipeline-gates';
import type { MetricKernel } from './kernel.ts';

/**
 * Regression metrics by scikit-learn's definitions: `mean_squared_error`, its root, `mean_absolute_error` and
 * `r2_score` = 1 - Σ(y - ŷ)² / Σ(y - ȳ)². On a constant target R² is 1 for a perfect prediction and 0 otherwise
 * (`force_finite=True`).
 *
 * @param actual the target by row
 * @param predicted the model's output by row
 */
export function regressionKernel(
  actual: Float64Array,
  predicted: Float64Array,
): MetricKernel<(typeof regressionMetrics)[number]> {
  const n = actual.length;
  // centring first keeps Σwy² - (Σwy)²/Σw free of cancellation when the target is far from zero
  const centre = actual.reduce((sum, value) => sum + value / n, 0);
  const centred = actual.map((value) => value - centre);

  const measure = (rowWeights: Float64Array, out: Float64Array): void => {
    let total = 0;
    let squared = 0;
    let absolute = 0;
    let sum = 0;
    let sumSquares = 0;
    for (let row = 0; row < n; row++) {
      const weight = rowWeights[row] as number;
      const error = (actual[row] as number) - (predicted[row] as number);
      const y = centred[row] as number;
      total += weight;
      squared += weight * error * error;
      absolute += weight * Math.abs(error);
      sum += weight * y;
      sumSquares += weight * y * y;
    }
    const spread = sumSquares - (sum * sum) / total;
    // what rounding leaves of a constant target is no spread
    const constant = spread <= sumSquares * Number.EPSILON * 8;
    out[0] = squared / total;
    out[1] = Math.sqrt(squared / total);
    out[2] = absolute / total;
    out[3] = constant ? Number(squared === 0) : 1 - squared / spread;
  };
  return { names: regressionMetrics, measure };
}
