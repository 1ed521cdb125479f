/**
 * A pass over the rows of a holdout with row weights (one per row, ≥ 0). It must be linear because a bootstrap runs it up to a
 * thousand times: a resample is a set of integer weights.
 */
export type Walk<Result> = (rowWeights: Float64Array) => Result;
