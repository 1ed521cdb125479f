import type { Metric } from './metric.ts';

export const auc = {
  name: 'auc',
  label: 'ROC AUC',
  summary: 'chance that a positive row scores above a negative one',
  source: 'scikit-learn roc_auc_score',
  higherIsBetter: true,
  range: [0, 1],
  interval: 'scale',
  measure: {
    binary: ({ rankedPairs, positives, negatives }) => rankedPairs / (positives * negatives),
  },
  example: { metric: 'auc', min: 0.75 },
} as const satisfies Metric;
