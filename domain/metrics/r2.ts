import type { RegressionTally } from '#domain/tallies/regression';
import type { Metric } from './metric.ts';

export const r2 = {
  name: 'r2',
  label: 'R²',
  summary: 'share of the variance explained',
  source: 'scikit-learn r2_score (force_finite=True)',
  higherIsBetter: true,
  range: [Number.NEGATIVE_INFINITY, 1],
  interval: 'scale',
  measure: { regression: shareExplained },
  example: { metric: 'r2', min: 0.7 },
} as const satisfies Metric;

/** 1 - Σ(y - ŷ)² / Σ(y - ȳ)²; on a constant target 1 for a perfect prediction and 0 otherwise. */
function shareExplained({ total, squaredErrorSum, targetSum, targetSquareSum }: RegressionTally): number {
  const spread = targetSquareSum - (targetSum * targetSum) / total;
  // a spread from rounding alone counts as a constant target
  const isConstant = spread <= targetSquareSum * Number.EPSILON * 8;
  return isConstant ? Number(squaredErrorSum === 0) : 1 - squaredErrorSum / spread;
}
