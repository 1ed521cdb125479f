import type * as z from 'zod';
import type { Cuts } from './cuts.ts';

/** The cut that a rule chooses. */
export interface ChosenCut {
  readonly cut: number;
  /** What the rows did not allow, in a sentence. */
  readonly problem?: string;
}

/** The full definition of one way to choose the threshold of a binary model. */
export interface ThresholdKind<Settings> {
  /** The key that identifies it in the pipeline YAML. */
  readonly name: string;
  /** What it chooses, in one sentence. */
  readonly summary: string;
  /** An example of `evaluation.threshold`. */
  readonly example: Settings;
  readonly schema: z.ZodType<Settings>;
  /** The rule in words, such as "at least 0.9 of the positive rows are found". */
  describe(settings: Settings): string;
  /** Chooses among the cuts of rows of which at least one is positive. */
  choose(settings: Settings, cuts: Cuts): ChosenCut;
  /** What errors cost, for a rule that knows it. */
  costs?(settings: Settings): ErrorCosts;
}

/** What a wrong prediction costs, in a unit of the user's own. A right one costs nothing. */
export interface ErrorCosts {
  readonly falsePositive: number;
  readonly falseNegative: number;
}

export type SettingsOf<Kind> = Kind extends { readonly schema: z.ZodType<infer Settings> } ? Settings : never;
