/** A point's coordinates. */
export type Vector = readonly number[];

/** What is believed of one point, in the units of the observations. */
export interface Belief {
  readonly mean: number;
  /** Standard deviation, at least 0. */
  readonly deviation: number;
}

export interface GaussianProcess {
  predict(point: Vector): Belief;
}

interface Kernel {
  /** One length scale a coordinate. */
  readonly lengths: readonly number[];
  /** Noise variance, of standardised observations. */
  readonly noise: number;
}

/** Lower triangle, row by row. */
type Factor = readonly (readonly number[])[];

const SQRT_5 = Math.sqrt(5);

/** Matérn 5/2 of variance 1 (Rasmussen & Williams 2006, equation 4.17), as Snoek et al. 2012 use it for tuning. */
const matern = (a: Vector, b: Vector, lengths: readonly number[]): number => {
  let square = 0;
  for (let i = 0; i < a.length; i += 1) square += (((a[i] ?? 0) - (b[i] ?? 0)) / (lengths[i] ?? 1)) ** 2;
  const r = SQRT_5 * Math.sqrt(square);
  return (1 + r + r ** 2 / 3) * Math.exp(-r);
};

/** Cholesky factor of the kernel matrix; undefined when rounding makes it indefinite. */
const factorise = (points: readonly Vector[], { lengths, noise }: Kernel): Factor | undefined => {
  const factor: number[][] = [];
  for (const [i, point] of points.entries()) {
    const row: number[] = [];
    for (let j = 0; j <= i; j += 1) {
      const other = factor[j] ?? row;
      let sum = matern(point, points[j] ?? point, lengths) + (i === j ? noise : 0);
      for (let k = 0; k < j; k += 1) sum -= (row[k] ?? 0) * (other[k] ?? 0);
      if (i === j && sum <= 0) return undefined;
      row.push(i === j ? Math.sqrt(sum) : sum / (other[j] ?? 1));
    }
    factor.push(row);
  }
  return factor;
};

/** Solves L x = b. */
const solveLower = (factor: Factor, b: readonly number[]): number[] => {
  const x: number[] = [];
  for (const [i, row] of factor.entries()) {
    let sum = b[i] ?? 0;
    for (let k = 0; k < i; k += 1) sum -= (row[k] ?? 0) * (x[k] ?? 0);
    x.push(sum / (row[i] ?? 1));
  }
  return x;
};

/** Solves Lᵀ x = b. */
const solveUpper = (factor: Factor, b: readonly number[]): number[] => {
  const x = [...b];
  for (let i = factor.length - 1; i >= 0; i -= 1) {
    for (let k = i + 1; k < factor.length; k += 1) x[i] = (x[i] ?? 0) - (factor[k]?.[i] ?? 0) * (x[k] ?? 0);
    x[i] = (x[i] ?? 0) / (factor[i]?.[i] ?? 1);
  }
  return x;
};

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

/** Log marginal likelihood without its constant (Rasmussen & Williams 2006, algorithm 2.1). */
const likelihood = (points: readonly Vector[], targets: readonly number[], kernel: Kernel): number => {
  const factor = factorise(points, kernel);
  if (!factor) return Number.NEGATIVE_INFINITY;
  const half = solveLower(factor, targets);
  return -0.5 * dot(half, half) - factor.reduce((sum, row, i) => sum + Math.log(row[i] ?? 1), 0);
};

const LENGTHS = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2];
const NOISES = [1e-6, 1e-3, 1e-2, 1e-1];
const SWEEPS = 2;

/** Length scales and noise by coordinate ascent on the marginal likelihood. */
const fitKernel = (points: readonly Vector[], targets: readonly number[]): Kernel => {
  const dimensions = points[0]?.length ?? 0;
  let kernel: Kernel = { lengths: new Array<number>(dimensions).fill(0.4), noise: 1e-3 };
  let best = likelihood(points, targets, kernel);
  const consider = (candidate: Kernel): void => {
    const found = likelihood(points, targets, candidate);
    if (found > best) [best, kernel] = [found, candidate];
  };
  for (const length of LENGTHS) consider({ ...kernel, lengths: kernel.lengths.map(() => length) });
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (const noise of NOISES) consider({ ...kernel, noise });
    for (let i = 0; i < dimensions; i += 1) {
      for (const length of LENGTHS)
        consider({ ...kernel, lengths: kernel.lengths.map((l, j) => (j === i ? length : l)) });
    }
  }
  return kernel;
};

const regress = (points: readonly Vector[], targets: readonly number[], kernel: Kernel): GaussianProcess => {
  const factor = factorise(points, kernel) ?? factorise(points, { ...kernel, noise: 1 }) ?? [];
  const weights = solveUpper(factor, solveLower(factor, targets));
  return {
    predict: (point) => {
      const covariances = points.map((other) => matern(point, other, kernel.lengths));
      const explained = solveLower(factor, covariances);
      return {
        mean: dot(covariances, weights),
        deviation: Math.sqrt(Math.max(0, 1 - dot(explained, explained))),
      };
    },
  };
};

/**
 * Gaussian process regression with a Matérn 5/2 kernel whose length scales and noise are fitted. Points still being
 * evaluated are taken to turn out as expected (Ginsbourger et al. 2010, "kriging believer"), so that jobs in parallel are
 * spread out.
 *
 * @param points at least one, all of one length
 * @param targets one observation a point
 */
export const fitGaussianProcess = (
  points: readonly Vector[],
  targets: readonly number[],
  pending: readonly Vector[] = [],
): GaussianProcess => {
  const mean = targets.reduce((sum, y) => sum + y, 0) / targets.length;
  const spread = Math.sqrt(targets.reduce((sum, y) => sum + (y - mean) ** 2, 0) / targets.length) || 1;
  const standardised = targets.map((y) => (y - mean) / spread);
  const kernel = fitKernel(points, standardised);
  const known = regress(points, standardised, kernel);
  const believed = pending.map((point) => known.predict(point).mean);
  const process =
    pending.length === 0 ? known : regress([...points, ...pending], [...standardised, ...believed], kernel);
  return {
    predict: (point) => {
      const belief = process.predict(point);
      return { mean: mean + spread * belief.mean, deviation: spread * belief.deviation };
    },
  };
};
