import type { Metric } from './metric.ts';

export const prAuc = {
  name: 'pr_auc',
  label: 'PR AUC',
  summary: 'average precision',
  source: 'scikit-learn average_precision_score',
  higherIsBetter: true,
  range: [0, 1],
  interval: 'scale',
  measure: {
    binary: ({ precisionSum, positives }) => precisionSum / positives,
  },
  example: { metric: 'pr_auc', min: 0.4 },
} as const satisfies Metric;
