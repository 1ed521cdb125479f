import type { Algorithm } from '#domain/algorithms/algorithm';
import { algorithmOf } from '#domain/algorithms/registry';
import { featureColumns } from '#domain/data/columns';
import { plannedInteractions } from '#domain/data/interactions';
import type { DataSettings } from '#domain/data/settings';
import { shownList } from '#domain/data/shown';
import { trainingHyperparameters } from '#domain/training/hyperparameters';
import { monotoneSigns } from '#domain/training/monotone';
import type { TrainingSections } from '#domain/training/settings';
import type { FittedFeature } from '#schemas/records/fitted-transform';

type Sections = TrainingSections & DataSettings;

/** What a candidate may go on from. */
export interface Ancestor {
  readonly runId: string;
  /** Its pinned configuration. */
  readonly pipeline: Sections;
  readonly features: readonly FittedFeature[];
  readonly training: { readonly hyperparameters: Readonly<Record<string, string>>; readonly image: string };
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What decides the values of each model input's column, but for the place of the column in the file. */
const inputSettings = (pipeline: Sections): ReadonlyMap<string, string> =>
  new Map(
    featureColumns(pipeline).map(({ name, spec: { from: _from, ...spec } }) => [name, JSON.stringify(spec)] as const),
  );

function changedInputs(before: Sections, now: Sections): string[] {
  const [old, own] = [inputSettings(before), inputSettings(now)];
  return [...new Set([...old.keys(), ...own.keys()])].filter((name) => old.get(name) !== own.get(name));
}

const interactionsOf = (pipeline: Sections) =>
  plannedInteractions(pipeline).map(({ columns, interaction }) => [interaction.name, ...columns]);

const undersamples = ({ imbalance }: Sections): boolean => typeof imbalance === 'object' && 'undersample' in imbalance;

function changedHyperparameters(ancestor: Ancestor, pipeline: Sections, algorithm: Algorithm): string[] {
  const monotone = monotoneSigns(pipeline.dataset, ancestor.features);
  const own = trainingHyperparameters(pipeline, [], algorithm, monotone);
  const before = ancestor.training.hyperparameters;
  return (algorithm.continuation?.shared ?? []).flatMap((name) =>
    before[name] === own[name] ? [] : [`${name} (${before[name] ?? 'not set'}, now ${own[name] ?? 'not set'})`],
  );
}

/**
 * Why a training cannot go on from a model: its trees read the model inputs of its own run, by position, and answer in its own classes.
 *
 * @param image the training image of the candidate
 * @returns undefined when it can
 */
export function continuationProblem(ancestor: Ancestor, pipeline: Sections, image: string): string | undefined {
  const algorithm = algorithmOf(pipeline);
  const { pipeline: before } = ancestor;
  const changed = (what: string) => `the champion, run ${ancestor.runId}, was trained with ${what}`;
  if (before.training.algorithm !== pipeline.training.algorithm) return changed('another algorithm');
  if (before.evaluation.task !== pipeline.evaluation.task) return changed('another task');
  if (!same(before.dataset.label, pipeline.dataset.label)) return changed('other settings of dataset.label');
  const inputs = changedInputs(before, pipeline);
  if (inputs.length > 0) return changed(`other model inputs, or other settings of them: ${shownList(inputs, 10)}`);
  if (!same(interactionsOf(before), interactionsOf(pipeline))) return changed('other interactions of its columns');
  // its scores need a recalibration, which those of further trees do not
  if (undersamples(before)) return changed('fewer rows of a class (imbalance.undersample)');
  const hyperparameters = changedHyperparameters(ancestor, pipeline, algorithm);
  if (hyperparameters.length > 0)
    return changed(`other values of hyperparameters that trees share: ${hyperparameters.join(', ')}`);
  if (ancestor.training.image !== image) return changed(`another image of ${algorithm.label}`);
  return undefined;
}

/** Test rows of a class: all, and those that no ancestor was trained on. */
export interface HoldoutRows {
  readonly rows: number;
  readonly unseen: number;
}

/**
 * Why a holdout cannot judge a model that goes on from another one: of a class, less than half of its rows are unknown to the ancestors.
 *
 * @param classes test rows by class; one entry for regression
 */
export function holdoutProblem(runId: string, classes: readonly HoldoutRows[]): string | undefined {
  const few = classes.find(({ rows, unseen }) => unseen < Math.max(1, rows / 2));
  if (few === undefined) return undefined;
  return (
    `the champion, run ${runId}, or a run that it went on from was trained on most test rows of the drop: ` +
    `of ${few.rows} test rows${classes.length > 1 ? ' of a class' : ''} ${few.unseen} are left to judge a model by that goes on from it`
  );
}
