import { AwsError } from '../../cloud/service.ts';
import { isObject } from '../asl.ts';
import type { HistoryEvent } from '../interpreter/history.ts';
import type { ExecutionRecord } from '../store.ts';
import {
  call,
  checkErrorLengths,
  type Operation,
  optionalText,
  optionalWord,
  paged,
  pageOf,
  requiredText,
  requireExecution,
  seconds,
} from './operation.ts';

const startExecution: Operation = (input, { machines, executions }) => {
  const arn = requiredText(input, 'stateMachineArn');
  return call('StartExecution', arn, () => {
    const machine = machines.require(arn);
    const name = optionalText(input, 'name');
    const mapRunArn = name === undefined ? undefined : executions.mapRunGrants.take(name);
    if (mapRunArn !== undefined) return { executionArn: mapRunArn, startDate: 0 };
    const execution = executions.start(machine, name, optionalText(input, 'input'));
    return { executionArn: execution.arn, startDate: seconds(execution.startedAt) };
  });
};

const stopExecution: Operation = (input, api) => {
  const arn = requiredText(input, 'executionArn');
  return call('StopExecution', arn, async () => {
    requireExecution(api, arn);
    checkErrorLengths(input);
    await api.executions.stop(arn, optionalText(input, 'error'), optionalText(input, 'cause'));
    const { stoppedAt } = requireExecution(api, arn);
    return { stopDate: seconds(stoppedAt ?? api.context.clock.now()) };
  });
};

const isRedrivable = ({ status, mapRunArn }: ExecutionRecord): boolean =>
  status !== 'RUNNING' && status !== 'SUCCEEDED' && mapRunArn === undefined;

/** Whether and why an execution can be redriven. */
function redriveMembers(execution: ExecutionRecord): object {
  const { status, redriveCount, redrivenAt } = execution;
  const redrivable = isRedrivable(execution);
  const byMapRun = !redrivable && status !== 'RUNNING' && status !== 'SUCCEEDED';
  return {
    redriveCount,
    redriveStatus: redrivable ? 'REDRIVABLE' : byMapRun ? 'REDRIVABLE_BY_MAP_RUN' : 'NOT_REDRIVABLE',
    ...(!redrivable && !byMapRun && { redriveStatusReason: `Execution is ${status} and cannot be redriven` }),
    ...(redrivenAt !== undefined && { redriveDate: seconds(redrivenAt) }),
  };
}

/** What lists and descriptions of an execution share. */
const summary = (execution: ExecutionRecord) => ({
  executionArn: execution.arn,
  stateMachineArn: execution.machineArn,
  name: execution.name,
  status: execution.status,
  startDate: seconds(execution.startedAt),
  ...(execution.stoppedAt !== undefined && { stopDate: seconds(execution.stoppedAt) }),
  ...(execution.mapRunArn !== undefined && { mapRunArn: execution.mapRunArn }),
});

const describeExecution: Operation = (input, api) => {
  const arn = requiredText(input, 'executionArn');
  return call('DescribeExecution', arn, () => {
    const execution = requireExecution(api, arn);
    const withData = optionalWord(input, 'includedData', ['METADATA_ONLY', 'ALL_DATA']) !== 'METADATA_ONLY';
    const { input: text, output, error, cause } = execution;
    return {
      ...summary(execution),
      ...(withData && {
        input: text,
        inputDetails: { included: true },
        ...(output !== undefined && { output, outputDetails: { included: true } }),
        ...(error !== undefined && { error }),
        ...(cause !== undefined && { cause }),
      }),
      ...redriveMembers(execution),
    };
  });
};

/** In the order of AWS's own message. */
const STATUSES = ['SUCCEEDED', 'TIMED_OUT', 'PENDING_REDRIVE', 'ABORTED', 'FAILED', 'RUNNING'] as const;

