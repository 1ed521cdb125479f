import type { BinaryHoldout, BinaryTally } from '#domain/tallies/binary';
import type { MulticlassHoldout, MulticlassTally } from '#domain/tallies/multiclass';
import type { RegressionHoldout, RegressionTally } from '#domain/tallies/regression';
import type { Walk } from '#domain/tallies/walk';
import type { Task } from '#schemas/records/task';

/** What a metric may be measured on: labels and a model's scores, row by row. */
export interface Holdouts {
  readonly binary: BinaryHoldout;
  readonly multiclass: MulticlassHoldout;
  readonly regression: RegressionHoldout;
}
/** The sums that one walk over the rows leaves, by task. */
export interface Tallies {
  readonly binary: BinaryTally;
  readonly multiclass: MulticlassTally;
  readonly regression: RegressionTally;
}
export type { Task };

/**
 * How a metric follows from a holdout: as a function of the task's tally, which all metrics share, or, where the tally
 * does not hold what it needs, by a walk of its own. NaN where the weights leave it undefined (AUC without a positive).
 */
export type Measure<T extends Task> = ((tally: Tallies[T]) => number) | OwnWalk<T>;
export interface OwnWalk<T extends Task> {
  /** Does once what does not depend on the weights, such as sorting. */
  prepare(holdout: Holdouts[T]): Walk<number>;
}

/** One metric: all that Tidegate knows of it. */
export interface Metric {
  /** Its name in the pipeline YAML and in stored records. */
  readonly name: string;
  /** Its name in the report. */
  readonly label: string;
  /** What it means, in one short phrase. */
  readonly summary: string;
  /** The public function whose definition it follows. */
  readonly source: string;
  readonly higherIsBetter: boolean;
  /** Least and greatest value it can take. */
  readonly range: readonly [low: number, high: number];
  /** How to measure it, by each task that has it. */
  readonly measure: { readonly [T in Task]?: Measure<T> };
  /** A gate on it, as written in the pipeline YAML. */
  readonly example: Readonly<Record<string, unknown>>;
}

/** a / b, and 0 where there is nothing to divide by: scikit-learn's `zero_division=0`. */
export const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);
