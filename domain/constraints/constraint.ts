import type * as z from 'zod';
import type { DataSettings } from '#domain/data/settings';
import type { Facts } from '#schemas/records/facts';
import type { CleanKind } from '#schemas/records/profile';

/** A column as constraints see it: its clean values. */
export interface Subject {
  readonly name: string;
  readonly kind: CleanKind;
  /** SQL of its clean value, over the clean rows. */
  readonly sql: string;
  /** Whether different values stay different when they are cleaned. */
  readonly faithful: boolean;
  /** Set when the column is a model input. */
  readonly isInput: boolean;
}

/** What a pipeline's constraints are about. */
export interface ConstrainedData {
  readonly pipeline: Pick<DataSettings, 'dataset' | 'evaluation'>;
  readonly subjects: ReadonlyMap<string, Subject>;
  /** Names of the classes in the order of their numbers; empty for regression. */
  readonly classes: readonly string[];
}

/** What a constraint is judged by. */
export interface Measurements extends ConstrainedData {
  readonly facts: Facts;
  /** The last good drop; undefined when there is none, or when it is deleted. */
  readonly last: { readonly runId: string; readonly facts: Facts } | undefined;
  /** Rows that break the constraint, for a kind with `breaks`. */
  readonly broken: number;
  /** When the run started, in ms since the epoch. */
  readonly startedAt: number;
}

/** The judgement of one constraint. */
export interface Judgement {
  readonly passed: boolean;
  readonly measured: string;
  readonly required: string;
  /** What is wrong, or why it passes, in one sentence without a full stop. It never holds a value of the data. */
  readonly finding: string;
  /** What to do when it fails, in one sentence. */
  readonly fix: string;
}

/** A setting that does not fit the rest of the pipeline: its name, and what is wrong. */
export interface SettingProblem {
  readonly setting: string;
  readonly message: string;
}

/** A constraint that a drop suggests: its settings without the kind, and where its bounds come from. */
export interface Suggestion<Settings extends object = object> {
  readonly settings: Settings;
  readonly because: string;
}

/** The facts of a good drop, for suggestions. */
export interface SuggestionInput extends ConstrainedData {
  readonly facts: Facts;
  /** When its run started, in ms since the epoch. */
  readonly startedAt: number;
}

/** The full definition of one kind of constraint. */
export interface ConstraintKind<Settings = never> {
  /** The value of `check` in the pipeline's file. */
  readonly name: string;
  /** What it requires, in one sentence. */
  readonly summary: string;
  /** Its settings besides `check` and `onFailure`. */
  readonly settings: z.ZodRawShape;
  /** An example without `check`. */
  readonly example: Readonly<Record<string, unknown>>;
  /** What is wrong with the settings, given the rest of the pipeline. */
  problems(settings: Settings, data: ConstrainedData): readonly SettingProblem[];
  /** SQL over the clean rows: true for a row that breaks the constraint. The rows are counted shard by shard. */
  breaks?(settings: Settings, data: ConstrainedData): string;
  /** The column whose repeated values are counted. */
  repeats?(settings: Settings): string;
  /** The constraint in a few words: `missing income ≤ 5 %`. */
  title(settings: Settings, data: ConstrainedData): string;
  judge(settings: Settings, measured: Measurements): Judgement;
  /** Constraints that the drop meets with some slack. */
  suggest(input: SuggestionInput): readonly Suggestion[];
}
