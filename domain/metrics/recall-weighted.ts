import type { Metric } from './metric.ts';
import { classRecall, weightedMean } from './over-classes.ts';

export const recallWeighted = {
  name: 'recall_weighted',
  label: 'Recall, weighted',
  summary: 'mean over classes by support',
  source: 'scikit-learn recall_score (average="weighted", zero_division=0)',
  higherIsBetter: true,
  range: [0, 1],
  measure: {
    multiclass: (tally) => weightedMean(tally, classRecall),
  },
  example: { metric: 'recall_weighted', min: 0.6 },
} as const satisfies Metric;
