import { GetExecutionHistoryCommand, type HistoryEvent, type SFNClient } from '@aws-sdk/client-sfn';

/** States that do something; choices and passes are the machine talking to itself. */
export const working = /^(Task|Map|Parallel|Wait)StateExited$/;
/** The state that an event says was entered, or left. */
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

/** A nested execution's ARN, when the event says that one was started. */
export function nestedExecution(event: HistoryEvent): string | undefined {
  const { output = '', resourceType } = event.taskSubmittedEventDetails ?? {};
  if (resourceType !== 'states') return undefined;
  return (JSON.parse(output) as { ExecutionArn?: string }).ExecutionArn;
}

/** How a task's attempt failed, when the event says that one did. */
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

/** The name of a tuning job that was started: it may take hours, and is worth looking at meanwhile. */
export function startedTuning(event: HistoryEvent): string | undefined {
  const { output = '', resource } = event.taskSubmittedEventDetails ?? {};
  if (resource !== 'createHyperParameterTuningJob.sync') return undefined;
  const { HyperParameterTuningJobArn: arn } = JSON.parse(output) as { HyperParameterTuningJobArn?: string };
  return arn?.slice(arn.lastIndexOf('/') + 1);
}
