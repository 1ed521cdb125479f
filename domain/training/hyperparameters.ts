import type { Algorithm, ClassCounts, TrainingFacts } from '#domain/algorithms/algorithm';
import { algorithmOf } from '#domain/algorithms/registry';
import { classCount } from '#domain/data/class-count';
import type { TrainingSections } from '#domain/training/settings';

/**
 * The hyperparameters of a training job: the algorithm's defaults, overridden by the pipeline's values. All values are sent as
 * strings.
 *
 * @param counts training rows by class; empty before they are counted
 * @param monotone of the model inputs, as of `TrainingFacts`; before they are known, of the declared columns
 */
export function trainingHyperparameters(
  pipeline: Omit<TrainingSections, 'name'>,
  counts: ClassCounts,
  algorithm: Algorithm = algorithmOf(pipeline),
  monotone: TrainingFacts['monotone'] = [],
): Record<string, string> {
  const defaults = algorithm.defaults({
    task: pipeline.evaluation.task,
    classes: classCount(pipeline.dataset.label),
    counts,
    balance: pipeline.imbalance === 'auto',
    weighted: typeof pipeline.imbalance === 'object' && 'weights' in pipeline.imbalance,
    monotone,
  });
  const own = Object.entries(pipeline.training.hyperparameters).map(([name, value]) => [name, String(value)] as const);
  return { ...defaults, ...Object.fromEntries(own) };
}
