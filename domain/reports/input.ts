import type { DropDrift } from '#schemas/records/baseline';
import type { ConstraintResult } from '#schemas/records/constraints';
import type { Evaluation, Verdict } from '#schemas/records/evaluation';
import type { Explanation } from '#schemas/records/explanation';
import type { PersonalData } from '#schemas/records/personal-data';
import type { TuningRecord } from '#schemas/records/run';
import type { Duplicates } from '#schemas/records/sides';

/** All data of a report, as plain data that can be rendered anywhere. */
export interface ReportInput {
  readonly pipeline: string;
  readonly description?: string | undefined;
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** What started the run: "drop", "drift" or "manual". */
  readonly reason: string;
  /** The champion's name, such as "loan-default/7"; absent without one. */
  readonly champion?: string | undefined;
  readonly evaluation: Evaluation;
  readonly verdict: Verdict;
  readonly data: DataSummary;
  /** What looked personal, and the anonymity of the rows; absent for a run that did not record it. */
  readonly personalData?: PersonalData | undefined;
  /** How the drop differs from the champion's; absent where it was not compared. */
  readonly dropDrift?: DropDrift | undefined;
  /** Why the model answers what it does; absent for a run of an earlier version. */
  readonly explanation?: Explanation | undefined;
  /** How the drop did on the pipeline's constraints. */
  readonly constraints: readonly ConstraintResult[];
  readonly lineage: Lineage;
  /** The tuning of the hyperparameters; absent when the pipeline sets them. */
  readonly tuning?: Tuning | undefined;
}

export interface Tuning extends TuningRecord {
  /** Name of the training job that produced the model. */
  readonly best: string;
}

export interface DataSummary {
  /** Raw rows, including malformed ones. */
  readonly rows: number;
  /** Rows left out because others are the same. */
  readonly deduplicated: number;
  /** Positions (from 0) of the files without rows. */
  readonly blankFiles: readonly number[];
  readonly malformed: {
    readonly rows: number;
    readonly reasons: readonly { readonly column: string | null; readonly reason: string; readonly count: number }[];
  };
  readonly label: string;
  /** Class names in the order of their numbers; empty for regression. */
  readonly classes: readonly string[];
  readonly sides: readonly SideSummary[];
  /** How the rows were divided; absent in runs of versions without sides.json. */
  readonly split?: SplitSummary | undefined;
  readonly columns: readonly ColumnSummary[];
  /** What was done about classes of unequal size, in words. */
  readonly balance?: string | undefined;
  /** The model inputs that are made of two columns, in words; empty without one. */
  readonly interactions?: readonly string[] | undefined;
}
export interface SplitSummary {
  readonly strategy: string;
  /** Rows in the gaps between the sides. */
  readonly leftOut: number;
  /** Test rows that are not used, since a run that the training goes on from was trained on them. */
  readonly seenBefore: number;
  readonly duplicates: Duplicates;
  /** A metric as a random split of the rows would have claimed it, and as the holdout shows it; absent without duplicates. */
  readonly naive?: { readonly metric: string; readonly claimed: number; readonly measured: number } | undefined;
}
export interface SideSummary {
  readonly side: 'train' | 'validation' | 'test';
  readonly rows: number;
  /** Rows by class; empty for regression. */
  readonly classes: readonly number[];
  /** Regression: mean and standard deviation of the label; null without rows. */
  readonly label: { readonly mean: number; readonly std: number } | null;
}
export interface ColumnSummary {
  readonly column: string;
  /** Its role in the pipeline file. */
  readonly role: string;
  /** How it was processed, in a few words: "tokenized", "one-hot, 6 inputs", "not used: constant". */
  readonly treatment: string;
  /** Clean rows without a value; null for dropped columns, which are not counted. */
  readonly missing: number | null;
}

export interface Lineage {
  readonly datasetVersion: string;
  readonly objects: readonly { readonly id: string; readonly size: number; readonly versionId?: string | undefined }[];
  readonly gitCommit: string;
  readonly configHash: string;
  /** As passed to the training job. */
  readonly hyperparameters: Readonly<Record<string, string>>;
  /** Further facts in the order they are shown: model package, training image, execution, … */
  readonly facts: readonly { readonly name: string; readonly value: string }[];
}
