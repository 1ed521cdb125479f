import { type Metric, ratio } from './metric.ts';

export const f1 = {
  name: 'f1',
  label: 'F1',
  summary: 'harmonic mean of precision and recall',
  source: 'scikit-learn f1_score (zero_division=0)',
  higherIsBetter: true,
  range: [0, 1],
  measure: {
    binary: ({ truePositives, falsePositives, positives }) =>
      ratio(2 * truePositives, truePositives + falsePositives + positives),
  },
  example: { metric: 'f1', min: 0.5 },
} as const satisfies Metric;
