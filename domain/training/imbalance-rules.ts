import type { Algorithm, Balancing } from '#domain/algorithms/algorithm';
import type { Issue } from '#domain/issue';
import type { TrainingSections } from '#domain/training/settings';

type Checked = Pick<TrainingSections, 'training' | 'imbalance' | 'evaluation'>;
type Refuse = (message: string) => void;

/** Weights of rows: the algorithm reads them, and there are classes. */
function checkWeights({ evaluation }: Checked, { balancing, label }: Algorithm, refuse: Refuse): void {
  if (!balancing) refuse(`${label} reads no weights of rows: set undersample, or none`);
  if (evaluation.task === 'regression') refuse('a regression has no classes to weight: leave imbalance out');
}

/** Undersampling: two classes, one training from the start, and scores that can be recalibrated. */
function checkUndersampling(
  { training, evaluation }: Checked,
  { balancing, label }: Algorithm,
  all: Readonly<Record<string, string>>,
  refuse: Refuse,
): void {
  if (evaluation.task !== 'binary') {
    refuse('undersample is for binary tasks: set { weights: balanced }, or none');
    return;
  }
  if (balancing?.givesProbabilities(all) !== true)
    refuse(
      `undersample recalibrates probabilities, and ${label} gives none with these hyperparameters: leave objective out, or set none`,
    );
  if (training.instances.count > 1)
    refuse('undersample leaves fewer rows, and an instance might get none: set training.instances.count to 1');
  if (training.incremental === true)
    refuse(
      'undersample recalibrates the scores of a whole model, and training.incremental adds to another one: leave out one of the two',
    );
}

/** Hyperparameters that contradict `imbalance`, or do the same again. */
function checkHyperparameters(
  { imbalance, training: { hyperparameters } }: Checked,
  { rowWeights, positiveWeight }: Balancing,
  isWeighted: boolean,
  issue: Issue,
): void {
  const own = hyperparameters[rowWeights];
  if (own !== undefined && Number(own) !== Number(isWeighted))
    issue(
      ['training', 'hyperparameters', rowWeights],
      `the training rows ${isWeighted ? 'have' : 'have no'} weights, as imbalance says: leave it out`,
    );
  if (typeof imbalance === 'object' && hyperparameters[positiveWeight] !== undefined)
    issue(
      ['training', 'hyperparameters', positiveWeight],
      'imbalance balances the classes already: leave out one of the two',
    );
}

/**
 * Rules of `imbalance`: the algorithm, the task and the other settings must go along.
 *
 * @param all hyperparameters that are sent, including defaults
 */
export function checkImbalance(
  pipeline: Checked,
  algorithm: Algorithm,
  all: Readonly<Record<string, string>>,
  issue: Issue,
): void {
  const { imbalance } = pipeline;
  const isWeighted = typeof imbalance === 'object' && 'weights' in imbalance;
  if (algorithm.balancing) checkHyperparameters(pipeline, algorithm.balancing, isWeighted, issue);
  const refuse = (message: string) => issue(['imbalance'], message);
  if (isWeighted) checkWeights(pipeline, algorithm, refuse);
  else if (typeof imbalance === 'object') checkUndersampling(pipeline, algorithm, all, refuse);
}
