import {
  type HistoryEvent,
  paginateGetExecutionHistory,
  paginateListExecutions,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { gigabytesOf } from '#domain/costs/run-shape';
import type { Measured } from '#schemas/records/costs';

type ExecutionUsage = Omit<Measured, 'jobs'>;

/** The most children of a Distributed Map whose histories are read; the others count like these. */
const mostChildren = 20;

/** Counts what one execution entered and called, and finds those that it started. */
class Tally {
  usage: ExecutionUsage = { transitions: 0, calls: 0, gbSeconds: 0 };
  readonly nested = new Set<string>();
  readonly mapRuns = new Set<string>();
  #retries = 0;
  /** Calls under way, by the event that the next one of theirs names. */
  readonly #calls = new Map<number, { readonly gigabytes: number; readonly at: number }>();

  add(usage: ExecutionUsage, times = 1): void {
    const { transitions, calls, gbSeconds } = this.usage;
    this.usage = {
      transitions: transitions + usage.transitions * times,
      calls: calls + usage.calls * times,
      gbSeconds: gbSeconds + usage.gbSeconds * times,
    };
  }

  /** A retry is billed like a state (Step Functions pricing): a Task is entered once and scheduled for each attempt. */
  finish(): void {
    this.add({ transitions: Math.max(0, this.#retries), calls: 0, gbSeconds: 0 });
  }

  see(event: HistoryEvent): void {
    const { id = 0, previousEventId = 0, timestamp, type = '' } = event;
    const at = timestamp?.getTime() ?? 0;
    if (type.endsWith('StateEntered')) this.add({ transitions: 1, calls: 0, gbSeconds: 0 });
    if (type === 'TaskStateEntered') this.#retries -= 1;
    if (type === 'LambdaFunctionScheduled' || type === 'TaskScheduled') this.#retries += 1;
    if (type === 'LambdaFunctionScheduled') {
      const name =
        /:function:[^:]*-([^:-]+)/.exec(event.lambdaFunctionScheduledEventDetails?.resource ?? '')?.[1] ?? '';
      this.#calls.set(id, { gigabytes: gigabytesOf(name), at });
      this.add({ transitions: 0, calls: 1, gbSeconds: 0 });
    }
    const call = type.startsWith('LambdaFunction') ? this.#calls.get(previousEventId) : undefined;
    if (call) {
      this.#calls.delete(previousEventId);
      if (type === 'LambdaFunctionStarted') this.#calls.set(id, { ...call, at });
      else this.add({ transitions: 0, calls: 0, gbSeconds: (call.gigabytes * Math.max(0, at - call.at)) / 1000 });
    }
    const started = /"ExecutionArn":"(arn:[^"]+)"/.exec(event.taskSubmittedEventDetails?.output ?? '')?.[1];
    if (started !== undefined) this.nested.add(started);
    const mapRun = event.mapRunStartedEventDetails?.mapRunArn;
    if (mapRun !== undefined) this.mapRuns.add(mapRun);
  }
}

/** The children of a Distributed Map: the first of them are read, the others count like these. */
async function readMapRun(client: SFNClient, mapRunArn: string): Promise<ExecutionUsage> {
  const children: string[] = [];
  for await (const { executions = [] } of paginateListExecutions({ client, pageSize: 1000 }, { mapRunArn }))
    children.push(...executions.map(({ executionArn = '' }) => executionArn));
  const sum = new Tally();
  const read = children.slice(0, mostChildren);
  for (const child of read) sum.add(await readExecutionUsage(client, child));
  const whole = new Tally();
  if (read.length > 0) whole.add(sum.usage, children.length / read.length);
  return whole.usage;
}

/**
 * What an execution is billed for: its transitions, its calls of functions and their gigabyte-seconds, with all executions that it
 * started and the children of its Distributed Maps. An invocation counts from its start to its end as the history has them.
 */
export async function readExecutionUsage(client: SFNClient, executionArn: string): Promise<ExecutionUsage> {
  const tally = new Tally();
  const pages = paginateGetExecutionHistory({ client, pageSize: 1000 }, { executionArn, includeExecutionData: true });
  for await (const { events = [] } of pages) for (const event of events) tally.see(event);
  tally.finish();
  for (const nested of tally.nested) tally.add(await readExecutionUsage(client, nested));
  for (const mapRun of tally.mapRuns) tally.add(await readMapRun(client, mapRun));
  return tally.usage;
}
