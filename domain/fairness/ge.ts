import type { Cells, FairnessMetric } from './fairness-metric.ts';

/** The benefit of a row is 2 where it is wrongly accepted, 0 where it is wrongly rejected, and 1 where the model is right. */
function benefits({ truePositives, falsePositives, falseNegatives, trueNegatives }: Cells) {
  const right = truePositives + trueNegatives;
  return {
    rows: right + falsePositives + falseNegatives,
    sum: right + 2 * falsePositives,
    squares: right + 4 * falsePositives,
  };
}

/** With α = 2: half the squared coefficient of variation (Speicher et al. 2018, "A Unified Approach to Quantifying Algorithmic Unfairness"). */
export const ge = {
  name: 'GE',
  label: 'Generalized Entropy',
  stage: 'post-training',
  formula: '(1 / 2n) Σ ((b_i / b̄)² − 1), b = ŷ − y + 1',
  source: 'https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-post-training-bias-metric-ge.html',
  range: [0, Number.POSITIVE_INFINITY],
  fair: 0,
  meaning: 'How unequally the model’s errors benefit the rows of both facets: 0 is the same for each.',
  measure: ({ cells: { a, d } }) => {
    const [own, other] = [benefits(a), benefits(d)];
    const rows = own.rows + other.rows;
    const mean = (own.sum + other.sum) / rows;
    return ((own.squares + other.squares) / rows / mean ** 2 - 1) / 2;
  },
  example: { fairness: { metric: 'GE', max: 0.3 } },
} as const satisfies FairnessMetric;
