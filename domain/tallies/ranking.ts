/** Rows by descending score, with the ends of tied groups marked: the input of every ranking metric. */
export interface Ranking {
  /** Row numbers by descending score. */
  readonly order: Uint32Array;
  /** 1 where the next row scores lower (or there is none), for each place in `order`. */
  readonly endsTie: Uint8Array;
}

/** Sorts rows by descending score, once, in O(n log n). Resamples only iterate over it. Scores must not be NaN. */
export function rankDescending(scores: Float64Array): Ranking {
  const n = scores.length;
  const order = new Uint32Array(n);
  for (let row = 0; row < n; row++) order[row] = row;
  order.sort((a, b) => (scores[b] as number) - (scores[a] as number));
  const endsTie = new Uint8Array(n);
  for (let place = 0; place < n; place++) {
    const last = place === n - 1;
    endsTie[place] = last || scores[order[place] as number] !== scores[order[place + 1] as number] ? 1 : 0;
  }
  return { order, endsTie };
}

/**
 * Area under the ROC curve by the trapezoidal rule over distinct scores, which counts a tied pair as one half
 * (scikit-learn `roc_auc_score`; Fawcett 2006). NaN when one side has no weight.
 *
 * @param isPositive 1 for positive rows, by row
 * @param rowWeights weight of each row, by row
 */
export function rankedAuc(ranking: Ranking, isPositive: Uint8Array, rowWeights: Float64Array): number {
  const { order, endsTie } = ranking;
  let tp = 0;
  let fp = 0;
  let tpBefore = 0;
  let fpBefore = 0;
  let area = 0;
  for (let place = 0; place < order.length; place++) {
    const row = order[place] as number;
    const weight = rowWeights[row] as number;
    if (isPositive[row] === 1) tp += weight;
    else fp += weight;
    if (endsTie[place] === 1) {
      area += (fp - fpBefore) * (tp + tpBefore);
      tpBefore = tp;
      fpBefore = fp;
    }
  }
  return area / (2 * tp * fp);
}
