/** Accumulates true probabilities and computes the best possible score. */
export interface BayesAuc {
  add(probability: number): void;
  /** Expected share of positives. */
  rate(): number;
  /**
   * The expected ROC-AUC of the true probability: no model ranks better (Clémençon, Lugosi & Vayatis 2008). It is the probability
   * that a positive, drawn with weight p, outranks a negative, drawn with weight 1 - p. Ties count half.
   */
  auc(): number;
}

/** Counts in bins, so memory is constant for any number of rows. With 65,536 bins the error is below 10^-4. */
export function createBayesAuc(bins = 65_536): BayesAuc {
  const positive = new Float64Array(bins);
  const negative = new Float64Array(bins);
  return {
    add(probability) {
      const bin = Math.min(bins - 1, Math.floor(probability * bins));
      positive[bin] = (positive[bin] ?? 0) + probability;
      negative[bin] = (negative[bin] ?? 0) + 1 - probability;
    },
    rate() {
      const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
      return sum(positive) / (sum(positive) + sum(negative));
    },
    auc() {
      let below = 0;
      let won = 0;
      let positives = 0;
      for (let i = 0; i < bins; i++) {
        const p = positive[i] ?? 0;
        const n = negative[i] ?? 0;
        won += p * (below + n / 2);
        below += n;
        positives += p;
      }
      return won / (positives * below);
    },
  };
}
