import { ratio } from '#domain/metrics/metric';

/** Actual (rows: 0, 1) by predicted (columns: 0, 1) counts at `threshold`, as `sklearn.metrics.confusion_matrix`. */
export function binaryConfusion(labels: Uint16Array, scores: Float64Array, threshold: number): number[][] {
  const cells = [0, 0, 0, 0];
  for (let row = 0; row < labels.length; row++) {
    const cell = (labels[row] as number) * 2 + ((scores[row] as number) >= threshold ? 1 : 0);
    cells[cell] = (cells[cell] as number) + 1;
  }
  return [cells.slice(0, 2), cells.slice(2)];
}

/** Actual (rows) by predicted (columns) counts of rows, k × k, as `sklearn.metrics.confusion_matrix`. */
export function multiclassConfusion(labels: Uint16Array, predicted: Uint16Array, classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  labels.forEach((label, row) => {
    const cells = matrix[label] as number[];
    const guess = predicted[row] as number;
    cells[guess] = (cells[guess] as number) + 1;
  });
  return matrix;
}

/** Precision, recall and F1 of each class from unweighted row counts; `zero_division=0`. */
export function classMetrics(matrix: readonly (readonly number[])[], names: readonly string[]) {
  return names.map((name, index) => {
    const hits = matrix[index]?.[index] as number;
    const support = sum(matrix[index] as number[]);
    const claimed = sum(matrix.map((cells) => cells[index] as number));
    return {
      class: name,
      support,
      precision: ratio(hits, claimed),
      recall: ratio(hits, support),
      f1: ratio(2 * hits, claimed + support),
    };
  });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
