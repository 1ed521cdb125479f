import type { StateType } from '../asl.ts';

const common = ['Type', 'Comment', 'QueryLanguage'] as const;
const flow = [...common, 'Next', 'End', 'Output', 'Assign'] as const;
const recoverable = [...flow, 'Retry', 'Catch'] as const;

/** Fields a Map has in distributed mode alone. */
export const distributedFields = ['Label', 'ItemReader', 'ItemBatcher', 'ResultWriter'] as const;

/** Accepted in both modes, as measured on AWS. */
const tolerances = ['ToleratedFailureCount', 'ToleratedFailurePercentage'] as const;

/** The fields each type of state may have in JSONata (Amazon States Language specification, "State types"). */
export const stateFields: Readonly<Record<StateType, readonly string[]>> = {
  Pass: flow,
  Succeed: [...common, 'Output'],
  Fail: [...common, 'Error', 'Cause'],
  Choice: [...common, 'Choices', 'Default', 'Output', 'Assign'],
  Wait: [...flow, 'Seconds', 'Timestamp'],
  Task: [...recoverable, 'Resource', 'Arguments', 'TimeoutSeconds', 'HeartbeatSeconds', 'Credentials'],
  Parallel: [...recoverable, 'Branches', 'Arguments'],
  Map: [
    ...recoverable,
    'Items',
    'ItemSelector',
    'ItemProcessor',
    'MaxConcurrency',
    ...tolerances,
    ...distributedFields,
  ],
};

/** JSONPath fields and their replacements. */
export const jsonPathFields: Readonly<Record<string, string>> = {
  InputPath: 'Arguments or Output',
  OutputPath: 'Output',
  ResultPath: 'Output or Assign',
  ResultSelector: 'Output',
  Parameters: 'Arguments',
  Result: 'Output',
  ItemsPath: 'Items',
  Iterator: 'ItemProcessor',
  SecondsPath: 'Seconds with an expression',
  TimestampPath: 'Timestamp with an expression',
  TimeoutSecondsPath: 'TimeoutSeconds with an expression',
  HeartbeatSecondsPath: 'HeartbeatSeconds with an expression',
  MaxConcurrencyPath: 'MaxConcurrency with an expression',
  ToleratedFailureCountPath: 'ToleratedFailureCount with an expression',
  ToleratedFailurePercentagePath: 'ToleratedFailurePercentage with an expression',
  ErrorPath: 'Error with an expression',
  CausePath: 'Cause with an expression',
};

/** JSONata's own functions, which an expression may use without anyone having assigned them (docs.jsonata.org). */
export const jsonataFunctions: ReadonlySet<string> = new Set(
  (
    'abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl decodeUrlComponent ' +
    'distinct each encodeUrl encodeUrlComponent error exists filter floor formatBase formatInteger formatNumber ' +
    'fromMillis join keys length lookup lowercase map match max merge millis min not now number pad parseInteger power ' +
    'reduce replace reverse round shuffle sift single sort split spread sqrt string substring substringAfter ' +
    'substringBefore sum toMillis trim type uppercase zip'
  ).split(' '),
);
