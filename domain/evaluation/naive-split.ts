import { metricKernel } from '#domain/metrics/kernel';
import type { Holdouts, Metric, Task } from '#domain/metrics/metric';
import { METRICS } from '#domain/metrics/registry';
import { unreachable } from '#domain/unreachable';
import type { NaiveClaim } from '#schemas/records/evaluation';
import { concatenate } from './concatenate.ts';
import { requireClasses, requireLength } from './holdout.ts';

/** Labels and the candidate's scores of some rows; multiclass: n × k probabilities, row by row. */
export interface ScoredRows {
  readonly labels: Float64Array;
  readonly scores: Float64Array;
}

/** Training rows that have copies, as the candidate scores them. */
export interface CopiedRows extends ScoredRows {
  /** One per row: the chance that a random split puts a copy of it into training. */
  readonly chances: Float64Array;
}

/** What the metrics need beside the rows. */
export type NaiveTask =
  | { readonly task: 'binary'; readonly threshold: number }
  | { readonly task: 'multiclass'; readonly classes: readonly string[] }
  | { readonly task: 'regression' };

function holdoutOf(settings: NaiveTask, { labels, scores }: ScoredRows): Holdouts[Task] {
  const codes = (names: readonly string[]) => requireClasses(labels, names).labels;
  switch (settings.task) {
    case 'binary':
      return { labels: codes(['negative', 'positive']), scores, threshold: settings.threshold };
    case 'multiclass':
      return { labels: codes(settings.classes), scores, classes: settings.classes.length };
    case 'regression':
      return { actual: labels, predicted: scores };
    default:
      return unreachable(settings, 'task');
  }
}

/**
 * What a split that divides rows at random would have claimed of this candidate, without training a second model. In such a
 * holdout, a share of the rows has a copy among the training rows. The candidate answers a copy as it answers the training row, so
 * that share is represented by training rows that have copies, and the rest by the honest holdout. Each metric is measured on both
 * together, weighted by the share.
 *
 * @param share the share of a naive holdout's rows that have a copy in training, from 0 to 1
 * @returns the metrics of the task that are defined; `rows` is the number of copied rows that were scored
 * @throws EvaluationError when the numbers of labels, scores and chances differ
 */
export function claimOfNaiveSplit(
  settings: NaiveTask,
  holdout: ScoredRows,
  copied: CopiedRows,
  share: number,
  metrics: readonly Metric[] = METRICS,
): NaiveClaim {
  const perRow = settings.task === 'multiclass' ? settings.classes.length : 1;
  const rows = copied.labels.length;
  requireLength('scores of copied rows', copied.scores.length, rows * perRow);
  requireLength('chances of copied rows', copied.chances.length, rows);
  const all: ScoredRows = {
    labels: concatenate([holdout.labels, copied.labels]),
    scores: concatenate([holdout.scores, copied.scores]),
  };
  const chances = copied.chances.reduce((sum, chance) => sum + chance, 0);
  const weights = concatenate([
    new Float64Array(holdout.labels.length).fill((1 - share) / holdout.labels.length),
    copied.chances.map((chance) => (share * chance) / chances),
  ]);
  const measured = metricKernel(
    settings.task,
    holdoutOf(settings, all) as Holdouts[typeof settings.task],
    metrics,
  ).measure(weights);
  const defined = Object.entries(measured).filter(([, value]) => Number.isFinite(value));
  return { rows, share, metrics: Object.fromEntries(defined) };
}
