import { EvaluationError } from '#domain/errors';

/** Checks of the evaluation's inputs. Messages give row numbers, never values. */

/** @throws EvaluationError when `actual` differs from `expected` */
export function requireLength(what: string, actual: number, expected: number, unit = 'rows'): void {
  if (actual !== expected) {
    throw new EvaluationError(
      `${what}: found ${actual} ${unit} where the holdout has ${expected}; labels and scores must come from the same rows in the same order`,
    );
  }
}

/** @throws EvaluationError when the holdout has fewer than `minimum` rows */
export function requireRows(rows: number, minimum = 1): void {
  if (rows === 0) {
    throw new EvaluationError('the holdout is empty: raise split.test or drop more rows');
  }
  if (rows < minimum) {
    throw new EvaluationError(
      `the holdout has ${rows} row: at least ${minimum} are needed; raise split.test or drop more rows`,
    );
  }
}

/** @throws EvaluationError naming the first row whose value is not finite */
export function requireFinite(what: string, values: Float64Array, perRow = 1): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new EvaluationError(
      `${what}: row ${Math.floor(bad / perRow)} is not a finite number; did the model score every row?`,
    );
  }
}

/** Scores of a binary or multiclass model must be probabilities. @throws EvaluationError naming the first row that is not */
export function requireProbabilities(what: string, values: Float64Array, perRow: number, objective: string): void {
  requireFinite(what, values, perRow);
  const bad = values.findIndex((value) => value < 0 || value > 1);
  if (bad >= 0) {
    throw new EvaluationError(
      `${what}: row ${Math.floor(bad / perRow)} lies outside [0, 1]; train with objective ${objective}, which scores probabilities`,
    );
  }
}

/** Sample weights: one per row, finite, not negative, not all zero. @throws EvaluationError otherwise */
export function requireWeights(weights: Float64Array, rows: number): void {
  requireLength('weights', weights.length, rows);
  requireFinite('weights', weights);
  const bad = weights.findIndex((weight) => weight < 0);
  if (bad >= 0) throw new EvaluationError(`weights: row ${bad} is negative`);
  if (weights.every((weight) => weight === 0)) throw new EvaluationError('weights: every row weighs nothing');
}

/**
 * Labels as class indices 0 … classes - 1, every class present with weight.
 *
 * @returns the labels as whole numbers and the number of rows by class
 * @throws EvaluationError naming a row with an invalid class index, or the missing classes
 */
export function requireClasses(
  labels: Float64Array,
  names: readonly string[],
  weights?: Float64Array,
): { labels: Uint16Array; support: number[] } {
  const codes = new Uint16Array(labels.length);
  const support = new Array<number>(names.length).fill(0);
  const present = new Array<boolean>(names.length).fill(false);
  labels.forEach((label, row) => {
    if (!Number.isInteger(label) || label < 0 || label >= names.length) {
      throw new EvaluationError(
        `labels: row ${row} is not one of the ${names.length} class numbers 0 to ${names.length - 1}`,
      );
    }
    codes[row] = label;
    support[label] = (support[label] as number) + 1;
    if (weights === undefined || (weights[row] as number) > 0) present[label] = true;
  });
  const missing = names.filter((_, index) => !present[index]);
  if (missing.length > 0) {
    throw new EvaluationError(
      `the holdout has no row of class ${missing.map((name) => `"${name}"`).join(', ')}: ` +
        'ranking metrics are undefined without it; raise split.test, drop more rows, or check dataset.label',
    );
  }
  return { labels: codes, support };
}
