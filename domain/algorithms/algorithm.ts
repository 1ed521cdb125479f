import type { Hyperparameter, Scalar } from '#domain/algorithms/hyperparameter';
import type { Task } from '#schemas/records/task';

/** Rows of the training side by class, in the order the model numbers the classes; empty for regression. */
export type ClassCounts = readonly number[];

/** What the defaults of the hyperparameters follow from. */
export interface TrainingFacts {
  readonly task: Task;
  /** Classes of a multiclass task; else 0. */
  readonly classes: number;
  /** Empty before the training rows are counted. */
  readonly counts: ClassCounts;
  /** Whether classes of unequal size are to weigh the same (`imbalance: auto`). */
  readonly balance: boolean;
}

/** The container image that trains and serves, as SageMaker's own registries keep it. */
export interface TrainingImage {
  readonly repository: string;
  /** The tag, unless the Serverless parameter of this name gives another one. */
  readonly version: string;
  readonly versionParameter: string;
  /** Account of the registry by region. */
  readonly accounts: Readonly<Record<string, string>>;
}

/** The CSV that the container reads: no header, nothing quoted, in training the label first. */
export interface ModelInput {
  readonly contentType: string;
  readonly delimiter: string;
  /** What stands for a missing value; null when the algorithm takes none, and every input must be imputed. */
  readonly missing: string | null;
  /** The same in a row of one input, where an empty field would make an empty line, which readers skip. */
  readonly missingAlone: string;
}

/** How the container answers. */
export interface ModelOutput {
  readonly contentType: string;
  /**
   * @param perRow numbers that belong to one row: one a class for a multiclass task, else 1
   * @param source what the text is, for messages
   * @returns row-major
   * @throws EvaluationError when something is no number, or the numbers do not fill whole rows
   */
  readonly readScores: (text: string, perRow: number, source: string) => Float64Array;
}

export type TuningDirection = 'Maximize' | 'Minimize';

/** What a tuning may make best. What it may search is said by the hyperparameters. */
export interface TuningObjective {
  /** By task: metrics that a training reports on the validation shards, and which way is better. */
  readonly metrics: Readonly<Record<Task, Readonly<Record<string, TuningDirection>>>>;
  /** What `tuning.metric` means, for editors and the reference. */
  readonly description: string;
  /** The metric when the pipeline names none. */
  defaultMetric(hyperparameters: Readonly<Record<string, Scalar>>, task: Task): string;
  /** The name under which a training reports a metric. */
  reportedAs(metric: string): string;
  /** The hyperparameter that says how long a training goes on: Hyperband divides it among the jobs. */
  readonly resource: string;
  /** Parts of a `tuning` section of a binary task, as the reference shows it. */
  readonly example: {
    readonly metric: string;
    readonly ranges: Readonly<Record<string, unknown>>;
    /** Ranges of a grid: values only. */
    readonly grid: Readonly<Record<string, { readonly values: readonly number[] }>>;
  };
}

/** One training algorithm: all that Tidegate knows of it. */
export interface Algorithm {
  /** Its name in the pipeline YAML. Lower-case letters, digits and hyphens. */
  readonly name: string;
  /** Its name as people write it. */
  readonly label: string;
  /** What it is, in one short phrase. */
  readonly summary: string;
  readonly tasks: readonly Task[];
  readonly image: TrainingImage;
  readonly hyperparameters: Readonly<Record<string, Hyperparameter>>;
  /** What `training.hyperparameters` is, for editors and the reference. */
  readonly hyperparametersDescription: string;
  /** Names under which others know a hyperparameter, for suggestions: `learning_rate` to `eta`. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Values of hyperparameters that the pipeline does not set. */
  defaults(facts: TrainingFacts): Readonly<Record<string, string>>;
  /**
   * Reports values that do not go together.
   *
   * @param hyperparameters all that are sent, defaults included
   */
  check?(hyperparameters: Readonly<Record<string, string>>, report: (name: string, problem: string) => void): void;
  /** Absent for an algorithm that is not tuned. */
  readonly tuning?: TuningObjective;
  readonly input: ModelInput;
  readonly output: ModelOutput;
  /** Whether several instances share a training: each then reads its share of the objects, else the count must be 1. */
  readonly distributed: boolean;
  /** Whether a training that lost its spot instance goes on from a checkpoint. */
  readonly checkpoints: boolean;
  /** Some `hyperparameters`, as the reference shows them. */
  readonly example: Readonly<Record<string, unknown>>;
}

/** How rows reach a model, and how its answers are read. */
export type ModelFormat = Pick<Algorithm, 'input' | 'output'>;
