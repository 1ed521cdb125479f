import type { Metric } from './metric.ts';
import { classF1, weightedMean } from './over-classes.ts';

export const f1Weighted = {
  name: 'f1_weighted',
  label: 'F1, weighted',
  summary: 'mean over classes by support',
  source: 'scikit-learn f1_score (average="weighted", zero_division=0)',
  higherIsBetter: true,
  range: [0, 1],
  measure: {
    multiclass: (tally) => weightedMean(tally, classF1),
  },
  example: { metric: 'f1_weighted', min: 0.6 },
} as const satisfies Metric;
