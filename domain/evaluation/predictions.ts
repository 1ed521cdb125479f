import { EvaluationError } from '#domain/errors';
import { unreachable } from '#domain/unreachable';
import type { FittedTransform } from '#schemas/records/fitted-transform';

/** A model's answer for one row: binary, multiclass or regression. */
export type Prediction =
  | { score: number; label: string }
  | { label: string; probabilities: Record<string, number> }
  | { value: number };

/** Numbers a model answers a row: one a class for multiclass, else one. */
export const scoresPerRow = ({ task, label }: Pick<FittedTransform, 'task' | 'label'>): number =>
  task === 'multiclass' ? label.classes.length : 1;

/**
 * Puts model outputs into words: a class and its probability, or a value.
 *
 * @param scores row-major, one number a row; multiclass: one a class
 * @param threshold binary: scores at or above it are the positive class
 * @throws EvaluationError when there are not as many answers as rows
 */
export function describePredictions(
  fitted: Pick<FittedTransform, 'task' | 'label'>,
  scores: Float64Array,
  rows: number,
  threshold: number,
): Prediction[] {
  const { task, label } = fitted;
  const perRow = scoresPerRow(fitted);
  if (scores.length !== rows * perRow) {
    throw new EvaluationError(`The model answered ${scores.length / perRow} rows for ${rows}`);
  }
  return Array.from({ length: rows }, (_, row) => {
    const own = scores.subarray(row * perRow, (row + 1) * perRow);
    // checked above: a row has as many scores as its task needs
    const score = own[0] as number;
    switch (task) {
      case 'multiclass': {
        const best = own.indexOf(Math.max(...own));
        return {
          label: label.classes[best] as string,
          probabilities: Object.fromEntries(label.classes.map((name, i) => [name, own[i] as number])),
        };
      }
      case 'regression':
        return { value: score };
      case 'binary':
        return { score, label: label.classes[score >= threshold ? 1 : 0] as string };
      default:
        return unreachable(task, 'task');
    }
  });
}
