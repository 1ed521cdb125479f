import type { Hyperparameter, Scalar } from '#domain/algorithms/hyperparameter';
import type { TreeModel } from '#domain/trees/tree-model';
import type { Task } from '#schemas/records/task';

/** Training rows by class, in the order of the class indices; empty for regression. */
export type ClassCounts = readonly number[];

/** The inputs of the hyperparameter defaults. */
export interface TrainingFacts {
  readonly task: Task;
  /** Classes of a multiclass task; else 0. */
  readonly classes: number;
  /** Empty before the training rows are counted. */
  readonly counts: ClassCounts;
  /** Whether to balance the class weights (`imbalance: auto`). */
  readonly balance: boolean;
  /** Whether the second column of the training CSV is the weight of its row. */
  readonly weighted: boolean;
  /**
   * Which way the answer may go when a model input rises, in the order of the inputs: up (1), down (-1) or both (0). Empty: nothing is
   * declared. An algorithm that cannot be told leaves it to the endpoint's tests.
   */
  readonly monotone: readonly (1 | -1 | 0)[];
}

/** The training and serving image in SageMaker's registries. */
export interface TrainingImage {
  readonly repository: string;
  /** The tag, unless the Serverless parameter of this name gives another one. */
  readonly version: string;
  readonly versionParameter: string;
  /** Account of the registry by region. */
  readonly accounts: Readonly<Record<string, string>>;
}

/** The CSV that the container reads: no header, no quotes, and for training the label first, then the row's weight if it has one. */
export interface ModelInput {
  readonly contentType: string;
  readonly delimiter: string;
  /** The text of a missing value; null when the algorithm accepts none and every input must be imputed. */
  readonly missing: string | null;
  /** The same for a model with a single input. An empty field there would be an empty line, which readers skip. */
  readonly missingAlone: string;
  /**
   * Zeros before each number of a model with a single input; none for most algorithms. A container that guesses the delimiter
   * from a line without one may take a repeated sign for it, and takes a repeated digit for none.
   */
  readonly zerosAlone: '' | '000';
}

/** The container's output format. */
export interface ModelOutput {
  readonly contentType: string;
  /**
   * @param perRow numbers per row: one per class for a multiclass task, else 1
   * @param source the name of the text in messages
   * @returns row-major
   * @throws EvaluationError when something is not a number, or the last row is incomplete
   */
  readonly readScores: (text: string, perRow: number, source: string) => Float64Array;
}

export type TuningDirection = 'Maximize' | 'Minimize';

/** The objectives of a tuning. The hyperparameters define its search space. */
export interface TuningObjective {
  /** By task: metrics that a training job reports on the validation shards, and whether higher or lower is better. */
  readonly metrics: Readonly<Record<Task, Readonly<Record<string, TuningDirection>>>>;
  /** What `tuning.metric` means, for editors and the reference. */
  readonly description: string;
  /** The default metric. */
  defaultMetric(hyperparameters: Readonly<Record<string, Scalar>>, task: Task): string;
  /** The name of a metric in the training job's output. */
  reportedAs(metric: string): string;
  /** The hyperparameter for the length of a training. Hyperband divides it among the jobs. */
  readonly resource: string;
  /** Parts of a `tuning` section of a binary task, as the reference shows it. */
  readonly example: {
    readonly metric: string;
    readonly ranges: Readonly<Record<string, unknown>>;
    /** Ranges of a grid: values only. */
    readonly grid: Readonly<Record<string, { readonly values: readonly number[] }>>;
  };
}

/** How a training goes on from the model of an earlier one. */
export interface Continuation {
  /** Hyperparameters that both trainings must share: the model as a whole depends on them. */
  readonly shared: readonly string[];
  /** The name of the model's file in the artifact of a training job. */
  readonly modelFile: string;
  /** Reports hyperparameters of the pipeline that rule a continuation out. */
  check(hyperparameters: Readonly<Record<string, string>>, report: (name: string, problem: string) => void): void;
  /** How long the model was trained, in the unit of its length (rounds); undefined when the file is of no known format. */
  readLength(model: Uint8Array): number | undefined;
  /** The name under which the container looks for a model of this length to go on from. */
  checkpointName(length: number): string;
  /** The hyperparameters with which the container adds what the pipeline asks for to a model of this length. */
  lengthen(hyperparameters: Readonly<Record<string, string>>, length: number): Record<string, string>;
}

/** How a training deals with classes of unequal size. */
export interface Balancing {
  /** The hyperparameter by which the container reads a weight of each training row: 1 where it does. */
  readonly rowWeights: string;
  /** The hyperparameter that weights the positive class of a binary task. */
  readonly positiveWeight: string;
  /** Whether the scores of a binary task are probabilities. @param hyperparameters all that are sent, including defaults */
  givesProbabilities(hyperparameters: Readonly<Record<string, string>>): boolean;
}

/** How a model's answers are explained. */
export interface Explaining {
  /** The name of the model's file in the artifact of a training job. */
  readonly modelFile: string;
  /** Reads the model. @throws ModelFileError for a file that cannot be explained */
  readModel(file: Uint8Array): TreeModel;
}

/** The full definition of one training algorithm. */
export interface Algorithm {
  /** Its name in the pipeline YAML. Lower-case letters, digits and hyphens. */
  readonly name: string;
  /** Its display name. */
  readonly label: string;
  /** A short description. */
  readonly summary: string;
  readonly tasks: readonly Task[];
  readonly image: TrainingImage;
  readonly hyperparameters: Readonly<Record<string, Hyperparameter>>;
  /** What `training.hyperparameters` is, for editors and the reference. */
  readonly hyperparametersDescription: string;
  /** Other names of hyperparameters, for suggestions: `learning_rate` to `eta`. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Values of hyperparameters that the pipeline does not set. */
  defaults(facts: TrainingFacts): Readonly<Record<string, string>>;
  /**
   * Reports values that are invalid in combination.
   *
   * @param hyperparameters all that are sent, including defaults
   */
  check?(
    hyperparameters: Readonly<Record<string, string>>,
    task: Task,
    report: (name: string, problem: string) => void,
  ): void;
  /** Absent for an algorithm without tuning. */
  readonly tuning?: TuningObjective;
  /** Absent for an algorithm that starts every training anew. */
  readonly continuation?: Continuation;
  /** How a training deals with classes of unequal size; absent for an algorithm that has no way. */
  readonly balancing?: Balancing;
  /** How the model's answers are explained; absent for an algorithm whose answers are not. */
  readonly explaining?: Explaining;
  readonly input: ModelInput;
  readonly output: ModelOutput;
  /** Whether several instances can train together, each on its share of the objects. If not, the count must be 1. */
  readonly distributed: boolean;
  /** Some `hyperparameters`, as the reference shows them. */
  readonly example: Readonly<Record<string, unknown>>;
}

/** How rows are sent to a model and how its output is read. */
export type ModelFormat = Pick<Algorithm, 'input' | 'output'>;
