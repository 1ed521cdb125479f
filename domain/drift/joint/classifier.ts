import type { FeatureMatrix } from '../columns.ts';
import { type NormalScores, normalScores } from './normal-scores.ts';

/** A column, or the relation of two, that tells the rows of two samples apart. */
export interface Telling {
  /** The column of the rows, and the other one; the same twice where it is a column by itself. */
  readonly columns: readonly [number, number];
  /** Its share of what the classifier tells the rows apart by. */
  readonly share: number;
  /** The correlation of the two columns, by the places of their values, in each sample; absent for a column by itself. */
  readonly correlation?: readonly [before: number, now: number];
}

/** How well a classifier tells the rows of two samples apart. */
export interface ToldApart {
  /** The chance that it ranks a row of the second sample above one of the first: 0.5 where it cannot tell them apart. */
  readonly auc: number;
  /** Standard deviation of the AUC where both samples are of one distribution. */
  readonly deviation: number;
  /** In no order; several may be of the same columns. */
  readonly causes: readonly Telling[];
}

const FOLDS = 5;
/** What the folds add to the variance, because they judge each other: 2 for many columns; the rest is for small samples. */
const DEPENDENCE = 2.5;

/**
 * Standard deviation of the AUC of a cross-fitted classifier where both samples are of one distribution: that of the Mann-Whitney statistic
 * (Mann & Whitney 1947) with what the folds add. A row that one fold judges taught the others, so their AUCs depend on each other, and no
 * unbiased estimate of that exists (Bengio & Grandvalet 2004); the factor is simulated, for this classifier and for boosted trees
 * (`test/domain/drift/joint/classifier.test.ts`, `test/domain/drift/performance/overlap.data.ts`).
 *
 * @param n rows of one sample
 * @param m rows of the other
 */
export const crossFittedDeviation = (n: number, m: number): number =>
  Math.sqrt((DEPENDENCE * (n + m + 1)) / (12 * n * m));
/** Standard errors by which a difference is shrunk: most of them are chance. */
const SHRINKAGE = 2;

/** The terms of the classifier: pairs of columns of the scores. A column with `ALONE` is the column by itself, with itself its square. */
const ALONE = -1;

interface Terms {
  readonly first: Int32Array;
  readonly second: Int32Array;
}

function termsOf({ width, at, graded }: NormalScores): Terms {
  const [first, second]: [number[], number[]] = [[], []];
  for (let a = 0; a < width; a++) {
    first.push(a);
    second.push(ALONE);
    for (let b = a; b < width; b++) {
      // the product of two columns of one source follows from the two
      if (a === b ? !graded[a] : at[a] === at[b]) continue;
      first.push(a);
      second.push(b);
    }
  }
  return { first: Int32Array.from(first), second: Int32Array.from(second) };
}

