import { divide, type FairnessMetric, observed } from './fairness-metric.ts';

export const rd = {
  name: 'RD',
  label: 'Recall Difference',
  stage: 'post-training',
  formula: 'TP_a / (TP_a + FN_a) − TP_d / (TP_d + FN_d)',
  source: 'https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-post-training-bias-metric-rd.html',
  range: [-1, 1],
  fair: 0,
  meaning:
    'Above 0: of those with a favourable label, the model finds more in the advantaged facet. Also called equal opportunity.',
  measure: ({ cells: { a, d } }) => divide(a.truePositives, observed(a)) - divide(d.truePositives, observed(d)),
  example: { fairness: { metric: 'RD', max: 0.1 } },
} as const satisfies FairnessMetric;