const listExecutions: Operation = (input, { store, machines }) => {
  const page = pageOf(input);
  const mapRunArn = optionalText(input, 'mapRunArn');
  const arn = mapRunArn ?? requiredText(input, 'stateMachineArn');
  return call('ListExecutions', arn, () => {
    if (mapRunArn !== undefined && optionalText(input, 'stateMachineArn') !== undefined)
      throw new AwsError('ValidationException', 'Give a stateMachineArn or a mapRunArn, not both.');
    if (mapRunArn === undefined) machines.require(arn);
    else if (!store.mapRun(arn)) throw new AwsError('ResourceNotFound', `Resource not found: '${arn}'`);
    const status = optionalWord(input, 'statusFilter', STATUSES);
    const redriven = optionalWord(input, 'redriveFilter', ['REDRIVEN', 'NOT_REDRIVEN']);
    if (mapRunArn === undefined && (status === 'PENDING_REDRIVE' || redriven !== undefined))
      throw new AwsError('ValidationException', 'PENDING_REDRIVE and redriveFilter need a mapRunArn.');
    const by = mapRunArn === undefined ? { machineArn: arn } : { mapRunArn };
    const filter = { ...(status && { status }), ...(redriven && { redriven: redriven === 'REDRIVEN' }) };
    const { rows, next } = paged(store.executions(by, filter, page.limit + 1, page.offset), page);
    return {
      executions: rows.map((execution) => ({
        ...summary(execution),
        ...(execution.itemCount !== undefined && { itemCount: execution.itemCount }),
        redriveCount: execution.redriveCount,
        ...(execution.redrivenAt !== undefined && { redriveDate: seconds(execution.redrivenAt) }),
      })),
      ...next,
    };
  });
};

const dataMembers = ['input', 'output', 'parameters', 'error', 'cause', 'assignedVariables'];

/** An event as the API shows it. */
function shownEvent({ timestamp, details, ...event }: HistoryEvent, withData: boolean): object {
  const shown = withData
    ? details
    : Object.fromEntries(
        Object.entries(details).map(([name, value]) => [
          name,
          isObject(value)
            ? Object.fromEntries(Object.entries(value).filter(([key]) => !dataMembers.includes(key)))
            : value,
        ]),
      );
  return { timestamp: seconds(timestamp), ...event, ...shown };
}

const getExecutionHistory: Operation = (input, api) => {
  const arn = requiredText(input, 'executionArn');
  const page = pageOf(input);
  return call('GetExecutionHistory', arn, () => {
    requireExecution(api, arn);
    const rowsAndMore = api.store.events(arn, input['reverseOrder'] === true, page.limit + 1, page.offset);
    const { rows, next } = paged(rowsAndMore, page);
    return { events: rows.map((event) => shownEvent(event, input['includeExecutionData'] !== false)), ...next };
  });
};

const redriveExecution: Operation = (input, api) => {
  const arn = requiredText(input, 'executionArn');
  return call('RedriveExecution', arn, () => {
    const execution = requireExecution(api, arn);
    const token = optionalText(input, 'clientToken');
    const earlier = api.executions.redrives.find(arn, token);
    if (earlier !== undefined) return { redriveDate: seconds(earlier) };
    const checkpoint = api.store.checkpoint(arn);
    if (!isRedrivable(execution) || !checkpoint) {
      throw new AwsError(
        'ExecutionNotRedrivable',
        `Execution is not redrivable: 'Execution is ${execution.status} and cannot be redriven'`,
      );
    }
    const redriven = api.executions.redrive(execution, checkpoint);
    const at = redriven.redrivenAt ?? api.context.clock.now();
    api.executions.redrives.remember(arn, token, at);
    return { redriveDate: seconds(at) };
  });
};

export const executionOperations: Readonly<Record<string, Operation>> = {
  StartExecution: startExecution,
  StopExecution: stopExecution,
  DescribeExecution: describeExecution,
  ListExecutions: listExecutions,
  GetExecutionHistory: getExecutionHistory,
  RedriveExecution: redriveExecution,
};
