import { randomUUID } from 'node:crypto';
import type { Clock } from '../cloud/service.ts';
import { isObject, type Json, type JsonObject } from './asl.ts';
import { parseDefinition } from './definition/validate.ts';
import { ExecutionError, ExecutionStopped, errorNames } from './errors.ts';
import { type ExecutionOutcome, runExecution } from './execution/execution.ts';
import type { ChildResult, Environment, MapRunHost, ObjectHost, TaskHost } from './interpreter/environment.ts';
import { History, type HistoryEvent } from './interpreter/history.ts';
import { noJournal } from './interpreter/journal.ts';
import { createEvaluator } from './jsonata/evaluate.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

/** One call of a task, as a fake sees it. */
export interface FakeTaskRequest {
  /** The Resource of the state; a Distributed Map reads and writes by `arn:aws:states:::s3:getObject` and the like. */
  readonly resource: string;
  readonly arguments: Json;
  /** Name of the state; the empty string for what a Distributed Map reads and writes. */
  readonly state: string;
  /** 0 for the first attempt. */
  readonly attempt: number;
  /** `$states.context`. */
  readonly context: JsonObject;
  readonly signal: AbortSignal;
  /** Set for `.waitForTaskToken`; what the fake returns is the token's answer. */
  readonly token?: string;
  /** Reports the submission of a job, so that the history shows TaskSubmitted. */
  submitted(answer: Json): void;
  heartbeat(): void;
  /** Lets virtual time pass; `Infinity` never comes back, so that the state times out. */
  sleep(ms: number): Promise<void>;
}

export interface RunDefinitionOptions {
  /** JSON text, or the parsed definition. */
  readonly definition: unknown;
  readonly input?: unknown;
  /**
   * Answers tasks. Throw `{ error, cause }` to fail one; an Error fails it with its name and message.
   * The answer to `s3:getObject` is the object's text, or JSON to be read as such; to `s3:listObjectsV2`, an array.
   */
  readonly tasks?: (request: FakeTaskRequest) => unknown;
  /** By default a virtual clock: waits take no time. */
  readonly clock?: Clock;
  readonly roleArn?: string;
  /** Name of the execution. */
  readonly name?: string;
  readonly stateMachineArn?: string;
  readonly random?: () => number;
}

export interface FakeTaskCall {
  readonly resource: string;
  readonly arguments: Json;
  readonly state: string;
  readonly attempt: number;
}

export interface RunDefinitionResult extends ExecutionOutcome {
  readonly events: readonly HistoryEvent[];
  /** Every call made, in order, those of child executions included. */
  readonly calls: readonly FakeTaskCall[];
  /** Child executions of Distributed Maps, in the order they ended. */
  readonly children: readonly ChildResult[];
  /** Where the states went, by name, on the machine's own level and below. */
  readonly path: readonly string[];
}

const isVirtual = (clock: Clock | undefined): clock is VirtualClock => clock !== undefined && 'during' in clock;

/** The error that a fake's exception represents. */
function asExecutionError(thrown: unknown): ExecutionError {
  if (thrown instanceof ExecutionError) return thrown;
  if (thrown instanceof Error) return new ExecutionError(thrown.name, thrown.message);
  const { error, cause } = isObject(thrown) ? thrown : {};
  const text = cause === undefined || typeof cause === 'string' ? cause : JSON.stringify(cause);
  return new ExecutionError(typeof error === 'string' ? error : errorNames.taskFailed, text);
}

/**
 * Runs a state machine with fake tasks and a fake clock, without any service.
 * @throws InvalidDefinition when the definition would be refused
 */
