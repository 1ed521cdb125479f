import { type Cells, type FairnessMetric, shareOf } from './fairness-metric.ts';

const right = ({ truePositives, trueNegatives }: Cells): number => truePositives + trueNegatives;

export const ad = {
  name: 'AD',
  label: 'Accuracy Difference',
  stage: 'post-training',
  formula: 'ACC_a − ACC_d',
  source: 'https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-post-training-bias-metric-ad.html',
  range: [-1, 1],
  fair: 0,
  meaning: 'Above 0: the model is right more often in the advantaged facet.',
  measure: ({ cells: { a, d } }) => shareOf(right, a) - shareOf(right, d),
  example: { fairness: { metric: 'AD', max: 0.05 } },
} as const satisfies FairnessMetric;
