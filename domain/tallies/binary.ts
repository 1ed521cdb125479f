import { clipProbability } from './probability.ts';
import { rankDescending } from './ranking.ts';
import type { Walk } from './walk.ts';

/** Labels and scores of a binary model. */
export interface BinaryHoldout {
  /** 0 or 1 by row. */
  readonly labels: Uint16Array;
  /** Probability of class 1 by row. */
  readonly scores: Float64Array;
  /** Scores at or above it are predicted positive. */
  readonly threshold: number;
}

/** The sums of one pass over the ranking. All amounts are weights of rows. */
export interface BinaryTally {
  readonly total: number;
  readonly positives: number;
  readonly negatives: number;
  /** True and false positives at the threshold. */
  readonly truePositives: number;
  readonly falsePositives: number;
  /** Pairs of a positive and a negative with the positive above; a tied pair counts one half. */
  readonly rankedPairs: number;
  /** Σ Δtp · tp / (tp + fp) over distinct scores, descending. */
  readonly precisionSum: number;
  /** max |tp · negatives - fp · positives| over distinct scores. */
  readonly largestGap: number;
  /** Σ weight · -ln of the probability given to the truth, clipped. */
  readonly logLossSum: number;
  /** Σ weight · (label - score)². */
  readonly squaredErrorSum: number;
}

/** Sorts the rows once. The returned pass is linear. */
export function binaryTally({ labels, scores, threshold }: BinaryHoldout): Walk<BinaryTally> {
  const { order, endsTie } = rankDescending(scores);
  const n = order.length;
  const positive = new Uint8Array(n);
  const logLoss = new Float64Array(n);
  const squared = new Float64Array(n);
  let predicted = 0;
  for (let place = 0; place < n; place++) {
    const row = order[place] as number;
    const score = scores[row] as number;
    const label = labels[row] as number;
    const p = clipProbability(score);
    positive[place] = label;
    logLoss[place] = -Math.log(label === 1 ? p : 1 - p);
    squared[place] = (label - score) ** 2;
    if (score >= threshold) predicted = place + 1;
  }

  return (rowWeights) => {
    let positives = 0;
    let negatives = 0;
    for (let row = 0; row < n; row++) {
      if (labels[row] === 1) positives += rowWeights[row] as number;
      else negatives += rowWeights[row] as number;
    }
    let tp = 0;
    let fp = 0;
    let tpBefore = 0;
    let fpBefore = 0;
    let truePositives = 0;
    let falsePositives = 0;
    let doubleArea = 0;
    let precisionSum = 0;
    let largestGap = 0;
    let logLossSum = 0;
    let squaredErrorSum = 0;
    for (let place = 0; place < n; place++) {
      const weight = rowWeights[order[place] as number] as number;
      if (positive[place] === 1) tp += weight;
      else fp += weight;
      logLossSum += weight * (logLoss[place] as number);
      squaredErrorSum += weight * (squared[place] as number);
      if (place === predicted - 1) {
        truePositives = tp;
        falsePositives = fp;
      }
      if (endsTie[place] === 1) {
        doubleArea += (fp - fpBefore) * (tp + tpBefore);
        if (tp > tpBefore) precisionSum += (tp - tpBefore) * (tp / (tp + fp));
        largestGap = Math.max(largestGap, Math.abs(tp * negatives - fp * positives));
        tpBefore = tp;
        fpBefore = fp;
      }
    }
    const total = positives + negatives;
    const rankedPairs = doubleArea / 2;
    const atThreshold = { truePositives, falsePositives };
    return {
      total,
      positives,
      negatives,
      ...atThreshold,
      rankedPairs,
      precisionSum,
      largestGap,
      logLossSum,
      squaredErrorSum,
    };
  };
}
