import type { ModelFacts } from '#domain/challenges/challenge-mode';
import { unreachable } from '#domain/unreachable';

/** The number of scores that a model gives for a row. */
export const scoresOfRow = ({ task, classes }: ModelFacts): number => (task === 'multiclass' ? classes.length : 1);

/** The class that a model decides on for a row, by name; undefined for regression. */
export function decisionOf(model: ModelFacts, scores: readonly number[], row: number): string | undefined {
  const { task, threshold, classes } = model;
  switch (task) {
    case 'binary':
      return (scores[row] ?? Number.NaN) >= threshold ? 'positive' : 'negative';
    case 'multiclass': {
      const own = scores.slice(row * classes.length, (row + 1) * classes.length);
      return classes[own.indexOf(Math.max(...own))];
    }
    case 'regression':
      return undefined;
    default:
      return unreachable(task, 'task');
  }
}
