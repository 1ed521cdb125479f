import { AwsError } from '../../cloud/service.ts';
import { checkArn } from '../arns.ts';
import type { MapRunRecord, StepFunctionsStore } from '../store.ts';
import { call, type Operation, paged, pageOf, requiredText, requireExecution, seconds } from './operation.ts';

/** Counts of children, or of the items they hold, by what became of them. */
function counts(store: StepFunctionsStore, run: MapRunRecord, of: 'children' | 'items'): object {
  const rows = store.childCounts(run.arn);
  const by = (status: string) => rows.find((row) => row.status === status)?.[of] ?? 0;
  const started = rows.reduce((sum, row) => sum + row[of], 0);
  const total = of === 'children' ? run.totalChildren : run.totalItems;
  return {
    pending: Math.max(0, total - started),
    running: by('RUNNING'),
    succeeded: by('SUCCEEDED'),
    failed: by('FAILED'),
    timedOut: by('TIMED_OUT'),
    aborted: by('ABORTED'),
    total,
    resultsWritten: run.resultsWritten,
  };
}

const describeMapRun: Operation = (input, { store }) => {
  const arn = requiredText(input, 'mapRunArn');
  return call('DescribeMapRun', arn, () => {
    checkArn(arn, ['mapRun']);
    const run = store.mapRun(arn);
    if (!run) throw new AwsError('ResourceNotFound', `Resource not found: '${arn}'`);
    return {
      mapRunArn: run.arn,
      executionArn: run.executionArn,
      status: run.status,
      startDate: seconds(run.startedAt),
      ...(run.stoppedAt !== undefined && { stopDate: seconds(run.stoppedAt) }),
      maxConcurrency: run.maxConcurrency,
      toleratedFailureCount: run.toleratedFailureCount,
      toleratedFailurePercentage: run.toleratedFailurePercentage,
      itemCounts: counts(store, run, 'items'),
      executionCounts: counts(store, run, 'children'),
      redriveCount: 0,
    };
  });
};

const listMapRuns: Operation = (input, api) => {
  const arn = requiredText(input, 'executionArn');
  const page = pageOf(input);
  return call('ListMapRuns', arn, () => {
    requireExecution(api, arn);
    const { rows, next } = paged(api.store.mapRuns(arn).slice(page.offset), page);
    return {
      mapRuns: rows.map((run) => ({
        executionArn: run.executionArn,
        mapRunArn: run.arn,
        stateMachineArn: run.machineArn,
        startDate: seconds(run.startedAt),
        ...(run.stoppedAt !== undefined && { stopDate: seconds(run.stoppedAt) }),
      })),
      ...next,
    };
  });
};

export const mapRunOperations: Readonly<Record<string, Operation>> = {
  DescribeMapRun: describeMapRun,
  ListMapRuns: listMapRuns,
};
