/**
 * Sums over the requests that one model answered, from which its mean loss per row and the variance of that mean follow. Sums of parts
 * add up to the sums of the whole, so they can be kept while requests come in.
 */
export interface LossSums {
  readonly requests: number;
  readonly rows: number;
  /** Sum of the losses of all rows. */
  readonly loss: number;
  /** Sums over requests: of the squared loss of a request, of its loss times its rows, and of its squared rows. */
  readonly lossSquared: number;
  readonly lossTimesRows: number;
  readonly rowsSquared: number;
}

export const noLosses: LossSums = {
  requests: 0,
  rows: 0,
  loss: 0,
  lossSquared: 0,
  lossTimesRows: 0,
  rowsSquared: 0,
};

/** Adds a request. @param loss the sum of the losses of its rows */
export const addRequest = (sums: LossSums, rows: number, loss: number): LossSums => ({
  requests: sums.requests + 1,
  rows: sums.rows + rows,
  loss: sums.loss + loss,
  lossSquared: sums.lossSquared + loss * loss,
  lossTimesRows: sums.lossTimesRows + loss * rows,
  rowsSquared: sums.rowsSquared + rows * rows,
});

export const mergeLosses = (a: LossSums, b: LossSums): LossSums => ({
  requests: a.requests + b.requests,
  rows: a.rows + b.rows,
  loss: a.loss + b.loss,
  lossSquared: a.lossSquared + b.lossSquared,
  lossTimesRows: a.lossTimesRows + b.lossTimesRows,
  rowsSquared: a.rowsSquared + b.rowsSquared,
});

/** Mean loss per row; NaN without rows. */
export const meanLoss = ({ loss, rows }: LossSums): number => loss / rows;

/**
 * The variance of the mean loss per row, with requests as clusters: rows of one request may be alike. It is the linearised variance of
 * a ratio of two totals, n/(n-1) · Σ(loss - mean · rows)² / (Σ rows)² over the n requests (Cochran, Sampling Techniques, 3rd edition,
 * chapter 6; `svyratio` of R's survey package). With one row a request it is the variance of a mean, s²/n. NaN below two requests.
 */
export function varianceOfMean(sums: LossSums): number {
  const { requests, rows, lossSquared, lossTimesRows, rowsSquared } = sums;
  const mean = meanLoss(sums);
  // rounding may leave a sum of squares a hair below zero
  const squares = Math.max(0, lossSquared - 2 * mean * lossTimesRows + mean * mean * rowsSquared);
  return ((requests / (requests - 1)) * squares) / (rows * rows);
}
