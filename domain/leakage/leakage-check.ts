import type { SampledColumn } from './skill.ts';

/** A model input with what it alone says about the label. */
export interface MeasuredColumn extends SampledColumn {
  readonly kind: 'number' | 'category' | 'boolean' | 'datetime';
  /** Area under the ROC curve (macro average over classes), or R² for regression: see `measureAlone`. */
  readonly byRange: number;
  readonly byValue: number;
}

/** What the checks look at: a sample of the training rows. */
export interface LeakageInput {
  readonly columns: readonly MeasuredColumn[];
  readonly labels: Float64Array;
  readonly regression: boolean;
  /** Usable rows of the whole drop. */
  readonly rows: number;
  /** The times of the rows in milliseconds, where the data has them. */
  readonly times?: readonly (number | null)[] | undefined;
  /** What the best other columns say together, in the unit of `byValue`. */
  togetherWithout(column: string): number;
}

/** A column that a check suspects, and why. */
export interface Suspect {
  readonly column: string;
  readonly reason: string;
}

/** One check for columns that give the outcome away. */
export interface LeakageCheck {
  readonly name: string;
  /** What it finds, in one sentence. */
  readonly summary: string;
  find(input: LeakageInput): Suspect[];
}
