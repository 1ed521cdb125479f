import { overLabels } from './distributions.ts';
import type { FairnessMetric } from './fairness-metric.ts';

/** Clarify takes p = 2. */
export const lp = {
  name: 'LP',
  label: 'L_p-norm',
  stage: 'pre-training',
  formula: '(Σ |P_a(y) − P_d(y)|²)^½',
  source: 'https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-data-bias-metric-lp-norm.html',
  range: [0, Math.SQRT2],
  fair: 0,
  meaning: 'The Euclidean distance of the facets’ label distributions: 0 is the same.',
  measure: ({ labels }) => Math.sqrt(overLabels(labels, (a, d) => (a - d) ** 2)),
  example: { fairness: { metric: 'LP', max: 0.3 } },
} as const satisfies FairnessMetric;
