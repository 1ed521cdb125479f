import { divide, type FairnessMetric } from './fairness-metric.ts';

export const te = {
  name: 'TE',
  label: 'Treatment Equality',
  stage: 'post-training',
  formula: 'FN_d / FP_d − FN_a / FP_a',
  source: 'https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-post-training-bias-metric-te.html',
  range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  fair: 0,
  meaning: 'Above 0: of its errors, the disadvantaged facet has more wrong rejections for each wrong acceptance.',
  measure: ({ cells: { a, d } }) =>
    divide(d.falseNegatives, d.falsePositives) - divide(a.falseNegatives, a.falsePositives),
  example: { fairness: { metric: 'TE', min: -1, max: 1 } },
} as const satisfies FairnessMetric;
