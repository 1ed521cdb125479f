import type { Clock } from '../../cloud/service.ts';
import type { Json, JsonObject, MapState, StateGroup } from '../asl.ts';
import type { Evaluator } from '../jsonata/evaluate.ts';
import type { History } from './history.ts';
import type { Journal } from './journal.ts';
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
  /** Aborted by a time-out, by a stop, or by the failure of a sibling; the work in progress is to be stopped then. */
  readonly signal: AbortSignal;
  /** Set for `.waitForTaskToken`: the task ends when this token is answered. */
  readonly token?: string;
  /** What `submitted` received before a restart: the job exists and is followed, not submitted again. */
  readonly resume?: Json;
  /** Names this attempt, the same after a restart. */
  readonly attemptId: string;
  /**
   * Set after a restart that found the attempt scheduled and nothing more: when, in milliseconds since the epoch. Its
   * call may have been made, by the former process, at that time or later.
   */
  readonly repeatedSince?: number;
  /** Reports that a job was submitted (`.sync`, `.waitForTaskToken`), with the answer to the submission. */
  submitted(answer: Json): void;
  /** Reports that the worker with the token is alive. */
  heartbeat(): void;
}

/** Runs tasks. Rejects with ExecutionError when the task fails. */
export interface TaskHost {
  run(request: TaskRequest): Promise<Json>;
}

/** Reads and writes the objects of a Distributed Map. Rejects with ExecutionError. */
export interface ObjectHost {
  /** @param version of the object; the newest one without */
  read(bucket: string, key: string, version?: string): Promise<Uint8Array>;
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

/** The input of one child and how many items it holds. */
export interface ChildWork {
  readonly input: Json;
  readonly items: number;
}

/** The settings of a Distributed Map. */
export interface MapRunRequest {
  readonly state: MapState;
  readonly name: string;
  readonly maxConcurrency: number;
  readonly toleratedFailureCount: number;
  readonly toleratedFailurePercentage: number;
  readonly signal: AbortSignal;
  /** The map run that was in progress before a restart, to be resumed. */
  readonly resume?: string;
}

/** A Distributed Map in progress. */
export interface MapRun {
  readonly mapRunArn: string;
  /** The last part of the ARN. */
  readonly id: string;
  /** What the children are to do, where a restart found it settled. */
  readonly planned?: readonly ChildWork[];
  /** Settles what the children are to do. @param items how many items all of it holds */
  plan(work: readonly ChildWork[], items: number): void;
  /** Runs the child for one position of the plan to its end; rejects only when the whole run is aborted. */
  runChild(group: StateGroup, work: ChildWork, position: number): Promise<ChildResult>;
  resultsWritten(children: number): void;
  finish(status: 'SUCCEEDED' | 'FAILED' | 'ABORTED'): void;
}

export interface MapRunHost {
  start(request: MapRunRequest): Promise<MapRun>;
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
  /** A UUID. */
  newId(): string;
  readonly journal: Journal;
}
