import type { Algorithm } from '#domain/algorithms/algorithm';
import { ALGORITHMS, type Algorithms, algorithmOf } from '#domain/algorithms/registry';
import { groupSettings } from '#domain/data/clean';
import { plannedInteractions } from '#domain/data/interactions';
import type { DatasetSettings } from '#domain/data/settings';
import type { SplitSettings } from '#domain/data/split-settings';
import { encodingOf } from '#domain/encodings/registry';
import type { Issue } from '#domain/issue';
import { trainingHyperparameters } from '#domain/training/hyperparameters';
import { checkImbalance } from '#domain/training/imbalance-rules';
import { monotoneDeclared } from '#domain/training/monotone';
import type { TrainingSections } from '#domain/training/settings';
import { checkTuning } from '#domain/training/tuning-rules';

type Checked = Omit<TrainingSections, 'name' | 'dataset'> & {
  readonly dataset: DatasetSettings;
  readonly split: SplitSettings;
};

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
  for (const { columns, interaction } of plannedInteractions({ dataset })) {
    if (!interaction.leavesMissing) continue;
    issue(
      ['dataset', 'interactions'],
      `${columns.join(' and ')} make an input that may be missing, and ${label} takes no missing value: leave the interaction out`,
    );
  }
}

const readsEarlierDrops = ({ data }: Checked['training']): boolean => data !== undefined && data !== 'newest';

/** Rows of several drops are told apart by the group of the split. */
function checkData({ training, dataset, split }: Checked, issue: Issue): void {
  if (!readsEarlierDrops(training) || dataset.id === undefined || groupSettings({ dataset, split }).by === 'id') return;
  issue(
    ['training', 'data'],
    'rows that are in several drops are found by their id, which split.groupBy does not keep together: set split.groupBy to id, or leave it out',
  );
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
  if (readsEarlierDrops(pipeline.training))
    issue(
      ['training', 'incremental'],
      'a training that goes on from the champion reads the newest drop alone: leave out training.data or training.incremental',
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
  checkImbalance(pipeline, algorithm, all, issue);
  checkData(pipeline, issue);
  if (tuning && training.tuning)
    checkTuning(
      { tuning: training.tuning, hyperparameters: training.hyperparameters },
      evaluation.task,
      algorithm,
      tuning,
      issue,
    );
}
