import type { Metric } from './metric.ts';

export const rmse = {
  name: 'rmse',
  label: 'RMSE',
  summary: 'root of the mean squared error',
  source: 'scikit-learn root_mean_squared_error',
  higherIsBetter: false,
  range: [0, Number.POSITIVE_INFINITY],
  interval: 'scale',
  measure: {
    regression: ({ squaredErrorSum, total }) => Math.sqrt(squaredErrorSum / total),
  },
  example: { metric: 'rmse', max: 10 },
} as const satisfies Metric;
