import { type Metric, ratio } from './metric.ts';

export const precision = {
  name: 'precision',
  label: 'Precision',
  summary: 'share of predicted positives that are positive',
  source: 'scikit-learn precision_score (zero_division=0)',
  higherIsBetter: true,
  range: [0, 1],
  measure: {
    binary: ({ truePositives, falsePositives }) => ratio(truePositives, truePositives + falsePositives),
  },
  trials: { binary: ({ truePositives, falsePositives }) => truePositives + falsePositives },
  example: { metric: 'precision', min: 0.6 },
} as const satisfies Metric;
