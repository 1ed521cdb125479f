import { EvaluationError } from '#domain/errors';
import type { Difference, Estimate, Evaluation } from '#schemas/records/evaluation';

/** A metric by its name. @throws EvaluationError naming the available metrics when it is not among them */
export function estimateOf({ task, metrics }: Pick<Evaluation, 'task' | 'metrics'>, metric: string): Estimate {
  const estimate = metrics[metric];
  if (estimate) return estimate;
  throw new EvaluationError(`a ${task} evaluation has no metric ${metric}; it has ${Object.keys(metrics).join(', ')}`);
}

/** Candidate minus champion in one metric; undefined without a champion. */
export const differenceOf = (evaluation: Evaluation, metric: string): Difference | undefined =>
  evaluation.champion?.differences[metric];
