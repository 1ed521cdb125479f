import type { Json, JsonObject, StateType } from '../asl.ts';

/** The position of a thread of states: its current state, as entered, and what the state has done so far. */
export interface Checkpoint {
  readonly state: string;
  readonly input: Json;
  /** The variables of the thread's own scope at the entry. */
  readonly variables: JsonObject;
  readonly enteredEventId: number;
  /** ISO 8601. */
  readonly enteredTime: string;
  /** What the state has done so far, in its own format. */
  readonly progress: JsonObject;
}

/** How a thread ended while the threads beside it continue. */
export type ThreadEnd =
  | { readonly output: Json }
  | { readonly error: string | undefined; readonly cause: string | undefined; readonly heartbeat: boolean };

/** A thread, as stored. */
export interface KeptThread {
  /** Id of the event that the thread's next one follows, without an entry that does not count yet. */
  readonly after: number;
  /** Id of such an entry. */
  readonly entry?: number;
  /** Type of the state whose end has not been written. */
  readonly open?: StateType;
  /** Absent before the first state and after the last. */
  readonly position?: Checkpoint;
  readonly end?: ThreadEnd;
}

/**
 * Where the threads of one execution are stored, so that they can be resumed after a restart. A thread has a path: the empty
 * text for the machine itself, and for a thread below another that one's path, a slash and its index.
 */
export interface Journal {
  /**
   * Says that a thread changed.
   * @param read gives the thread at the time of writing, together with the events written until then
   * @param whole false when only `after`, `entry` and `open` changed
   */
  changed(path: string, read: () => KeptThread, whole: boolean): void;
  /** Forgets all threads below one. */
  forgetBelow(path: string): void;
}

/** The threads of an execution, by path, as an earlier process left them. */
export type KeptThreads = ReadonlyMap<string, KeptThread>;

/** Keeps nothing. */
export const noJournal: Journal = { changed: () => {}, forgetBelow: () => {} };
