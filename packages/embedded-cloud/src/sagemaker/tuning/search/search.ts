import type { Space, Values } from '#src/sagemaker/tuning/search/space';

/** A combination that was trained. */
export interface Evaluated {
  readonly values: Values;
  /** Its objective, turned so that less is better. */
  readonly cost: number;
}

/** What a strategy knows when it chooses the next combination. */
export interface SearchState {
  readonly space: Space;
  /** All draws follow from it. */
  readonly seed: number;
  /** How many combinations were proposed before, 0 at first. */
  readonly index: number;
  readonly evaluated: readonly Evaluated[];
  /** Proposed and still in training. */
  readonly pending: readonly Values[];
}

/** Proposes the next combination, the same for the same state; undefined when there is none left. */
export type Strategy = (state: SearchState) => Values | undefined;
