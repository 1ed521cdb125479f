import { rankDescending } from '#domain/tallies/ranking';

/** Labels and scores of a binary model, one of each a row. */
export interface ScoredRows {
  /** 0 or 1. */
  readonly labels: ArrayLike<number>;
  /** Probabilities of class 1, in [0, 1]. */
  readonly scores: Float64Array;
}

/**
 * What each way to cut the ranked rows in two would flag as positive. Cut 0 flags nobody; cut i flags the rows with one of the i highest
 * distinct scores.
 */
export interface Cuts {
  readonly positives: number;
  readonly negatives: number;
  /** True positives by cut; never falling. */
  readonly truePositives: Float64Array;
  /** False positives by cut; never falling. */
  readonly falsePositives: Float64Array;
  /** The first cut that a threshold in [0, 1] can make: 1 where a row scores 1, so that no threshold flags nobody. */
  readonly first: 0 | 1;
}

/** The rows, ranked once. */
export interface RankedRows {
  /** Distinct scores, highest first. */
  readonly scores: Float64Array;
  /** Counts the cuts. @param weights of each row, such as how often a resample drew it; all 1 when absent */
  count(weights?: ArrayLike<number>): Cuts;
}

/** Ranks rows by score. Rows of equal score are on one side of every cut. */
export function rankRows({ labels, scores }: ScoredRows): RankedRows {
  const { order, endsTie } = rankDescending(scores);
  const ends = [...endsTie.keys()].filter((place) => endsTie[place] === 1);
  const distinct = Float64Array.from(ends, (place) => scores[order[place] as number] as number);
  const first = distinct[0] === 1 ? 1 : 0;
  return {
    scores: distinct,
    count(weights) {
      const truePositives = new Float64Array(ends.length + 1);
      const falsePositives = new Float64Array(ends.length + 1);
      let positives = 0;
      let negatives = 0;
      let cut = 0;
      for (let place = 0; place < order.length; place++) {
        const row = order[place] as number;
        const weight = weights ? (weights[row] as number) : 1;
        if (labels[row] === 1) positives += weight;
        else negatives += weight;
        if (endsTie[place] === 1) {
          cut += 1;
          truePositives[cut] = positives;
          falsePositives[cut] = negatives;
        }
      }
      return { positives, negatives, truePositives, falsePositives, first };
    },
  };
}

/** The cut with the highest value; of equal ones the first, which flags the fewest rows. */
export function bestCut({ truePositives, first }: Cuts, measure: (cut: number) => number): number {
  let best: number = first;
  for (let cut = first + 1; cut < truePositives.length; cut++) {
    if (measure(cut) > measure(best)) best = cut;
  }
  return best;
}

/**
 * A threshold that makes a cut: scores at or above it are flagged. It lies between the lowest flagged score and the highest other one, near
 * their middle, with as few decimals as tell the two apart, so that scores that a request rounds differently stay on their side.
 *
 * @param scores distinct scores, highest first
 * @returns a number in [0, 1]
 */
export function thresholdOfCut(scores: Float64Array, cut: number): number {
  const upper = cut === 0 ? 1 : (scores[cut - 1] as number);
  const lower = cut === scores.length ? 0 : (scores[cut] as number);
  const middle = lower + (upper - lower) / 2;
  for (let decimals = 2; decimals <= 20; decimals++) {
    const rounded = Number(middle.toFixed(decimals));
    if (rounded > lower && rounded <= upper) return rounded;
  }
  return upper;
}
