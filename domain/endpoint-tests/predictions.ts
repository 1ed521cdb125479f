import { EvaluationError } from '#domain/errors';
import { parseScores } from '#domain/evaluation/score-text';

/**
 * Reads an endpoint's answer in text/csv as rows of numbers, however they are set apart: commas, line ends, brackets.
 *
 * @param valuesPerRow numbers that belong to one row
 * @throws EvaluationError when something is no finite number, there is none at all, or they do not fill whole rows
 */
export function parsePredictions(text: string, valuesPerRow: number): number[][] {
  const values = parseScores(text, valuesPerRow, 'the answer');
  if (values.length === 0) throw new EvaluationError('the answer is empty');
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new EvaluationError(`the answer: value ${bad + 1} is not a finite number`);
  return Array.from({ length: values.length / valuesPerRow }, (_, row) => [
    ...values.subarray(row * valuesPerRow, (row + 1) * valuesPerRow),
  ]);
}
