import { ALGORITHMS, type Algorithms, algorithmOf } from '#domain/algorithms/registry';
import type { Issue } from '#domain/issue';
import { trainingHyperparameters } from '#domain/training/hyperparameters';
import type { TrainingSections } from '#domain/training/settings';
import { checkTuning } from '#domain/training/tuning-rules';

/** Rules of `training` that span several fields or sections: what the algorithm's container would refuse hours later. */
export function checkTraining(
  pipeline: Omit<TrainingSections, 'name'>,
  issue: Issue,
  algorithms: Algorithms = ALGORITHMS,
): void {
  const { training, evaluation } = pipeline;
  const algorithm = algorithmOf(pipeline, algorithms);
  const { tasks, label, tuning } = algorithm;
  if (!tasks.includes(evaluation.task))
    issue(['training', 'algorithm'], `${label} learns no ${evaluation.task} task; it learns ${tasks.join(', ')}`);
  if (!algorithm.distributed && training.instances.count > 1)
    issue(['training', 'instances', 'count'], `${label} trains on one instance`);
  algorithm.check?.(trainingHyperparameters(pipeline, [], algorithm), (name, problem) =>
    issue(['training', 'hyperparameters', name], problem),
  );
  if (tuning && training.tuning)
    checkTuning(
      { tuning: training.tuning, hyperparameters: training.hyperparameters },
      evaluation.task,
      algorithm,
      tuning,
      issue,
    );
}