/** Sums of the terms and of their squares. */
interface Sums {
  rows: number;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

const noSums = (terms: number): Sums => ({
  rows: 0,
  sums: new Float64Array(terms),
  squares: new Float64Array(terms),
});

function termOf({ values, width }: NormalScores, { first, second }: Terms, row: number, term: number): number {
  const own = values[row * width + (first[term] as number)] as number;
  const other = second[term] as number;
  return other === ALONE ? own : own * (values[row * width + other] as number);
}

function addRow(into: Sums, scores: NormalScores, terms: Terms, row: number): void {
  into.rows += 1;
  for (let term = 0; term < terms.first.length; term++) {
    const value = termOf(scores, terms, row, term);
    into.sums[term] = (into.sums[term] as number) + value;
    into.squares[term] = (into.squares[term] as number) + value * value;
  }
}

/** The sums of all but one. */
function others(all: readonly Sums[], except: number): Sums {
  const into = noSums((all[0] as Sums).sums.length);
  for (const [i, { rows, sums, squares }] of all.entries()) {
    if (i === except) continue;
    into.rows += rows;
    for (let term = 0; term < sums.length; term++) {
      into.sums[term] = (into.sums[term] as number) + (sums[term] as number);
      into.squares[term] = (into.squares[term] as number) + (squares[term] as number);
    }
  }
  return into;
}

const meanOf = ({ rows, sums }: Sums, term: number): number => (sums[term] as number) / rows;
const varianceOf = (of: Sums, term: number): number => (of.squares[term] as number) / of.rows - meanOf(of, term) ** 2;

/** The weight of each term: the difference of its means, shrunk, by its variance. A linear discriminant with a diagonal covariance. */
function weightsOf(before: Sums, now: Sums): Float64Array {
  return before.sums.map((_, term) => {
    const [earlier, later] = [varianceOf(before, term), varianceOf(now, term)];
    const difference = meanOf(now, term) - meanOf(before, term);
    const error = Math.sqrt(earlier / before.rows + later / now.rows);
    const shrunk = Math.sign(difference) * Math.max(Math.abs(difference) - SHRINKAGE * error, 0);
    const pooled = (earlier * before.rows + later * now.rows) / (before.rows + now.rows);
    return pooled > 1e-12 ? shrunk / pooled : 0;
  });
}

/** The share of pairs in which a score of `now` is above one of `before`; ties count one half. */
export function areaUnder(before: readonly number[], now: readonly number[]): number {
  const all = [...before.map((score) => ({ score, isNow: 0 })), ...now.map((score) => ({ score, isNow: 1 }))];
  all.sort((a, b) => a.score - b.score);
  let [below, pairs, tied] = [0, 0, [0, 0] as [number, number]];
  for (const [i, { score, isNow }] of all.entries()) {
    tied = isNow ? [tied[0], tied[1] + 1] : [tied[0] + 1, tied[1]];
    if (all[i + 1]?.score === score) continue;
    pairs += tied[1] * (below + tied[0] / 2);
    below += tied[0];
    tied = [0, 0];
  }
  return pairs / (before.length * now.length);
}

/** The rows in an order that follows from their values, so that a result does not depend on the order in which they came. */
function inOrder({ rows, width, values }: FeatureMatrix): FeatureMatrix {
  const order = Array.from({ length: rows }, (_, row) => row).sort((a, b) => {
    for (let at = 0; at < width; at++) {
      const [x, y] = [values[a * width + at] as number, values[b * width + at] as number];
      if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
      return Number.isNaN(x) ? -1 : Number.isNaN(y) ? 1 : x - y;
    }
    return 0;
  });
  const sorted = new Float64Array(values.length);
  for (const [i, row] of order.entries()) sorted.set(values.subarray(row * width, (row + 1) * width), i * width);
  return { rows, width, values: sorted };
}

/**
 * Learns to tell the rows of two samples apart by each column, its square and the products of each two: a domain classifier that sees a
 * change of a relation as well as one of a column. Each row is judged by a classifier that did not learn from it (five folds).
 *
 * @param before at least as many rows as there are folds, as `now`
 */
export function tellApart(before: FeatureMatrix, now: FeatureMatrix): ToldApart {
  const [n, m] = [before.rows, now.rows];
  const scores = normalScores(inOrder(before), inOrder(now));
  const terms = termsOf(scores);
  const folds = () => Array.from({ length: FOLDS }, () => noSums(terms.first.length));
  const sums = [folds(), folds()] as const;
  const foldOf = (row: number): number => (row < n ? row : row - n) % FOLDS;
  for (let row = 0; row < n + m; row++) {
    addRow(sums[row < n ? 0 : 1][foldOf(row)] as Sums, scores, terms, row);
  }
  let auc = 0;
  for (let fold = 0; fold < FOLDS; fold++) {
    const weights = weightsOf(others(sums[0], fold), others(sums[1], fold));
    const used = Array.from(weights.keys()).filter((term) => weights[term] !== 0);
    const judged: [number[], number[]] = [[], []];
    for (let row = 0; row < n + m; row++) {
      if (foldOf(row) !== fold) continue;
      const score = used.reduce((sum, term) => sum + (weights[term] as number) * termOf(scores, terms, row, term), 0);
      judged[row < n ? 0 : 1].push(score);
    }
    auc += areaUnder(judged[0], judged[1]) / FOLDS;
  }
  const whole = [others(sums[0], FOLDS), others(sums[1], FOLDS)] as const;
  return {
    auc,
    deviation: crossFittedDeviation(n, m),
    causes: causesOf(whole, scores, terms),
  };
}

/** What the classifier of all rows tells them apart by: the share of each term in the difference of the mean scores. */
function causesOf([before, now]: readonly [Sums, Sums], { at }: NormalScores, { first, second }: Terms): Telling[] {
  const parts = weightsOf(before, now).map((weight, term) => weight * (meanOf(now, term) - meanOf(before, term)));
  const whole = parts.reduce((sum, part) => sum + part, 0);
  /** The term of each column by itself. */
  const alone = new Map(
    Array.from(first, (column, term) => [column, term] as const).filter(([, term]) => second[term] === ALONE),
  );
  const correlation = (of: Sums, term: number): number => {
    const [a, b] = [alone.get(first[term] as number) as number, alone.get(second[term] as number) as number];
    const covariance = meanOf(of, term) - meanOf(of, a) * meanOf(of, b);
    const variances = [varianceOf(of, a), varianceOf(of, b)] as const;
    // a sample may have one value of a column, to the rounding of its sums
    if (Math.min(...variances) < 1e-9) return 0;
    return Math.max(-1, Math.min(1, covariance / Math.sqrt(variances[0] * variances[1])));
  };
  const found: Telling[] = [];
  for (const [term, part] of parts.entries()) {
    if (part === 0) continue;
    const own = at[first[term] as number] as number;
    const isPair = second[term] !== ALONE && second[term] !== first[term];
    const other = second[term] === ALONE ? own : (at[second[term] as number] as number);
    found.push({
      columns: [own, other],
      share: part / whole,
      ...(isPair ? { correlation: [correlation(before, term), correlation(now, term)] as const } : {}),
    });
  }
  return found;
}
