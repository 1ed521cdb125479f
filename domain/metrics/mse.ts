import type { Metric } from './metric.ts';

export const mse = {
  name: 'mse',
  label: 'MSE',
  summary: 'mean squared error',
  source: 'scikit-learn mean_squared_error',
  higherIsBetter: false,
  range: [0, Number.POSITIVE_INFINITY],
  interval: 'scale',
  measure: {
    regression: ({ squaredErrorSum, total }) => squaredErrorSum / total,
  },
  example: { metric: 'mse', max: 100 },
} as const satisfies Metric;
