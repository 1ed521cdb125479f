import type { Metric } from './metric.ts';

export const brier = {
  name: 'brier',
  label: 'Brier score',
  summary: 'mean squared error of the probability',
  source: 'scikit-learn brier_score_loss',
  higherIsBetter: false,
  range: [0, 1],
  interval: 'scale',
  measure: {
    binary: ({ squaredErrorSum, total }) => squaredErrorSum / total,
  },
  example: { metric: 'brier', max: 0.15 },
} as const satisfies Metric;
