/**
 * Ordinary least squares of a target on some columns and a constant, by the normal equations with a trace of ridge.
 * Returns the fitted values.
 */
export function fitLinear(columns: readonly Float64Array[], target: Float64Array): Float64Array {
  const n = target.length;
  const mean = (values: Float64Array) => values.reduce((sum, v) => sum + v, 0) / Math.max(1, n);
  const centred = columns.map((values) => {
    const m = mean(values);
    const shifted = values.map((v) => v - m);
    const scale = Math.sqrt(shifted.reduce((sum, v) => sum + v * v, 0)) || 1;
    return shifted.map((v) => v / scale);
  });
  const centre = mean(target);
  const k = centred.length;
  const matrix = centred.map((a, i) => [
    ...centred.map((b, j) => dot(a, b) + (i === j ? 1e-9 : 0)),
    dot(
      a,
      target.map((v) => v - centre),
    ),
  ]);
  // Gauss and Jordan with pivoting
  for (let i = 0; i < k; i++) {
    let best = i;
    for (let r = i + 1; r < k; r++) if (Math.abs(at(matrix, r, i)) > Math.abs(at(matrix, best, i))) best = r;
    const swapped = matrix[i] as number[];
    matrix[i] = matrix[best] as number[];
    matrix[best] = swapped;
    const pivot = at(matrix, i, i);
    if (Math.abs(pivot) < 1e-12) continue;
    for (let r = 0; r < k; r++) {
      if (r === i) continue;
      const factor = at(matrix, r, i) / pivot;
      if (factor === 0) continue;
      const row = matrix[r] as number[];
      for (let c = i; c <= k; c++) row[c] = (row[c] ?? 0) - factor * at(matrix, i, c);
    }
  }
  const result = new Float64Array(n).fill(centre);
  centred.forEach((values, i) => {
    const pivot = at(matrix, i, i);
    const slope = Math.abs(pivot) < 1e-12 ? 0 : at(matrix, i, k) / pivot;
    values.forEach((v, row) => {
      result[row] = (result[row] ?? 0) + slope * v;
    });
  });
  return result;
}

const at = (matrix: readonly (readonly number[])[], row: number, column: number): number => matrix[row]?.[column] ?? 0;

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
};
