import type { Obstacle } from '#domain/slack/refusal';

/** Maximum message length: messages appear in logs, execution records and Slack. */
const longestMessage = 4000;

/**
 * Every error Tidegate raises on purpose. State machines match them by `name` (Lambda reports it as `errorType`),
 * so a name is part of the public contract: rename one here and in `statemachines/` together.
 *
 * Messages are written for the person who has to act: what is wrong, where, and the fix. They never contain a value from a
 * data row.
 */
export abstract class TidegateError extends Error {
  /** Whether a retry of the same call may succeed. */
  abstract readonly retryable: boolean;

  constructor(message: string, options?: ErrorOptions) {
    super(message.length > longestMessage ? `${message.slice(0, longestMessage - 1)}…` : message, options);
  }
}

/** An AWS service throttled the call or had an internal failure. Retry. */
export class TransientError extends TidegateError {
  override readonly name: string = 'TransientError';
  readonly retryable = true;
}

/** An account's quota is used up. Instances may become free within minutes; after that a person must have it raised. */
export class QuotaExceededError extends TidegateError {
  override readonly name = 'QuotaExceededError';
  readonly retryable = true;
}

/** SageMaker's model registry could not complete a model package. */
export class RegistrationError extends TidegateError {
  override readonly name = 'RegistrationError';
  readonly retryable = false;
}

/** A function was called with an input that its schema rejects. */
export class InvalidInputError extends TidegateError {
  override readonly name = 'InvalidInputError';
  readonly retryable = false;
}

/** A required environment variable is missing or malformed. */
export class ConfigurationError extends TidegateError {
  override readonly name = 'ConfigurationError';
  readonly retryable = false;
}

/** A pipeline's YAML does not validate. */
export class PipelineConfigError extends TidegateError {
  override readonly name = 'PipelineConfigError';
  readonly retryable = false;
}

/** No pipeline claims the prefix a drop arrived under. */
export class UnknownPipelineError extends TidegateError {
  override readonly name = 'UnknownPipelineError';
  readonly retryable = false;
}

/** A drop has no object with rows. */
export class EmptyDropError extends TidegateError {
  override readonly name = 'EmptyDropError';
  readonly retryable = false;
}

/** An object of an admitted drop is gone or was overwritten. */
export class DropVanishedError extends TidegateError {
  override readonly name = 'DropVanishedError';
  readonly retryable = false;
}

/** A file's structure is wrong: header, columns, delimiter. */
export class SchemaMismatchError extends TidegateError {
  override readonly name = 'SchemaMismatchError';
  readonly retryable = false;
}

/** More rows are malformed than the pipeline tolerates. */
export class MalformedDataError extends TidegateError {
  override readonly name = 'MalformedDataError';
  readonly retryable = false;
}

/** Rows of a file are neither used nor malformed: a fault of Tidegate, never of the data. */
export class RowCountError extends TidegateError {
  override readonly name = 'RowCountError';
  readonly retryable = false;
}

/** A column that is not declared personal looks so, or what training may read still does. */
export class PersonalDataError extends TidegateError {
  override readonly name = 'PersonalDataError';
  readonly retryable = false;
}

/** The whole drop cannot be used for training: too few rows, only one class, a side of the split without a class. */
export class DataQualityError extends TidegateError {
  override readonly name = 'DataQualityError';
  readonly retryable = false;
}

/** DuckDB failed on a statement; the text is scrubbed of values. */
export class DataEngineError extends TidegateError {
  override readonly name = 'DataEngineError';
  readonly retryable = false;
}

/** Scores and labels cannot be evaluated: different lengths, a class missing, a score out of range. */
export class EvaluationError extends TidegateError {
  override readonly name = 'EvaluationError';
  readonly retryable = false;
}

/** A run would cost more than a budget allows. */
export class BudgetExceededError extends TidegateError {
  override readonly name = 'BudgetExceededError';
  readonly retryable = false;
}

/** A hyperparameter tuning job ended without a usable model. */
export class TuningError extends TidegateError {
  override readonly name = 'TuningError';
  readonly retryable = false;
}

/** SageMaker could not complete a deployment. */
export class DeploymentError extends TidegateError {
  override readonly name = 'DeploymentError';
  readonly retryable = false;
}

