import { parseArgs } from 'node:util';
import type { FeatureMatrix } from '#domain/drift/columns';
import { chiSquareTail } from '#domain/drift/distributions';
import { tellApart } from '#domain/drift/joint/classifier';
import { normalScores } from '#domain/drift/joint/normal-scores';
import { measureOverlap } from '#domain/drift/performance/overlap';
import { createRandom, type Random } from '#domain/random';
import { matrixOf, pairs } from '../test/domain/drift/joint/support.ts';

/**
 * What finds a change of all columns together: the classifier of `domain/drift/joint`, boosted trees, or the error of a reconstruction by
 * principal components. The share of windows in which each is significant at 1 %.
 */
const { values: options } = parseArgs({
  options: {
    windows: { type: 'string', default: '20' },
    baseline: { type: 'string', default: '2000' },
    rows: { type: 'string', default: '500' },
  },
});
const [windows, baselineRows, rows] = [Number(options.windows), Number(options.baseline), Number(options.rows)];
type Draw = (random: Random) => number[];

const shifted =
  (draw: Draw, by: number): Draw =>
  (random) =>
    draw(random).map((x) => x + by);

/** Columns that follow one factor; the first may follow it the other way round. */
const factor =
  (columns: number, load: number, turned = false): Draw =>
  (random) => {
    const own = random.normal();
    const rest = Math.sqrt(1 - load ** 2);
    return Array.from({ length: columns }, (_, i) => (turned && i === 0 ? -load : load) * own + rest * random.normal());
  };

/** Indicators of a category, a long-tailed column, a number that depends on the category, and columns with missing values. */
const mixed =
  (turned: boolean): Draw =>
  (random) => {
    const category = random.below(4);
    const indicators = Array.from({ length: 4 }, (_, i) => Number(i === category));
    const depends = (turned ? -0.8 : 0.8) * (category === 0 ? 1 : -1 / 3) + random.normal();
    const others = Array.from({ length: 6 }, () => (random.float() < 0.1 ? Number.NaN : random.normal()));
    return [...indicators, Math.exp(1.5 * random.normal()), depends, ...others];
  };

const CASES: readonly (readonly [string, Draw, Draw])[] = [
  ['nothing, 2 columns', pairs(2, 0.5), pairs(2, 0.5)],
  ['nothing, 10 columns', pairs(10, 0.7), pairs(10, 0.7)],
  ['nothing, 20 columns of one factor', factor(20, 0.8), factor(20, 0.8)],
  ['nothing, mixed columns', mixed(false), mixed(false)],
  ['correlation 0.7 to -0.7, 2 columns', pairs(2, 0.7), pairs(2, -0.7)],
  ['correlation 0.7 to -0.7, 10 columns', pairs(10, 0.7), pairs(10, -0.7)],
  ['correlation 0.3 to -0.3, 10 columns', pairs(10, 0.3), pairs(10, -0.3)],
  ['correlation 0.5 to -0.5, 30 columns', pairs(30, 0.5), pairs(30, -0.5)],
  ['correlation 0.8 to 0, 10 columns', pairs(10, 0.8), pairs(10, 0)],
  ['one of 10 columns of a factor turned', factor(10, 0.7), factor(10, 0.7, true)],
  ['a number and a category, mixed columns', mixed(false), mixed(true)],
  ['each of 10 columns by 0.15 deviations', pairs(10, 0.3), shifted(pairs(10, 0.3), 0.15)],
];

