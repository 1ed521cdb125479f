import type { Clock } from '../../cloud/service.ts';
import type { Json, JsonObject, MapState, StateGroup } from '../asl.ts';
import type { Evaluator } from '../jsonata/evaluate.ts';
import type { History } from './history.ts';
import type { TaskResource } from './task-resource.ts';

/** What the interpreter asks of the outside for one attempt of a Task state. */
export interface TaskRequest {
  readonly resource: TaskResource;
  readonly arguments: Json;
  /** Name of the Task state. */
  readonly state: string;
  /** 0 for the first attempt, then how many retries were made. */
  readonly attempt: number;
  /** The context object. */
  readonly context: JsonObject;
  /** Aborted by a time-out, by a stop, or by the failure of a sibling; the work under way is to be stopped then. */
  readonly signal: AbortSignal;
  /** Set for `.waitForTaskToken`: the task ends when this token is answered. */
  readonly token?: string;
  /** What `submitted` was told before a restart: the job exists and is to be taken up, not submitted again. */
  readonly resume?: Json;
  /** Tells that a job was submitted (`.sync`, `.waitForTaskToken`), with the answer to the submission. */
  submitted(answer: Json): void;
  /** Tells that the worker that holds the token is alive. */
  heartbeat(): void;
}

/** Runs tasks. Rejects with ExecutionError when the task fails. */
export interface TaskHost {
  run(request: TaskRequest): Promise<Json>;
}

/** Reads and writes the objects of a Distributed Map. Rejects with ExecutionError. */
export interface ObjectHost {
  read(bucket: string, key: string): Promise<Uint8Array>;
  list(bucket: string, prefix: string | undefined): AsyncIterable<JsonObject>;
  write(bucket: string, key: string, text: string): Promise<void>;
}

/** One child execution of a Distributed Map. */
export interface ChildResult {
  readonly executionArn: string;
  readonly name: string;
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly input: Json;
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
  /** Milliseconds since the epoch. */
  readonly startDate: number;
  readonly stopDate: number;
  readonly stateMachineArn: string;
}

/** How a Distributed Map was asked to run. */
export interface MapRunRequest {
  readonly state: MapState;
  readonly name: string;
  readonly maxConcurrency: number;
  readonly toleratedFailureCount: number;
  readonly toleratedFailurePercentage: number;
  readonly signal: AbortSignal;
}

/** A Distributed Map under way. */
export interface MapRun {
  readonly mapRunArn: string;
  /** The last part of the ARN. */
  readonly id: string;
  /** Sets how many child executions and items there will be. */
  total(children: number, items: number): void;
  /** Runs one child to its end; rejects only when the whole run is aborted. */
  runChild(group: StateGroup, input: Json, items: number, context: JsonObject): Promise<ChildResult>;
  resultsWritten(children: number): void;
  finish(status: 'SUCCEEDED' | 'FAILED' | 'ABORTED'): void;
}

export interface MapRunHost {
  start(request: MapRunRequest): Promise<MapRun>;
}

/** What is kept at every transition of an execution's outermost line, so that it can be taken up after a restart. */
export interface Checkpoint {
  readonly state: string;
  readonly input: Json;
  readonly variables: JsonObject;
  readonly enteredEventId: number;
  /** ISO 8601. */
  readonly enteredTime: string;
  /** What the state has done so far, as it wants to remember it. */
  readonly progress: JsonObject;
}

/** Everything an execution needs from outside. */
export interface Environment {
  readonly clock: Clock;
  readonly random: () => number;
  readonly evaluator: Evaluator;
  readonly history: History;
  readonly tasks: TaskHost;
  readonly objects: ObjectHost;
  readonly maps: MapRunHost;
  readonly region: string;
  /** The context object's members that stay the same: Execution and StateMachine. */
  readonly context: JsonObject;
  newTaskToken(): string;
  /** Called with the outermost line's position after every change of it. */
  checkpoint(position: Checkpoint): void;
}
