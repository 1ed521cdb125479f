/**
 * A model's scores on the holdout, prepared so that all its metrics can be measured again and again under other row
 * weights in linear time: a bootstrap resample is nothing but whole-number weights.
 */
export interface MetricKernel<Name extends string = string> {
  readonly names: readonly Name[];
  /**
   * Measures every metric under `rowWeights` (one a row, ≥ 0) and writes them to `out` in the order of `names`.
   * A metric that the weights leave undefined (AUC without a positive, say) is NaN.
   */
  measure(rowWeights: Float64Array, out: Float64Array): void;
}

/** a / b, and 0 where there is nothing to divide by: scikit-learn's `zero_division=0`. */
export const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);

/** Smallest and largest probability that log-loss sees: float64's machine epsilon, as in scikit-learn ≥ 1.5. */
export const clipProbability = (p: number): number => Math.min(Math.max(p, Number.EPSILON), 1 - Number.EPSILON);
