import type { Json, JsonObject, TaskState } from '../asl.ts';
import { ExecutionError, errorNames } from '../errors.ts';
import { rememberedNumber, withRecovery } from '../interpreter/recovery.ts';
import { checkPayload, type Outcome, type StateRun } from '../interpreter/state-run.ts';
import { parseTaskResource, type TaskResource } from '../interpreter/task-resource.ts';
import { type TaskEvents, taskEvents } from './task-events.ts';

/** Limits of one attempt, in milliseconds. */
interface Limits {
  /** When the attempt times out, since the epoch. */
  readonly timeoutAt: number | undefined;
  readonly heartbeat: number | undefined;
}

/** A number of seconds that a field gives, as a constant or by an expression. */
async function seconds(
  run: StateRun<TaskState>,
  field: 'TimeoutSeconds' | 'HeartbeatSeconds',
): Promise<number | undefined> {
  const template = run.state[field];
  return template === undefined ? undefined : run.evaluateSeconds(template, field);
}

/** Runs the task within its limits. Whatever ends the attempt also aborts the work that is still in progress. */
async function runWithin(
  run: StateRun<TaskState>,
  limits: Limits,
  work: (signal: AbortSignal, heartbeat: () => void) => Promise<Json>,
): Promise<Json> {
  const { clock } = run.env;
  const attempt = new AbortController();
  const signal = AbortSignal.any([run.thread.signal, attempt.signal]);
  let beat: () => void = () => {};

  const timedOut = async (): Promise<never> => {
    await clock.sleep(Math.max(0, (limits.timeoutAt ?? 0) - clock.now()), signal);
    throw new ExecutionError(errorNames.timeout, undefined);
  };
  const heartbeatMissed = async (interval: number): Promise<never> => {
    for (;;) {
      const pause = new AbortController();
      beat = () => pause.abort();
      try {
        await clock.sleep(interval, AbortSignal.any([signal, pause.signal]));
      } catch (reason) {
        if (pause.signal.aborted && !signal.aborted) continue;
        throw reason;
      }
      throw new ExecutionError(errorNames.timeout, undefined, { heartbeat: true });
    }
  };
  const aborted = new Promise<never>((_, reject) => {
    const stop = () => reject(run.thread.signal.reason);
    if (run.thread.signal.aborted) stop();
    else run.thread.signal.addEventListener('abort', stop, { once: true, signal: attempt.signal });
  });

  const contenders: Promise<Json>[] = [work(signal, () => beat()), aborted];
  if (limits.timeoutAt !== undefined) contenders.push(timedOut());
  if (limits.heartbeat !== undefined) contenders.push(heartbeatMissed(limits.heartbeat));
  for (const contender of contenders) contender.catch(() => {});
  try {
    return await Promise.race(contenders);
  } finally {
    attempt.abort();
  }
}

/** What an attempt was scheduled with: evaluated once, so that a restart repeats the very same call. */
interface Scheduled {
  readonly id: string;
  readonly at: number;
  readonly arguments: Json;
  readonly token: string | undefined;
  readonly timeoutAt: number | undefined;
  /** Seconds. */
  readonly heartbeat: number | undefined;
}

function scheduledBefore({ progress }: StateRun<TaskState>): Scheduled | undefined {
  const { attemptId, token, arguments: args } = progress;
  if (typeof attemptId !== 'string' || args === undefined) return undefined;
  return {
    id: attemptId,
    at: rememberedNumber(progress, 'scheduledAt') ?? 0,
    arguments: args,
    token: typeof token === 'string' ? token : undefined,
    timeoutAt: rememberedNumber(progress, 'timeoutAt'),
    heartbeat: rememberedNumber(progress, 'heartbeat'),
  };
}

async function schedule(run: StateRun<TaskState>, resource: TaskResource, events: TaskEvents): Promise<Scheduled> {
  const { state, env } = run;
  const waitsForToken = resource.kind === 'service' && resource.pattern === 'waitForTaskToken';
  const token = waitsForToken ? env.newTaskToken() : undefined;
  const context = tokenContext(token);
  const args =
    state.Arguments === undefined ? run.input : await run.evaluate(state.Arguments, 'Arguments', { context });
  if (state.Credentials !== undefined) await run.evaluate(state.Credentials, 'Credentials');
  const timeout = await seconds(run, 'TimeoutSeconds');
  const heartbeat = await seconds(run, 'HeartbeatSeconds');
  checkPayload(args, state.Resource);

  events.scheduled(args, timeout, heartbeat);
  events.started();
  const now = env.clock.now();
  const timeoutAt = timeout === undefined ? undefined : now + timeout * 1000;
  const id = env.newId();
  run.remember({
    attemptId: id,
    scheduledAt: now,
    arguments: args,
    ...(token !== undefined && { token }),
    ...(timeoutAt !== undefined && { timeoutAt }),
    ...(heartbeat !== undefined && { heartbeat }),
  });
  return { id, at: now, arguments: args, token, timeoutAt, heartbeat };
}

const tokenContext = (token: string | undefined): JsonObject => (token === undefined ? {} : { Task: { Token: token } });

/** One attempt, from the evaluation of Arguments to the exit. */
async function attemptTask(run: StateRun<TaskState>, resource: TaskResource): Promise<Outcome> {
  const { state, env } = run;
  const events: TaskEvents = taskEvents(run.thread, resource, env.region);
  const before = scheduledBefore(run);
  const resume = run.progress['submitted'];
  const { id, at, arguments: args, token, timeoutAt, heartbeat } = before ?? (await schedule(run, resource, events));
  const more = tokenContext(token);

  let result: Json;
  try {
    result = await runWithin(
      run,
      { timeoutAt, heartbeat: heartbeat === undefined ? undefined : heartbeat * 1000 },
      (signal, beat) =>
        env.tasks.run({
          resource,
          arguments: args,
          state: run.name,
          attempt: run.attempt,
          context: run.context(more),
          signal,
          attemptId: id,
          ...(before && resume === undefined && { repeatedSince: at }),
          ...(token !== undefined && { token }),
          ...(resume !== undefined && { resume }),
          submitted: (answer) => {
            if (signal.aborted) return;
            events.submitted(answer);
            run.remember({ submitted: answer });
          },
          heartbeat: beat,
        }),
    );
    checkPayload(result, state.Resource);
  } catch (failure) {
    if (failure instanceof ExecutionError) {
      if (failure.error === errorNames.timeout && failure.causeText === undefined) events.timedOut(failure);
      else events.failed(failure);
    }
    throw failure;
  }
  events.succeeded(result);
  return run.finish({
    Assign: state.Assign,
    Output: state.Output,
    otherwise: result,
    readable: { result, context: more },
    next: state.Next,
  });
}

/** Has work done elsewhere and waits for it. */
export function executeTask(run: StateRun<TaskState>): Promise<Outcome> {
  const resource = parseTaskResource(run.state.Resource);
  if (!resource) {
    throw new ExecutionError(
      errorNames.runtime,
      run.message(
        `The resource provided ${run.state.Resource} is not recognized. Valid resources are Lambda functions and service integrations.`,
      ),
    );
  }
  return withRecovery(run as StateRun<never>, () => attemptTask(run, resource));
}
