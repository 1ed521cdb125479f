import type { BootstrapOptions } from '#domain/evaluation/bootstrap';
import type { SliceColumn } from '#domain/evaluation/slice-groups';
import type { SliceSettings } from '#domain/evaluation/slice-settings';
import type { Inputs } from '#domain/fairness/flips';
import type { FairnessSettings } from '#domain/fairness/settings';
import { metricOfGate } from '#domain/gates/registry';
import type { Evaluation } from '#schemas/records/evaluation';
import type { Task } from '#schemas/records/task';
import { measureFairness } from './fairness.ts';
import type { JudgedRows } from './judged-rows.ts';
import { measureSlices } from './measure.ts';

export interface JudgeSlicesInput {
  readonly evaluation: {
    readonly gates: readonly object[];
    readonly bootstrap: BootstrapOptions;
    readonly slices: SliceSettings;
    readonly fairness?: readonly FairnessSettings[] | undefined;
  };
  /** Binary: scores of each model at or above its own are the positive class. */
  readonly thresholds: { readonly candidate: number; readonly champion: number };
  readonly task: Task;
  /** Names of the classes; empty for regression. */
  readonly classes: readonly string[];
  readonly holdout: Pick<JudgedRows, 'labels' | 'candidate' | 'champion' | 'comparable'>;
  /** Whether candidate and champion can be compared at all. */
  readonly isComparable: boolean;
  readonly columns: readonly SliceColumn[];
  /** The candidate's inputs, perhaps of the first rows alone. */
  readonly inputs: Inputs;
}

/** For whom the candidate is worse, and the bias between facets: the part of an evaluation that needs the slice columns. */
export function judgeSlices({
  evaluation: { gates, bootstrap, slices: settings, fairness = [] },
  thresholds,
  task,
  classes,
  holdout,
  isComparable,
  columns,
  inputs,
}: JudgeSlicesInput): Pick<Evaluation, 'slices' | 'fairness'> {
  const { champion, ...rows } = holdout;
  const judged = {
    task,
    classes: classes.length,
    threshold: thresholds.candidate,
    championThreshold: thresholds.champion,
    ...rows,
    champion: isComparable ? champion : undefined,
  };
  const metric = gates.map(metricOfGate).find((name) => name !== undefined);
  const slices = measureSlices({ judged, columns, settings, bootstrap, metric });
  const bias = fairness.map((own) => measureFairness({ judged, classes, columns, settings: own, bootstrap, inputs }));
  return { ...(slices && { slices }), ...(bias.length > 0 && { fairness: bias }) };
}
