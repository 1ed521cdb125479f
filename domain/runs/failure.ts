/** The error output that Step Functions passes to a Catch. */
export interface CaughtError {
  readonly Error?: string | undefined;
  readonly Cause?: string | undefined;
}

/** A failure as readable text. */
export interface Failure {
  /** The error's name, such as `SchemaMismatchError` or `States.Timeout`. */
  readonly error: string;
  readonly message: string;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const nameless: Readonly<Record<string, string>> = {
  'States.Timeout': 'The step took longer than its time limit.',
  'States.DataLimitExceeded': 'A step returned more than 256 KiB.',
  'Lambda.Unknown': 'The function ended without a response: out of memory or timed out.',
};

/**
 * The text of a failure, with what to do where a quota of the account is used up. SageMaker reports that in one form:
 * `The account-level service limit 'ml.m5.large for endpoint usage' is 1 Instances, with current utilization of 1 Instances and a
 * request delta of 1 Instances. Please use AWS Service Quotas …` (ResourceLimitExceeded).
 */
function explained(message: string): string {
  const found =
    /account-level service limit '([^']+)' is (\d+)[^,]*, with current utilization of (\d+) \S+ and a request delta of (\d+)/.exec(
      message,
    );
  if (!found) return message;
  const [, quota = '', limit, used = '', wanted = ''] = found;
  const both = quota.endsWith('endpoint usage') ? ' An update runs the new instances beside the old ones.' : '';
  return (
    `SageMaker's quota "${quota}" is ${limit}: ${used} in use, ${wanted} more needed.${both} ` +
    `Request ${Number(used) + Number(wanted)} or more in Service Quotas (SageMaker), then try again; ` +
    '`tidegate doctor --stage <stage>` lists every quota that the pipelines need.'
  );
}

/**
 * Extracts the root cause from a Catch's error output: a function's error payload, a SageMaker job's description
 * (`.sync`), or a nested execution's description (`.sync:2`), however deeply nested.
 */
export function explainFailure(caught: CaughtError): Failure {
  const { error, message } = rootFailure(caught);
  return { error, message: explained(message) };
}

function rootFailure(caught: CaughtError): Failure {
  const { Error: error = 'Unknown', Cause: given = '' } = caught;
  const cause = parseObject(given);
  if (!cause) return { error, message: text(given) ?? nameless[error] ?? 'No cause was given.' };

  const nestedError = text(cause['Error']) ?? text(cause['error']);
  const nestedCause = text(cause['Cause']) ?? text(cause['cause']);
  if (cause['ExecutionArn'] !== undefined || cause['executionArn'] !== undefined) {
    const status = text(cause['Status']) ?? text(cause['status']);
    if (nestedError === undefined && nestedCause === undefined)
      return { error, message: `The nested execution ended as ${status ?? 'failed'}.` };
    return rootFailure({ Error: nestedError, Cause: nestedCause });
  }
  const message = text(cause['errorMessage']);
  if (message !== undefined) return { error: text(cause['errorType']) ?? error, message };

  for (const [nameKey, kind] of jobKinds) {
    const name = text(cause[nameKey]);
    if (name === undefined) continue;
    const reason =
      text(cause['FailureReason']) ?? `it ended as ${text(cause[nameKey.replace('Name', 'Status')]) ?? 'failed'}`;
    return { error: `${kind.replaceAll(' ', '')}Failed`, message: `${kind} ${name}: ${reason}` };
  }
  return { error, message: given };
}

const jobKinds = [
  ['TrainingJobName', 'Training job'],
  ['TransformJobName', 'Transform job'],
  ['ProcessingJobName', 'Processing job'],
  ['HyperParameterTuningJobName', 'Tuning job'],
] as const;
