import { EvaluationError } from '#domain/errors';
import { parseScores } from '#domain/evaluation/score-text';

/**
 * Reads an endpoint's text/csv response as rows of numbers, separated by commas, line ends or brackets.
 *
 * @param valuesPerRow numbers per row
 * @throws EvaluationError when something is not a finite number, there are no numbers, or the last row is incomplete
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
