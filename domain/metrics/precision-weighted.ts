import type { Metric } from './metric.ts';
import { classPrecision, weightedMean } from './over-classes.ts';

export const precisionWeighted = {
  name: 'precision_weighted',
  label: 'Precision, weighted',
  summary: 'mean over classes by support',
  source: 'scikit-learn precision_score (average="weighted", zero_division=0)',
  higherIsBetter: true,
  range: [0, 1],
  measure: {
    multiclass: (tally) => weightedMean(tally, classPrecision),
  },
  example: { metric: 'precision_weighted', min: 0.6 },
} as const satisfies Metric;
