import { GetExecutionHistoryCommand, type HistoryEvent, type SFNClient } from '@aws-sdk/client-sfn';

/** State types that do work. Choice and Pass only control the flow. */
export const working = /^(Task|Map|Parallel|Wait)StateExited$/;
/** The state that an event enters or exits. */
export const entered = (event: HistoryEvent) => event.stateEnteredEventDetails?.name;
export const exited = (event: HistoryEvent) => event.stateExitedEventDetails?.name;

/** The events of an execution after the one with the id `seen`. */
export async function historyAfter(sfn: SFNClient, executionArn: string, seen: number): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await sfn.send(new GetExecutionHistoryCommand({ executionArn, nextToken, maxResults: 1000 }));
    events.push(...(page.events ?? []));
    nextToken = page.nextToken;
  } while (nextToken);
  return events.filter((event) => (event.id ?? 0) > seen);
}

/** The ARN of a nested execution that the event reports as started. */
export function nestedExecution(event: HistoryEvent): string | undefined {
  const { output = '', resourceType } = event.taskSubmittedEventDetails ?? {};
  if (resourceType !== 'states') return undefined;
  return (JSON.parse(output) as { ExecutionArn?: string }).ExecutionArn;
}

/** How a task's attempt failed, for a failure event. */
export function attemptError(event: HistoryEvent): string | undefined {
  if (!/^(Task|LambdaFunction)\w*(Failed|TimedOut)$/.test(event.type ?? '')) return undefined;
  const details =
    event.taskFailedEventDetails ??
    event.lambdaFunctionFailedEventDetails ??
    event.taskTimedOutEventDetails ??
    event.lambdaFunctionTimedOutEventDetails ??
    event.taskSubmitFailedEventDetails ??
    event.taskStartFailedEventDetails ??
    event.lambdaFunctionScheduleFailedEventDetails ??
    event.lambdaFunctionStartFailedEventDetails;
  return details?.error ?? 'failed';
}

/** The name of a started tuning job. It may take hours, so its progress is shown. */
export function startedTuning(event: HistoryEvent): string | undefined {
  const { output = '', resource } = event.taskSubmittedEventDetails ?? {};
  if (resource !== 'createHyperParameterTuningJob.sync') return undefined;
  const { HyperParameterTuningJobArn: arn } = JSON.parse(output) as { HyperParameterTuningJobArn?: string };
  return arn?.slice(arn.lastIndexOf('/') + 1);
}
