import { divide, type FairnessMetric, unfavourable } from './fairness-metric.ts';

export const sd = {
  name: 'SD',
  label: 'Specificity Difference',
  stage: 'post-training',
  formula: 'TN_d / (TN_d + FP_d) − TN_a / (TN_a + FP_a)',
  source: 'https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-post-training-bias-metric-sd.html',
  range: [-1, 1],
  fair: 0,
  meaning: 'Above 0: where the label is unfavourable, the model says so more often in the disadvantaged facet.',
  measure: ({ cells: { a, d } }) => divide(d.trueNegatives, unfavourable(d)) - divide(a.trueNegatives, unfavourable(a)),
  example: { fairness: { metric: 'SD', min: -0.1, max: 0.1 } },
} as const satisfies FairnessMetric;