/** Eigenvectors of a symmetric matrix by Jacobi's rotations, the largest value first (Golub & Van Loan, "Matrix Computations", 8.5). */
function eigenvectors(matrix: Float64Array, size: number): { value: number; vector: Float64Array }[] {
  const a = matrix.slice();
  const v = Float64Array.from({ length: size * size }, (_, i) => Number(i % (size + 1) === 0));
  const turn = (of: Float64Array, i: number, j: number, c: number, s: number): void => {
    const [x, y] = [of[i] as number, of[j] as number];
    [of[i], of[j]] = [c * x - s * y, s * x + c * y];
  };
  for (let sweep = 0; sweep < 12; sweep++) {
    for (let i = 0; i < size; i++) {
      for (let j = i + 1; j < size; j++) {
        const off = a[i * size + j] as number;
        if (Math.abs(off) < 1e-13) continue;
        const theta = ((a[j * size + j] as number) - (a[i * size + i] as number)) / (2 * off);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta ** 2 + 1));
        const c = 1 / Math.sqrt(t ** 2 + 1);
        for (let k = 0; k < size; k++) turn(a, k * size + i, k * size + j, c, t * c);
        for (let k = 0; k < size; k++) turn(a, i * size + k, j * size + k, c, t * c);
        for (let k = 0; k < size; k++) turn(v, k * size + i, k * size + j, c, t * c);
      }
    }
  }
  return Array.from({ length: size }, (_, i) => ({
    value: a[i * size + i] as number,
    vector: Float64Array.from({ length: size }, (__, k) => v[k * size + i] as number),
  })).sort((x, y) => y.value - x.value);
}

/** Welch's statistic of the reconstruction errors: components of 65 % of the variance of half of the baseline, compared with the other half. */
function reconstruction(before: FeatureMatrix, now: FeatureMatrix): number {
  const { values, width } = normalScores(before, now);
  const half = before.rows >> 1;
  const covariance = new Float64Array(width * width);
  for (let row = 0; row < half; row++) {
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < width; j++) {
        covariance[i * width + j] =
          (covariance[i * width + j] as number) +
          ((values[row * width + i] as number) * (values[row * width + j] as number)) / half;
      }
    }
  }
  const all = eigenvectors(covariance, width);
  const total = all.reduce((sum, { value }) => sum + value, 0);
  let kept = 0;
  const rest = all.filter(({ value }) => {
    const isRest = kept >= 0.65 * total;
    kept += value;
    return isRest;
  });
  const errorOf = (row: number): number =>
    Math.sqrt(
      rest.reduce(
        (sum, { vector }) => sum + vector.reduce((dot, x, i) => dot + x * (values[row * width + i] as number), 0) ** 2,
        0,
      ),
    );
  const errors = Array.from({ length: before.rows - half + now.rows }, (_, i) => errorOf(half + i));
  const [a, b] = [errors.slice(0, before.rows - half), errors.slice(before.rows - half)];
  const mean = (of: readonly number[]): number => of.reduce((sum, x) => sum + x, 0) / of.length;
  const error = (of: readonly number[]): number => mean(of.map((x) => (x - mean(of)) ** 2)) / of.length;
  return (mean(b) - mean(a)) / Math.sqrt(error(a) + error(b));
}

const twoSided = (z: number): number => chiSquareTail(z ** 2, 1);
const oneSided = (z: number): number => (z > 0 ? twoSided(z) / 2 : 1);
const percent = (found: number): string => `${Math.round((100 * found) / windows)} %`;

console.log(`Windows of ${rows} rows beside a baseline of ${baselineRows}, ${windows} each\n`);
console.log('| what changed | classifier | its AUC | boosted trees | PCA reconstruction |\n|---|---|---|---|---|');
for (const [name, earlier, later] of CASES) {
  const random = createRandom(7);
  let [classifier, trees, pca, sum] = [0, 0, 0, 0];
  for (let i = 0; i < windows; i++) {
    const [before, now] = [matrixOf(baselineRows, earlier, random), matrixOf(rows, later, random)];
    const { auc, deviation } = tellApart(before, now);
    sum += auc;
    if (oneSided((auc - 0.5) / deviation) < 0.01) classifier += 1;
    if (oneSided((measureOverlap(before, now).auc - 0.5) / deviation) < 0.01) trees += 1;
    if (twoSided(reconstruction(before, now)) < 0.01) pca += 1;
  }
  console.log(
    `| ${name} | ${percent(classifier)} | ${(sum / windows).toFixed(2)} | ${percent(trees)} | ${percent(pca)} |`,
  );
}
