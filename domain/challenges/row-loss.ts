import type { ModelFacts } from '#domain/challenges/challenge-mode';
import { scoresOfRow } from '#domain/challenges/decisions';
import { clipProbability } from '#domain/tallies/probability';
import { unreachable } from '#domain/unreachable';
import type { OutcomeValue } from '#schemas/records/outcome';

/**
 * What came true as a number of the model: its class, or the value. Undefined for a class that the model does not know, and for a value
 * of another task.
 */
export function truthOf({ task, classes }: ModelFacts, value: OutcomeValue): number | undefined {
  switch (task) {
    case 'multiclass': {
      const index = classes.indexOf(String(value));
      return index < 0 ? undefined : index;
    }
    case 'binary':
      return value === 0 || value === 1 ? value : undefined;
    case 'regression':
      return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
    default:
      return unreachable(task, 'task');
  }
}

/**
 * The loss of a model on a row: -ln of the probability that it gave to the truth (log loss; probabilities are clipped as scikit-learn's
 * `log_loss` does), or the squared error for regression. The less, the better. Undefined where the truth is unknown to the model, or the
 * row has no scores.
 *
 * @param scores of all rows, row-major
 * @param index the place of the row
 */
export function rowLoss(
  model: ModelFacts,
  scores: readonly number[],
  index: number,
  value: OutcomeValue,
): number | undefined {
  const truth = truthOf(model, value);
  const perRow = scoresOfRow(model);
  const own = scores.slice(index * perRow, (index + 1) * perRow);
  const [score] = own;
  if (truth === undefined || score === undefined || own.length < perRow) return undefined;
  const { task } = model;
  switch (task) {
    case 'binary':
      return -Math.log(clipProbability(truth === 1 ? score : 1 - score));
    case 'multiclass':
      return -Math.log(clipProbability(own[truth] as number));
    case 'regression':
      return (score - truth) ** 2;
    default:
      return unreachable(task, 'task');
  }
}
