import { EvaluationError } from '#domain/errors';
import { unreachable } from '#domain/unreachable';
import type { ClassAnswer } from '#schemas/records/class-answer';
import type { FittedTransform } from '#schemas/records/fitted-transform';

/** A model's prediction for one row: binary, multiclass or regression. */
export type Prediction =
  | ({ score: number; positive: boolean } & ClassAnswer)
  | { label: string; probabilities: Record<string, number> }
  | { value: number };

/** Numbers in a model's output per row: one per class for multiclass, else one. */
export const scoresPerRow = ({ task, label }: Pick<FittedTransform, 'task' | 'label'>): number =>
  task === 'multiclass' ? label.classes.length : 1;

/**
 * Turns model outputs into predictions: a class and its probability, or a value.
 *
 * @param scores row-major, one number per row; multiclass: one per class
 * @param answers binary: the answer for each class, in the order of the classes' numbers
 * @param threshold binary: scores at or above it are the positive class
 * @throws EvaluationError when the numbers of outputs and rows differ
 */
export function describePredictions(
  fitted: Pick<FittedTransform, 'task' | 'label'>,
  scores: Float64Array,
  rows: number,
  { answers, threshold }: { readonly answers: readonly ClassAnswer[]; readonly threshold: number },
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
      case 'binary': {
        const positive = score >= threshold;
        return { ...(answers[positive ? 1 : 0] as ClassAnswer), score, positive };
      }
      default:
        return unreachable(task, 'task');
    }
  });
}
