import { DescribeExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { explainFailure } from '#domain/runs/failure';
import {
  attemptError,
  entered,
  exited,
  historyAfter,
  nestedExecution,
  startedTuning,
  working,
} from './execution-history.ts';
import { bold, cyan, dim, green, print, red, seconds, yellow } from './output.ts';

/** How an execution ended. */
export interface Ended {
  readonly status: string;
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
}

interface Follower {
  readonly arn: string;
  readonly depth: number;
  seen: number;
  readonly entered: Map<string, number>;
  readonly children: Follower[];
  /** The error of the current state, until a retry succeeds. */
  error: string | undefined;
  /** The errors that were retried. */
  readonly retried: string[];
}

const follow = (arn: string, depth: number): Follower => ({
  arn,
  depth,
  seen: 0,
  entered: new Map(),
  children: [],
  error: undefined,
  retried: [],
});

/** Why a successful state took more than one attempt. */
function retriesText({ error, retried }: Follower): string {
  if (error !== undefined || retried.length === 0) return '';
  return yellow(
    ` after ${retried.length === 1 ? 'a retry' : `${retried.length} retries`}: ${[...new Set(retried)].join(', ')}`,
  );
}

/** Prints one line for a state that ended, indented by nesting. */
function printExit(follower: Follower, name: string, at: number): void {
  const since = follower.entered.get(name);
  const took = since === undefined ? '' : dim(` ${seconds(at - since)}`);
  print(
    `  ${'  '.repeat(follower.depth)}${follower.error ? red('✗') : green('✓')} ${name}${took}${follower.error ? ` ${red(follower.error)}` : ''}${retriesText(follower)}`,
  );
}

/** What to print of a state that ended, for some states, in place of its name. */
type LineOf = (state: string, output: string | undefined) => string | undefined;

/** Prints the events since the last poll. A nested machine comes before the events that follow it. */
async function drain(sfn: SFNClient, follower: Follower, lineOf: LineOf): Promise<void> {
  const drainChildren = async (): Promise<void> => {
    for (const child of follower.children) await drain(sfn, child, lineOf);
  };
  await drainChildren();
  for (const event of await historyAfter(sfn, follower.arn, follower.seen)) {
    follower.seen = event.id ?? follower.seen;
    const at = event.timestamp?.getTime() ?? Date.now();
    const indent = `  ${'  '.repeat(follower.depth)}`;
    const start = entered(event);
    if (start !== undefined) follower.entered.set(start, at);
    const end = exited(event);
    if (end !== undefined) {
      await drainChildren();
      const line = lineOf(end, event.stateExitedEventDetails?.output);
      if (line !== undefined) print(`${indent}${line}`);
      else if (working.test(event.type ?? '')) printExit(follower, end, at);
      follower.error = undefined;
      follower.retried.length = 0;
    }
    const failed = attemptError(event);
    if (failed !== undefined) {
      await drainChildren();
      follower.error = failed;
      follower.retried.push(failed);
    }
    if (event.type === 'TaskSucceeded' || event.type === 'LambdaFunctionSucceeded') follower.error = undefined;
    const tuning = event.type === 'TaskSubmitted' ? startedTuning(event) : undefined;
    if (tuning !== undefined) print(`${indent}${cyan('▸')} tuning job ${tuning}`);
    const nested = event.type === 'TaskSubmitted' ? nestedExecution(event) : undefined;
    if (nested !== undefined) {
      print(`${indent}${cyan('▸')} ${nested.split(':')[6]?.replace(/^tidegate-[a-z0-9]+-/, '') ?? nested}`);
      follower.children.push(follow(nested, follower.depth + 1));
    }
  }
}

/**
 * Prints an execution's states as they run, including those of nested machines, until it ends.
 *
 * @param lineOf what to print of a state that ended, for the states that it knows
 * @returns how it ended; never throws for an execution that failed
 */
export async function watchExecution(
  sfn: SFNClient,
  executionArn: string,
  {
    silent = false,
    pollMs = 400,
    lineOf = () => undefined,
  }: { readonly silent?: boolean; readonly pollMs?: number; readonly lineOf?: LineOf } = {},
): Promise<Ended> {
  const root = follow(executionArn, 0);
  for (;;) {
    const described = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (!silent) await drain(sfn, root, lineOf);
    if (described.status !== 'RUNNING') {
      return {
        status: described.status ?? 'UNKNOWN',
        ...(described.output ? { output: JSON.parse(described.output) as unknown } : {}),
        ...(described.error ? { error: described.error } : {}),
        ...(described.cause ? { cause: described.cause } : {}),
      };
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** The line that says how an execution ended. */
export function describeEnd(ended: Ended): string {
  const { status } = ended;
  if (status === 'SUCCEEDED') return green('succeeded');
  const named = ended.error !== undefined || ended.cause !== undefined;
  const { error, message: cause } = named
    ? explainFailure({ Error: ended.error, Cause: ended.cause })
    : { error: undefined, message: undefined };
  return `${red(bold(status.toLowerCase()))}${error ? ` ${bold(error)}` : ''}${cause ? `\n    ${cause.replaceAll('\n', '\n    ')}` : ''}`;
}
