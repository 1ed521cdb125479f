import { divide, type FairnessMetric, rejected, unfavourable } from './fairness-metric.ts';

export const dcr = {
  name: 'DCR',
  label: 'Difference in Conditional Rejection',
  stage: 'post-training',
  formula: 'n_d(0) / n̂_d(0) − n_a(0) / n̂_a(0)',
  source: 'https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-post-training-bias-metric-dcr.html',
  range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  fair: 0,
  meaning:
    'Below 0: next to the unfavourable labels, the model rejects more of the disadvantaged facet than of the advantaged one.',
  measure: ({ cells: { a, d } }) => divide(unfavourable(d), rejected(d)) - divide(unfavourable(a), rejected(a)),
  example: { fairness: { metric: 'DCR', min: -0.2, max: 0.2 } },
} as const satisfies FairnessMetric;
