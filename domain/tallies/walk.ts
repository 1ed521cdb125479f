/**
 * A pass over the rows of a holdout under row weights (one a row, ≥ 0). It takes linear time, because a bootstrap makes
 * it up to a thousand times: a resample is nothing but whole-number weights.
 */
export type Walk<Result> = (rowWeights: Float64Array) => Result;
