/**
 * The normalized discounted cumulative gain of a ranking: 1 when the items of the greatest gain come first. Gains are linear and the item at
 * place i, from 1, counts 1 / log2(i + 1), as scikit-learn's `ndcg_score` and SageMaker Clarify have it (SageMaker Developer Guide,
 * "Feature attribution drift": the attributions of the training data are the gains, those of the live data give the ranking).
 *
 * @param gains of each item, 0 or more
 * @param ranking what ranks each item, in the same order; equal ones keep the order of the items
 * @returns 1 where no item has a gain
 */
export function ndcg(gains: readonly number[], ranking: readonly number[]): number {
  const discounted = (by: readonly number[]): number =>
    [...gains.keys()]
      .toSorted((a, b) => (by[b] as number) - (by[a] as number))
      .reduce((sum, item, place) => sum + (gains[item] as number) / Math.log2(place + 2), 0);
  const ideal = discounted(gains);
  return ideal === 0 ? 1 : discounted(ranking) / ideal;
}
