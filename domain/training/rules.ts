import type { Algorithm } from '#domain/algorithms/algorithm';
import { ALGORITHMS, type Algorithms, algorithmOf } from '#domain/algorithms/registry';
import type { DatasetSettings } from '#domain/data/settings';
import { encodingOf } from '#domain/encodings/registry';
import type { Issue } from '#domain/issue';
import { trainingHyperparameters } from '#domain/training/hyperparameters';
import { monotoneDeclared } from '#domain/training/monotone';
import type { TrainingSections } from '#domain/training/settings';
import { checkTuning } from '#domain/training/tuning-rules';

type Checked = Omit<TrainingSections, 'name' | 'dataset'> & { readonly dataset: DatasetSettings };

/** Without missing values: every model input must be imputed. */
function checkMissing({ dataset }: Checked, { label, input }: Algorithm, issue: Issue): void {
  if (input.missing !== null) return;
  for (const [name, spec] of Object.entries(dataset.columns)) {
    const feature = spec.role === 'feature' ? spec : 'feature' in spec ? spec.feature : undefined;
    if (feature === undefined || encodingOf(feature).leavesMissing?.(feature) === false) continue;
    issue(
      ['dataset', 'columns', name],
      `may be missing, and ${label} takes no missing value: impute it, or do not make it a model input`,
    );
  }
}

/** A continuation: what the algorithm allows, and a single training job. */
function checkIncremental(
  pipeline: Checked,
  { continuation }: Algorithm,
  all: Record<string, string>,
  issue: Issue,
): void {
  if (!continuation || pipeline.training.incremental !== true) return;
  if (pipeline.training.tuning)
    issue(
      ['training', 'incremental'],
      'a tuning tries other hyperparameters from the start, and a training that goes on from the champion cannot: leave out training.tuning or training.incremental',
    );
  continuation.check(all, (name, problem) => issue(['training', 'hyperparameters', name], problem));
}

/** Rules of `training` across fields or sections, which the algorithm's container would check only hours later. */
export function checkTraining(pipeline: Checked, issue: Issue, algorithms: Algorithms = ALGORITHMS): void {
  const { training, evaluation } = pipeline;
  const algorithm = algorithmOf(pipeline, algorithms);
  const { tasks, label, tuning } = algorithm;
  if (!tasks.includes(evaluation.task))
    issue(['training', 'algorithm'], `${label} learns no ${evaluation.task} task; it learns ${tasks.join(', ')}`);
  if (!algorithm.distributed && training.instances.count > 1)
    issue(['training', 'instances', 'count'], `${label} trains on one instance`);
  checkMissing(pipeline, algorithm, issue);
  const all = trainingHyperparameters(pipeline, [], algorithm, monotoneDeclared(pipeline.dataset));
  algorithm.check?.(all, evaluation.task, (name, problem) => issue(['training', 'hyperparameters', name], problem));
  checkIncremental(pipeline, algorithm, all, issue);
  if (tuning && training.tuning)
    checkTuning(
      { tuning: training.tuning, hyperparameters: training.hyperparameters },
      evaluation.task,
      algorithm,
      tuning,
      issue,
    );
}