export async function runDefinition(options: RunDefinitionOptions): Promise<RunDefinitionResult> {
  const definition = parseDefinition(
    typeof options.definition === 'string' ? options.definition : JSON.stringify(options.definition),
  );
  const virtual = isVirtual(options.clock) ? options.clock : createVirtualClock();
  const clock = options.clock ?? virtual;
  const roleArn = options.roleArn ?? 'arn:aws:iam::123456789012:role/machine';
  const machineArn = options.stateMachineArn ?? 'arn:aws:states:eu-central-1:123456789012:stateMachine:machine';
  const [, , , region = '', account = '', , machineName = ''] = machineArn.split(':');
  const calls: FakeTaskCall[] = [];
  const children: ChildResult[] = [];
  const random = options.random ?? Math.random;
  const evaluator = createEvaluator({ now: () => clock.now(), random });

  const call = (request: Omit<FakeTaskRequest, 'sleep'>): Promise<Json> =>
    virtual.during(async (sleep) => {
      const { resource, arguments: args, state, attempt } = request;
      calls.push({ resource, arguments: args, state, attempt });
      if (!options.tasks)
        throw new ExecutionError(errorNames.taskFailed, `no fake for ${resource}: pass tasks to runDefinition`);
      try {
        const wait = (ms: number) => (clock === virtual ? sleep(ms, request.signal) : clock.sleep(ms, request.signal));
        const answer = await options.tasks({ ...request, sleep: wait });
        return JSON.parse(JSON.stringify(answer ?? null)) as Json;
      } catch (thrown) {
        throw request.signal.aborted ? request.signal.reason : asExecutionError(thrown);
      }
    });
  const tasks: TaskHost = { run: (request) => call({ ...request, resource: request.resource.arn }) };
  const s3 = (action: string, args: JsonObject): Promise<Json> =>
    call({
      resource: `arn:aws:states:::s3:${action}`,
      arguments: args,
      state: '',
      attempt: 0,
      context: {},
      signal: new AbortController().signal,
      submitted: () => {},
      heartbeat: () => {},
    });
  const objects: ObjectHost = {
    async read(Bucket, Key, VersionId) {
      const body = await s3('getObject', { Bucket, Key, ...(VersionId !== undefined && { VersionId }) });
      return new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
    },
    async *list(Bucket, Prefix) {
      const listed = await s3('listObjectsV2', { Bucket, ...(Prefix !== undefined && { Prefix }) });
      for (const object of Array.isArray(listed) ? listed : []) if (isObject(object)) yield object;
    },
    async write(Bucket, Key, Body) {
      await s3('putObject', { Bucket, Key, Body });
    },
  };

  const environment = (sink: HistoryEvent[], context: JsonObject): Environment => ({
    clock,
    random,
    evaluator,
    history: new History({ append: (event) => sink.push(event) }, clock),
    tasks,
    objects,
    maps,
    region,
    context,
    newTaskToken: randomUUID,
    newId: randomUUID,
    journal: noJournal,
  });
  const executionContext = (arn: string, name: string, input: Json, extra: JsonObject = {}): JsonObject => ({
    Execution: {
      Id: arn,
      Input: input,
      Name: name,
      RoleArn: roleArn,
      StartTime: new Date(clock.now()).toISOString(),
      RedriveCount: 0,
    },
    StateMachine: { Id: machineArn, Name: machineName },
    ...extra,
  });

  const maps: MapRunHost = {
    async start({ state, name, signal }) {
      const id = randomUUID();
      const label = state.Label ?? name;
      const stateMachineArn = `${machineArn}/${label}`;
      return {
        id,
        mapRunArn: `arn:aws:states:${region}:${account}:mapRun:${machineName}/${label}:${id}`,
        plan: () => {},
        resultsWritten: () => {},
        finish: () => {},
        async runChild(group, { input }) {
          const childName = randomUUID();
          const executionArn = `arn:aws:states:${region}:${account}:execution:${machineName}/${label}:${childName}`;
          const startDate = clock.now();
          const stop = new AbortController();
          const onAbort = () => stop.abort(new ExecutionStopped());
          if (signal.aborted) onAbort();
          else signal.addEventListener('abort', onAbort, { once: true });
          const outcome = await runExecution({
            definition: { StartAt: group.StartAt, States: group.States },
            input,
            inputText: JSON.stringify(input),
            roleArn,
            env: environment([], executionContext(executionArn, childName, input)),
            signal: stop.signal,
            startedAt: startDate,
          });
          signal.removeEventListener('abort', onAbort);
          const child = {
            executionArn,
            name: childName,
            input,
            startDate,
            stopDate: clock.now(),
            stateMachineArn,
            ...outcome,
          };
          children.push(child);
          return child;
        },
      };
    },
  };

  const events: HistoryEvent[] = [];
  const name = options.name ?? 'execution';
  const input = JSON.parse(JSON.stringify(options.input ?? {})) as Json;
  const executionArn = `arn:aws:states:${region}:${account}:execution:${machineName}:${name}`;
  const outcome = await runExecution({
    definition,
    input,
    inputText: JSON.stringify(input),
    roleArn,
    env: environment(events, executionContext(executionArn, name, input)),
    signal: new AbortController().signal,
    startedAt: clock.now(),
  });
  const path = events.flatMap(({ type, details }) => {
    const entered = details['stateEnteredEventDetails'];
    return type.endsWith('StateEntered') && isObject(entered) ? [String(entered['name'])] : [];
  });
  return { ...outcome, events, calls, children, path };
}
