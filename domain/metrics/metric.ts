import type { BinaryHoldout, BinaryTally } from '#domain/tallies/binary';
import type { MulticlassHoldout, MulticlassTally } from '#domain/tallies/multiclass';
import type { RegressionHoldout, RegressionTally } from '#domain/tallies/regression';
import type { Walk } from '#domain/tallies/walk';
import type { Task } from '#schemas/records/task';

/** The inputs of a metric: labels and a model's scores, row by row. */
export interface Holdouts {
  readonly binary: BinaryHoldout;
  readonly multiclass: MulticlassHoldout;
  readonly regression: RegressionHoldout;
}
/** The sums of one pass over the rows, by task. */
export interface Tallies {
  readonly binary: BinaryTally;
  readonly multiclass: MulticlassTally;
  readonly regression: RegressionTally;
}
export type { Task };

/**
 * How a metric is computed: as a function of the task's shared tally or, if the tally lacks what it needs, by its own pass over
 * the rows. NaN where the weights make it undefined (AUC without a positive).
 */
export type Measure<T extends Task> = ((tally: Tallies[T]) => number) | OwnWalk<T>;
export interface OwnWalk<T extends Task> {
  /** Does the work that does not depend on the weights, such as sorting, once. */
  prepare(holdout: Holdouts[T]): Walk<number>;
}

/** The full definition of one metric. */
export interface Metric {
  /** Its name in the pipeline YAML and in stored records. */
  readonly name: string;
  /** Its name in the report. */
  readonly label: string;
  /** Its meaning, in one short phrase. */
  readonly summary: string;
  /** The public function whose definition it follows. */
  readonly source: string;
  readonly higherIsBetter: boolean;
  /** Least and greatest value it can take. */
  readonly range: readonly [low: number, high: number];
  /**
   * How its interval is found, where percentiles of the bootstrap cover too little: `scale`, by its standard error on the scale of its
   * range; `maximum`, for a maximum over thresholds, which chance only raises.
   */
  readonly interval?: 'scale' | 'maximum';
  /** How to measure it, by each task that has it. */
  readonly measure: { readonly [T in Task]?: Measure<T> };
  /** For a metric that is a share of rows: the weight of the rows it is a share of, by each task that has it. */
  readonly trials?: { readonly [T in Task]?: (tally: Tallies[T]) => number };
  /** An example gate on it in the pipeline YAML. */
  readonly example: Readonly<Record<string, unknown>>;
}

/** a / b, and 0 when b is 0: scikit-learn's `zero_division=0`. */
export const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);
