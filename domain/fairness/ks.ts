import { labelShares } from './distributions.ts';
import type { FairnessMetric } from './fairness-metric.ts';

export const ks = {
  name: 'KS',
  label: 'Kolmogorov-Smirnov',
  stage: 'pre-training',
  formula: 'max |P_a(y) − P_d(y)|',
  source: 'https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-data-bias-metric-kolmogorov-smirnov.html',
  range: [0, 1],
  fair: 0,
  meaning: 'The largest difference of the facets’ shares of one label.',
  measure: ({ labels }) => {
    const { a, d } = labelShares(labels);
    return a.length === 0 ? Number.NaN : Math.max(...a.map((share, label) => Math.abs(share - (d[label] as number))));
  },
  example: { fairness: { metric: 'KS', max: 0.2 } },
} as const satisfies FairnessMetric;
