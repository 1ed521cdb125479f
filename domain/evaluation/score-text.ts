import { EvaluationError } from '#domain/errors';

/**
 * Reads a model's text/csv output: numbers separated by commas, line ends or brackets, as one number per line
 * or `[p0, p1, …]` per line.
 *
 * @param perRow numbers per row
 * @returns row-major
 * @throws EvaluationError when something is not a number, or the last row is incomplete
 */
export function parseScores(text: string, perRow: number, file: string): Float64Array {
  const tokens = text.split(/[\s,[\]]+/).filter((token) => token !== '');
  const scores = new Float64Array(tokens.length);
  tokens.forEach((token, i) => {
    const score = Number(token);
    if (Number.isNaN(score))
      throw new EvaluationError(`${file}: value ${i + 1} is not a number; is this the answer of a model in text/csv?`);
    scores[i] = score;
  });
  if (scores.length % perRow !== 0) {
    throw new EvaluationError(`${file}: ${scores.length} numbers do not make rows of ${perRow}`);
  }
  return scores;
}

/**
 * Reads model inputs: comma-separated numbers, one row per line. An empty field or `nan` is missing.
 *
 * @throws EvaluationError when a line has another number of fields, or a field is not a number
 */
export function parseFeatures(
  text: string,
  width: number,
  file: string,
): { rows: number; width: number; values: Float64Array } {
  const lines = text.split(/\r?\n/).filter((line, i, all) => line !== '' || (width === 1 && i < all.length - 1));
  const values = new Float64Array(lines.length * width);
  lines.forEach((line, row) => {
    const fields = line.split(',');
    if (fields.length !== width)
      throw new EvaluationError(`${file}: line ${row + 1} has ${fields.length} fields, not ${width}`);
    fields.forEach((field, i) => {
      const isMissing = /^\s*(nan)?\s*$/i.test(field);
      const value = isMissing ? Number.NaN : Number(field);
      if (Number.isNaN(value) && !isMissing)
        throw new EvaluationError(`${file}: line ${row + 1}, field ${i + 1} is not a number`);
      values[row * width + i] = value;
    });
  });
  return { rows: lines.length, width, values };
}
