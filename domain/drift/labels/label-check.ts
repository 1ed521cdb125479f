import type { BootstrapOptions } from '#domain/evaluation/bootstrap';
import type { LabelFinding } from '#schemas/records/label-window';
import type { Task } from '#schemas/records/task';
import type { LabelSettings } from './settings.ts';

/** Rows of a model with their labels. */
export interface LabelledSample {
  readonly rows: number;
  /** Binary: 0 or 1; multiclass: the number of the class; regression: the target. */
  readonly labels: Float64Array;
  /** Row-major: one per class for multiclass, else one. */
  readonly scores: Float64Array;
  /** Model inputs, row-major, by the names of `LabelComparison.inputs`; NaN is missing. Undefined where they are not known. */
  readonly inputs?: Float64Array | undefined;
  /** By slice column: the group of each row, -1 for none. A column that is not known is absent. */
  readonly groups: ReadonlyMap<string, Int32Array>;
}

/** A window of labelled rows, and the rows that the model was evaluated on. */
export interface LabelComparison {
  readonly task: Task;
  /** Number of classes; 0 for regression. */
  readonly classes: number;
  /** Binary: scores at or above it are the positive class. */
  readonly threshold: number;
  readonly holdout: LabelledSample;
  readonly window: LabelledSample;
  /** The column of each model input. */
  readonly inputs: readonly string[];
  /** The slice columns, with how many groups each has. */
  readonly slices: readonly { readonly column: string; readonly groups: number }[];
  /** The metric that is judged. */
  readonly metric: string;
  /** Loss of the metric that matters, as a share of its value on the holdout. */
  readonly maxDrop: number;
  readonly settings: LabelSettings;
  /** Probability that this check finds something where nothing has changed. */
  readonly falseAlarmRate: number;
  readonly bootstrap: BootstrapOptions;
}

/** A question that labels answer about a model: a file of `domain/drift/labels`. */
export interface LabelCheck {
  /** Its name in `drift.labels.checks` and in records. */
  readonly name: string;
  /** Its name in messages. */
  readonly label: string;
  /** What it finds, in one sentence. */
  readonly summary: string;
  /** The public sources of its formulas. */
  readonly source: string;
  measure(comparison: LabelComparison): LabelFinding;
}

/** The finding of a check that could not measure. @param reason why, and what would change it */
export const notMeasured = (check: string, reason: string): LabelFinding => ({
  check,
  severity: 'none',
  measured: false,
  reason,
  measures: [],
});

/** Two-sided 95 % of the standard normal. */
export const Z95 = 1.959963984540054;
