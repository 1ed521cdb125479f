import { divide, type FairnessMetric, rejected } from './fairness-metric.ts';

export const drr = {
  name: 'DRR',
  label: 'Difference in Rejection Rates',
  stage: 'post-training',
  formula: 'TN_d / n̂_d(0) − TN_a / n̂_a(0)',
  source: 'https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-post-training-bias-metric-drr.html',
  range: [-1, 1],
  fair: 0,
  meaning: 'Above 0: an unfavourable prediction is right more often in the disadvantaged facet.',
  measure: ({ cells: { a, d } }) => divide(d.trueNegatives, rejected(d)) - divide(a.trueNegatives, rejected(a)),
  example: { fairness: { metric: 'DRR', min: -0.1 } },
} as const satisfies FairnessMetric;