/**
 * Why there is no prediction: the rows are invalid, the pipeline has no model, its endpoint is not up, the model changes at the
 * moment, the request still waits in an asynchronous endpoint's queue, the endpoint serves a model that no deployment put there, the
 * model cannot be explained, or it failed.
 */
export type PredictionProblem =
  | 'invalid-rows'
  | 'no-model'
  | 'not-serving'
  | 'model-changing'
  | 'queued'
  | 'unknown-model'
  | 'not-explained'
  | 'model-failed';

/** A prediction request for a pipeline without a model in service, or with invalid rows. */
export class PredictionError extends TidegateError {
  override readonly name = 'PredictionError';
  readonly retryable = false;
  readonly problem: PredictionProblem;
  /** The row that is invalid, from 1, and its column, where they are known. */
  readonly place: { readonly row?: number; readonly column?: string };

  constructor(
    message: string,
    {
      problem = 'invalid-rows',
      row,
      column,
      ...options
    }: ErrorOptions & {
      readonly problem?: PredictionProblem;
      readonly row?: number;
      readonly column?: string;
    } = {},
  ) {
    super(message, options);
    this.problem = problem;
    this.place = { ...(row === undefined ? {} : { row }), ...(column === undefined ? {} : { column }) };
  }
}

/** A SageMaker job ended without completing. */
export class JobFailedError extends TidegateError {
  override readonly name = 'JobFailedError';
  readonly retryable = false;
}

/** The job or endpoint is not done yet. Not a failure: the state machine retries. */
export class StillRunningError extends TidegateError {
  override readonly name = 'StillRunningError';
  readonly retryable = true;
}

/** Another deployment is changing the endpoint. The state machine retries until it is free. */
export class EndpointBusyError extends TidegateError {
  override readonly name = 'EndpointBusyError';
  readonly retryable = true;
}

/** A referenced object does not exist: a run, a record, a model package. */
export class NotFoundError extends TidegateError {
  override readonly name = 'NotFoundError';
  readonly retryable = false;
}

/** Slack refused a message for a reason that a retry does not fix. */
export class SlackRejectedError extends TidegateError {
  override readonly name = 'SlackRejectedError';
  readonly retryable = false;
  /** What stands in the way. */
  readonly obstacle: Exclude<Obstacle, 'rate' | 'outage'>;

  constructor(
    message: string,
    {
      obstacle = 'access',
      ...options
    }: ErrorOptions & { readonly obstacle?: Exclude<Obstacle, 'rate' | 'outage'> } = {},
  ) {
    super(message, options);
    this.obstacle = obstacle;
  }
}

/** Slack limits the rate, fails, or cannot be reached. */
export class SlackUnavailableError extends TransientError {
  override readonly name: string = 'SlackUnavailableError';
  readonly obstacle: Extract<Obstacle, 'rate' | 'outage'>;
  /** How long Slack wants to be left alone, in seconds, where it says so. */
  readonly retryAfter: number | undefined;

  constructor(
    message: string,
    {
      obstacle = 'outage',
      retryAfter,
      ...options
    }: ErrorOptions & { readonly obstacle?: Extract<Obstacle, 'rate' | 'outage'>; readonly retryAfter?: number } = {},
  ) {
    super(message, options);
    this.obstacle = obstacle;
    this.retryAfter = retryAfter;
  }
}

/** The experiment tracker is down, busy, or does not accept the credentials. What waits is logged when it does. */
export class TrackingUnavailableError extends TidegateError {
  override readonly name = 'TrackingUnavailableError';
  readonly retryable = true;
}

/** The experiment tracker refused what was logged. The records of the run are whole; only the tracker lacks them. */
export class TrackingRejectedError extends TidegateError {
  override readonly name = 'TrackingRejectedError';
  readonly retryable = false;
}

/** Another execution is logging the same run. */
export class TrackingBusyError extends TidegateError {
  override readonly name = 'TrackingBusyError';
  readonly retryable = true;
}

/** SageMaker itself refused a request to an endpoint: it never reached the model. */
export class RequestRefusedError extends TidegateError {
  override readonly name = 'RequestRefusedError';
  readonly retryable = false;
}

/** An endpoint test cannot be run as it is written. It fails with this message. */
export class WrongTestError extends TidegateError {
  override readonly name = 'WrongTestError';
  readonly retryable = false;
}
