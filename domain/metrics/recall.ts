import { type Metric, ratio } from './metric.ts';

export const recall = {
  name: 'recall',
  label: 'Recall',
  summary: 'share of positives that are found',
  source: 'scikit-learn recall_score (zero_division=0)',
  higherIsBetter: true,
  range: [0, 1],
  measure: {
    binary: ({ truePositives, positives }) => ratio(truePositives, positives),
  },
  trials: { binary: ({ positives }) => positives },
  example: { metric: 'recall', min: 0.5 },
} as const satisfies Metric;
