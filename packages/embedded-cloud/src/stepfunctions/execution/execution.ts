import type { Definition, Json } from '../asl.ts';
import { ExecutionError, ExecutionStopped, ExecutionSuspended, errorDetails, errorNames } from '../errors.ts';
import type { Environment } from '../interpreter/environment.ts';
import { shownOutput } from '../interpreter/history.ts';
import type { KeptLines } from '../interpreter/journal.ts';
import { Scope } from '../interpreter/scope.ts';
import { Thread } from '../interpreter/thread.ts';
import { runGroup } from './machine.ts';

/** How an execution ended. */
export interface ExecutionOutcome {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
}

export interface ExecutionRequest {
  readonly definition: Definition;
  readonly input: Json;
  /** As sent, for the ExecutionStarted event. */
  readonly inputText: string;
  readonly roleArn: string;
  readonly env: Environment;
  /** Aborted with ExecutionStopped to end the execution, with ExecutionSuspended to leave it. */
  readonly signal: AbortSignal;
  /** When the execution began, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** Where an earlier process left it; absent, or empty, for a new execution. */
  readonly kept?: KeptLines;
}

class TimedOut extends Error {}

/**
 * Runs an execution to its end and writes its history.
 * @throws ExecutionSuspended when the interpreter goes down; any other error is a defect of the interpreter
 */
export async function runExecution(request: ExecutionRequest): Promise<ExecutionOutcome> {
  const { definition, input, env, signal, kept = new Map() } = request;
  const { history } = env;
  const limit = new AbortController();
  const ended = new AbortController();
  const thread = new Thread({
    history,
    signal: AbortSignal.any([signal, limit.signal]),
    scope: new Scope(undefined, kept.get('')?.position?.variables),
    after: 0,
    journal: env.journal,
    path: '',
    kept,
  });
  if (kept.size === 0) {
    history.append('ExecutionStarted', 0, {
      executionStartedEventDetails: {
        input: request.inputText,
        inputDetails: { truncated: false },
        roleArn: request.roleArn,
      },
    });
  }
  if (definition.TimeoutSeconds !== undefined) {
    const left = request.startedAt + definition.TimeoutSeconds * 1000 - env.clock.now();
    env.clock.sleep(Math.max(0, left), ended.signal).then(
      () => limit.abort(new TimedOut()),
      () => {},
    );
  }
  try {
    const output = await runGroup(definition, input, thread, env);
    thread.record('ExecutionSucceeded', { executionSucceededEventDetails: shownOutput(output) });
    return { status: 'SUCCEEDED', output };
  } catch (reason) {
    return conclude(reason, thread, env);
  } finally {
    ended.abort();
  }
}

/** Writes the end of an execution that did not succeed. */
function conclude(reason: unknown, thread: Thread, env: Environment): ExecutionOutcome {
  const why: unknown = thread.signal.aborted ? thread.signal.reason : reason;
  if (why instanceof ExecutionSuspended) throw why;
  const previous = thread.cursor;
  if (why instanceof TimedOut) {
    // As measured on AWS: this event has no previous one, does not mention the states it interrupts, and alone has the error's name.
    env.history.append('ExecutionTimedOut', 0, { executionTimedOutEventDetails: { error: errorNames.timeout } });
    return { status: 'TIMED_OUT' };
  }
  if (why instanceof ExecutionStopped) {
    // As measured on AWS: of a Wait that is stopped the history says nothing, and this event has no previous one.
    const waits = thread.isWaiting;
    if (!waits) interrupt(thread, previous);
    const details = errorDetails(why);
    env.history.append('ExecutionAborted', waits ? 0 : previous, { executionAbortedEventDetails: details });
    return { status: 'ABORTED', ...details };
  }
  if (!(why instanceof ExecutionError)) throw why;
  const details = errorDetails(why);
  env.history.append('ExecutionFailed', previous, { executionFailedEventDetails: details });
  return { status: 'FAILED', ...details };
}

/** The history may be full; then the end alone is written. */
function interrupt(thread: Thread, previous: number): void {
  try {
    thread.recordInterruption(previous);
  } catch (failure) {
    if (!(failure instanceof ExecutionError)) throw failure;
  }
}
