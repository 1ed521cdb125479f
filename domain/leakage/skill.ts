/** A column of sampled training rows, in the order of the rows. */
export interface SampledColumn {
  readonly name: string;
  /** Numbers and times are ordered; texts and booleans are not. Times are milliseconds. */
  readonly values: readonly (number | string | boolean | null)[];
}

/** What a column alone says about the label, measured on rows it was not fitted on. */
export interface AloneSkill {
  /** By ranges of its values: area under the ROC curve (macro average over classes), or R² for regression. */
  readonly byRange: number;
  /** By its exact values too. */
  readonly byValue: number;
  /** The cross-fitted expectation of each target, row by row. */
  readonly fitted: readonly Float64Array[];
}

const folds = 5;
const ranges = 20;
/** Rows of the whole that a cell is worth besides its own, so that small cells say little. */
const weight = 3;

/** The targets of a label: one for regression and binary tasks, one for each class otherwise. */
export function targetsOf(labels: Float64Array, classes: number): Float64Array[] {
  if (classes <= 2) return [labels];
  return Array.from({ length: classes }, (_, c) => labels.map((label) => (label === c ? 1 : 0)));
}

/** Numbers of cells: the exact value of each row, and the range that it is in. A missing value is a cell of its own. */
function cellsOf({ values }: SampledColumn): { exact: Int32Array; range: Int32Array } {
  const known = new Map<unknown, number>();
  const exact = Int32Array.from(values, (value) => {
    const found = known.get(value);
    if (found !== undefined) return found;
    known.set(value, known.size);
    return known.size - 1;
  });
  if (!values.some((value) => typeof value === 'number')) return { exact, range: exact };
  // without a function of its own, an array of numbers is sorted in a fraction of the time
  const numbers = Float64Array.from(values.filter((value) => typeof value === 'number')).sort();
  const bounds = Float64Array.from(
    { length: ranges - 1 },
    (_, i) => numbers[Math.floor(((i + 1) * numbers.length) / ranges)] as number,
  );
  const range = Int32Array.from(values, (value) => {
    if (typeof value !== 'number') return ranges;
    let below = 0;
    while (below < bounds.length && value >= (bounds[below] as number)) below++;
    return below;
  });
  return { exact, range };
}

/** Means of a target by cell over the rows of the other folds, drawn towards `toward`. */
function crossFit(target: Float64Array, cells: Int32Array, toward?: Float64Array): Float64Array {
  let last = 0;
  for (let row = 0; row < cells.length; row++) last = Math.max(last, cells[row] as number);
  const result = new Float64Array(target.length);
  const sums = new Float64Array((last + 1) * folds);
  const counts = new Float64Array((last + 1) * folds);
  let all = 0;
  for (let row = 0; row < cells.length; row++) {
    const at = (cells[row] as number) * folds + (row % folds);
    const value = target[row] as number;
    sums[at] = (sums[at] as number) + value;
    counts[at] = (counts[at] as number) + 1;
    all += value;
  }
  const mean = all / Math.max(1, target.length);
  for (let row = 0; row < cells.length; row++) {
    const [at, own] = [(cells[row] as number) * folds, row % folds];
    let [sum, count] = [0, 0];
    for (let fold = 0; fold < folds; fold++) {
      if (fold === own) continue;
      sum += sums[at + fold] as number;
      count += counts[at + fold] as number;
    }
    result[row] = (sum + weight * (toward?.[row] ?? mean)) / (count + weight);
  }
  return result;
}

/**
 * The expectation of a number by its neighbours in the order of a column, which follows any smooth relation however fine; ranges cannot.
 * Undefined where a value is missing or no number.
 */
function byNeighbours(target: Float64Array, { values }: SampledColumn): Float64Array | undefined {
  if (values.length < 3 || !values.every((value) => typeof value === 'number')) return undefined;
  const order = values.map((value, row) => [value as number, row] as const).sort(([a], [b]) => a - b);
  const result = new Float64Array(target.length);
  order.forEach(([, row], i) => {
    const before = order[i === 0 ? 2 : i - 1]?.[1] ?? row;
    const after = order[i === order.length - 1 ? order.length - 3 : i + 1]?.[1] ?? row;
    result[row] = ((target[before] ?? 0) + (target[after] ?? 0)) / 2;
  });
  return result;
}

/** Area under the ROC curve of scores for a 0/1 target, ties counted half (Mann & Whitney 1947); 0.5 where one class is absent. */
export function areaOf(target: Float64Array, scores: Float64Array): number {
  // few scores differ, because each is that of a cell: only those are put in order
  const groups = new Map<number, number>();
  const rows: number[] = [];
  const hits: number[] = [];
  let positives = 0;
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row] as number;
    let group = groups.get(score);
    if (group === undefined) {
      group = groups.size;
      groups.set(score, group);
      rows.push(0);
      hits.push(0);
    }
    const hit = target[row] as number;
    rows[group] = (rows[group] as number) + 1;
    hits[group] = (hits[group] as number) + hit;
    positives += hit;
  }
  let [rankSum, start] = [0, 0];
  for (const score of Float64Array.from(groups.keys()).sort()) {
    const group = groups.get(score) as number;
    const end = start + (rows[group] as number);
    rankSum += (hits[group] as number) * ((start + end + 1) / 2);
    start = end;
  }
  const negatives = scores.length - positives;
  if (positives === 0 || negatives === 0) return 0.5;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** The share of a target's variance that predictions explain. */
export function explained(target: Float64Array, predicted: Float64Array): number {
  const mean = target.reduce((sum, value) => sum + value, 0) / Math.max(1, target.length);
  let [left, total] = [0, 0];
  target.forEach((value, row) => {
    left += (value - (predicted[row] ?? 0)) ** 2;
    total += (value - mean) ** 2;
  });
  return total === 0 ? 0 : Math.max(0, 1 - left / total);
}

/** How well predictions fit the targets: mean area over classes, or R². */
export function skillOf(
  targets: readonly Float64Array[],
  predicted: readonly Float64Array[],
  regression: boolean,
): number {
  const each = targets.map((target, i) => {
    const own = predicted[i] ?? new Float64Array(target.length);
    return regression ? explained(target, own) : areaOf(target, own);
  });
  return each.reduce((sum, value) => sum + value, 0) / Math.max(1, each.length);
}

/** Measures what a column alone says about the label, not only where the relation is monotone. */
export function measureAlone(column: SampledColumn, targets: readonly Float64Array[], regression: boolean): AloneSkill {
  const { exact, range } = cellsOf(column);
  const ranged = targets.map((target) => crossFit(target, range));
  if (exact === range) {
    const skill = skillOf(targets, ranged, regression);
    return { byRange: skill, byValue: skill, fitted: ranged };
  }
  const byRange = skillOf(targets, ranged, regression);
  const valued = targets.map((target, i) => crossFit(target, exact, ranged[i]));
  const byValue = skillOf(targets, valued, regression);
  const near = regression ? targets.flatMap((target) => byNeighbours(target, column) ?? []) : [];
  const byOrder = near.length === targets.length ? skillOf(targets, near, regression) : 0;
  return byOrder > byValue && near.length > 0
    ? { byRange: Math.max(byRange, byOrder), byValue: byOrder, fitted: near }
    : { byRange, byValue, fitted: valued };
}
