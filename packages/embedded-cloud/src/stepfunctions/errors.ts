/** Error names of the Amazon States Language. */
export const errorNames = {
  all: 'States.ALL',
  timeout: 'States.Timeout',
  heartbeatTimeout: 'States.HeartbeatTimeout',
  taskFailed: 'States.TaskFailed',
  permissions: 'States.Permissions',
  runtime: 'States.Runtime',
  dataLimit: 'States.DataLimitExceeded',
  queryEvaluation: 'States.QueryEvaluationError',
  exceedToleratedFailureThreshold: 'States.ExceedToleratedFailureThreshold',
  itemReaderFailed: 'States.ItemReaderFailed',
  resultWriterFailed: 'States.ResultWriterFailed',
} as const;

/** Errors `States.ALL` does not match (Step Functions developer guide, "Handling errors"). */
const notMatchedByAll: readonly string[] = [errorNames.runtime, errorNames.dataLimit];

/** How long the two may be in history events (API reference, ExecutionFailedEventDetails). */
const MAX_ERROR = 256;
const MAX_CAUSE = 32_768;

/**
 * What ends an execution, unless a retrier or catcher takes it. Both parts may be absent: a Fail state without
 * Error and Cause reports neither.
 */
export class ExecutionError extends Error {
  override readonly name = 'ExecutionError';
  readonly error: string | undefined;
  readonly causeText: string | undefined;
  /** A time-out after a missing heartbeat also matches `States.HeartbeatTimeout`. */
  readonly heartbeat: boolean;

  constructor(
    error: string | undefined,
    causeText: string | undefined,
    options: { readonly heartbeat?: boolean } = {},
  ) {
    super(`${error ?? 'execution failed'}${causeText === undefined ? '' : `: ${causeText}`}`);
    this.error = error?.slice(0, MAX_ERROR);
    this.causeText = causeText?.slice(0, MAX_CAUSE);
    this.heartbeat = options.heartbeat ?? false;
  }
}

/** The members an event or a description shows of an error; absent parts are left out. */
export const errorDetails = ({
  error,
  causeText,
}: ExecutionError | ExecutionStopped): { error?: string; cause?: string } => ({
  ...(error !== undefined && { error }),
  ...(causeText !== undefined && { cause: causeText }),
});

/** Says whether a failure is one that ends the execution at once, whatever surrounds the state. */
export const isRuntime = (failure: unknown): boolean =>
  failure instanceof ExecutionError && failure.error === errorNames.runtime;

/** Says whether a Retry or Catch entry takes an error. `States.Runtime` always ends the execution. */
export function matchesError(errorEquals: readonly string[], failure: ExecutionError): boolean {
  const { error } = failure;
  if (error === errorNames.runtime) return false;
  return errorEquals.some((name) => {
    if (name === errorNames.all) return error === undefined || !notMatchedByAll.includes(error);
    if (name === errorNames.taskFailed) {
      return error !== errorNames.timeout && (error === undefined || !notMatchedByAll.includes(error));
    }
    if (name === errorNames.heartbeatTimeout) return failure.heartbeat || error === name;
    return name === error;
  });
}

/** Why an execution was ended from outside; the reason of its abort signal. */
export class ExecutionStopped extends Error {
  override readonly name = 'ExecutionStopped';
  readonly error: string | undefined;
  readonly causeText: string | undefined;
  constructor(error?: string, causeText?: string) {
    super('the execution was stopped');
    this.error = error;
    this.causeText = causeText;
  }
}

/** The interpreter is stopping: the execution stays unchanged, jobs included, and is resumed later. */
export class ExecutionSuspended extends Error {
  override readonly name = 'ExecutionSuspended';
}
