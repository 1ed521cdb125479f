import type { FeatureMatrix } from '../columns.ts';

/** Directions with less of the variance than this follow from the others. */
const LEAST_VARIANCE = 1e-9;

const isMissing = ({ values, width }: FeatureMatrix, row: number): boolean => Number.isNaN(values[row * width]);

/** Mean and covariance of the rows of both that are not missing. */
function momentsOf(samples: readonly FeatureMatrix[], width: number) {
  const mean = new Float64Array(width);
  const covariance = new Float64Array(width * width);
  let rows = 0;
  const eachRow = (visit: (row: Float64Array) => void): void => {
    for (const sample of samples) {
      for (let row = 0; row < sample.rows; row++) {
        if (!isMissing(sample, row)) visit(sample.values.subarray(row * width, (row + 1) * width));
      }
    }
  };
  eachRow((row) => {
    rows += 1;
    for (let i = 0; i < width; i++) mean[i] = (mean[i] as number) + (row[i] as number);
  });
  for (let i = 0; i < width; i++) mean[i] = (mean[i] as number) / Math.max(rows, 1);
  eachRow((row) => {
    for (let i = 0; i < width; i++) {
      const own = ((row[i] as number) - (mean[i] as number)) / rows;
      for (let j = 0; j <= i; j++) {
        covariance[i * width + j] =
          (covariance[i * width + j] as number) + own * ((row[j] as number) - (mean[j] as number));
      }
    }
  });
  return { mean, covariance };
}

/** The lower Cholesky factor (Golub & Van Loan, "Matrix Computations", 4.2); the pivot of a direction that follows from others is 0. */
function choleskyOf(covariance: Float64Array, width: number): Float64Array {
  const lower = covariance.slice();
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = lower[i * width + j] as number;
      for (let k = 0; k < j; k++) sum -= (lower[i * width + k] as number) * (lower[j * width + k] as number);
      if (i === j) {
        const isOwn = sum > LEAST_VARIANCE * (covariance[i * width + i] as number);
        lower[i * width + i] = isOwn ? Math.sqrt(sum) : 0;
      } else {
        const pivot = lower[j * width + j] as number;
        lower[i * width + j] = pivot === 0 ? 0 : sum / pivot;
      }
    }
  }
  return lower;
}

/**
 * Two samples in coordinates that are uncorrelated and have the variance 1 over both together, so that no direction outweighs the others. A
 * missing row lies at the centre; a last coordinate of 1 marks it, and is 0 elsewhere.
 */
export function whiten(before: FeatureMatrix, now: FeatureMatrix): readonly [FeatureMatrix, FeatureMatrix] {
  const { width } = before;
  const { mean, covariance } = momentsOf([before, now], width);
  const lower = choleskyOf(covariance, width);
  const whitened = (sample: FeatureMatrix): FeatureMatrix => {
    const values = new Float64Array(sample.rows * (width + 1));
    for (let row = 0; row < sample.rows; row++) {
      const own = values.subarray(row * (width + 1), (row + 1) * (width + 1));
      if (isMissing(sample, row)) {
        own[width] = 1;
        continue;
      }
      // forward substitution
      for (let i = 0; i < width; i++) {
        const pivot = lower[i * width + i] as number;
        let sum = (sample.values[row * width + i] as number) - (mean[i] as number);
        for (let k = 0; k < i; k++) sum -= (lower[i * width + k] as number) * (own[k] as number);
        own[i] = pivot === 0 ? 0 : sum / pivot;
      }
    }
    return { rows: sample.rows, width: width + 1, values };
  };
  return [whitened(before), whitened(now)];
}
