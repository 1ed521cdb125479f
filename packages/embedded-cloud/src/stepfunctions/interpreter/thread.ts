import type { Json, JsonObject, StateType } from '../asl.ts';
import { ExecutionError } from '../errors.ts';
import type { History, HistoryEvent } from './history.ts';
import type { Checkpoint, Journal, KeptLine, KeptLines, LineEnd } from './journal.ts';
import { Scope } from './scope.ts';

/** The item a Map iteration works on, as `$states.context.Map.Item` shows it. */
export interface MapItem {
  readonly Index: number;
  readonly Value: Json;
}

interface ThreadOptions {
  readonly history: History;
  readonly signal: AbortSignal;
  readonly scope: Scope;
  /** Id of the event this thread follows. */
  readonly after: number;
  readonly item?: MapItem;
  /** Set on the thread of one inline Map iteration. */
  readonly iteration?: { readonly index: number; readonly name: string };
  readonly journal: Journal;
  /** See `Journal`. */
  readonly path: string;
  /** What an earlier process left of this thread and those below. */
  readonly kept?: KeptLines;
}

/** State types whose interruption is an event of its own. */
const abortable: readonly StateType[] = ['Task', 'Wait', 'Map', 'Parallel'];

/**
 * One thread in an execution: the machine itself, a branch of a Parallel, an iteration of a Map.
 *
 * Event ids are chained as AWS chains them: an event follows the event before it on its own thread, and the entry into
 * a state counts only once the state has done something. So an expression that fails while the state is being entered
 * points past the entry.
 */
export class Thread {
  readonly scope: Scope;
  readonly signal: AbortSignal;
  readonly item: MapItem | undefined;
  readonly iteration: ThreadOptions['iteration'];
  readonly #history: History;
  readonly #journal: Journal;
  readonly #path: string;
  readonly #kept: KeptLines;
  #cursor: number;
  #pendingEntry: number | undefined;
  #openState: StateType | undefined;
  #children: Thread[] = [];
  #position: Checkpoint | undefined;
  #resumed: Checkpoint | undefined;
  #end: LineEnd | undefined;

  constructor(options: ThreadOptions) {
    this.#history = options.history;
    this.#journal = options.journal;
    this.#path = options.path;
    this.#kept = options.kept ?? new Map();
    this.signal = options.signal;
    this.scope = options.scope;
    this.item = options.item;
    this.iteration = options.iteration;
    const kept = this.#kept.get(options.path);
    this.#cursor = kept?.after ?? options.after;
    this.#pendingEntry = kept?.entry;
    this.#openState = kept?.open;
    this.#position = kept?.position;
    this.#resumed = kept?.position;
    this.#end = kept?.end;
    if (!kept) this.#changed(true);
  }

  #changed(whole = false): void {
    this.#journal.changed(this.#path, () => this.#state(), whole);
  }

  #state(): KeptLine {
    return {
      after: this.#cursor,
      ...(this.#pendingEntry !== undefined && { entry: this.#pendingEntry }),
      ...(this.#openState && { open: this.#openState }),
      ...(this.#position && { position: this.#position }),
      ...(this.#end && { end: this.#end }),
    };
  }

  /** Where an earlier process left this thread, once: the state it was in is to be resumed, not entered. */
  takeResumed(): Checkpoint | undefined {
    const resumed = this.#resumed;
    this.#resumed = undefined;
    return resumed;
  }

  /** Whether an earlier process left this thread with a position. */
  get isResumed(): boolean {
    return this.#resumed !== undefined;
  }

  /** What an earlier process left of a thread directly below. */
  keptBelow(index: number): KeptLine | undefined {
    return this.#kept.get(`${this.#path}/${index}`);
  }

  /** Keeps the state this thread is in now. */
  place(position: Checkpoint): void {
    this.#position = position;
    this.#changed(true);
  }

  /** Keeps what the current state has done. */
  remember(progress: JsonObject): void {
    if (this.#position) this.place({ ...this.#position, progress });
  }

  /** Stores the end of this thread as long as threads beside it continue. */
  finished(output: Json): void {
    this.#ended({ output });
  }

  /** Keeps what this thread failed with until the threads beside it are stopped. */
  failed(failure: unknown): void {
    if (!(failure instanceof ExecutionError)) return;
    this.#ended({ error: failure.error, cause: failure.causeText, heartbeat: failure.heartbeat });
  }

  #ended(end: LineEnd): void {
    this.#end = end;
    this.#position = undefined;
    this.#changed(true);
    this.#journal.forgetBelow(this.#path);
  }

  /** Forgets the threads below, which were of another state or another attempt. */
  forgetBelow(): void {
    this.#journal.forgetBelow(this.#path);
  }

  /** Whether this thread itself is in a Wait. */
  get isWaiting(): boolean {
    return this.#openState === 'Wait';
  }

  /** Id of the event the next one follows. */
  get cursor(): number {
    return this.#pendingEntry ?? this.#cursor;
  }

  /** Continues after an event written elsewhere, for instance by the branch that ended last. */
  follow(eventId: number): void {
    this.#cursor = eventId;
    this.#pendingEntry = undefined;
    this.#changed();
  }

  /** Lets the entry into the current state count, before anything else is written. */
  settle(): void {
    this.follow(this.cursor);
  }

  enter(type: StateType, details: HistoryEvent['details']): number {
    this.signal.throwIfAborted();
    const id = this.#history.append(`${type}StateEntered`, this.cursor, details);
    this.#pendingEntry = id;
    this.#openState = type;
    this.#changed();
    return id;
  }

  /** Resumes a state whose entry was written before a restart. */
  reenter(type: StateType): void {
    this.#openState = type;
  }

  exit(type: StateType, details: HistoryEvent['details']): void {
    this.record(`${type}StateExited`, details);
    this.#openState = undefined;
    this.#children = [];
    if (type === 'Map' || type === 'Parallel') this.forgetBelow();
  }

  /** Writes an event of this thread that the next one follows. */
  record(type: string, details: HistoryEvent['details'] = {}): number {
    const id = this.note(type, details);
    this.follow(id);
    return id;
  }

  /** Writes an event of this thread that the next one does not follow, as AWS does with successes of Map and Parallel. */
  note(type: string, details: HistoryEvent['details'] = {}): number {
    this.signal.throwIfAborted();
    return this.#history.append(type, this.cursor, details);
  }

  /** Writes an EvaluationFailed, which follows what was before the entry as long as the entry does not count. */
  recordEvaluationFailure(details: JsonObject): void {
    this.signal.throwIfAborted();
    this.follow(this.#history.append('EvaluationFailed', this.#cursor, { evaluationFailedEventDetails: details }));
  }

  /** A thread below this one, with its own scope, that is aborted with this one. */
  fork(options: {
    index: number;
    after: number;
    signal: AbortSignal;
    item?: MapItem | undefined;
    iteration?: ThreadOptions['iteration'];
    /** Whether the thread is resumed where an earlier process left it. */
    resume: boolean;
  }): Thread {
    const item = options.item ?? this.item;
    const path = `${this.#path}/${options.index}`;
    const kept = options.resume ? this.#kept : undefined;
    const child = new Thread({
      history: this.#history,
      journal: this.#journal,
      path,
      ...(kept && { kept }),
      signal: options.signal,
      scope: new Scope(this.scope, kept?.get(path)?.position?.variables),
      after: options.after,
      ...(item && { item }),
      ...(options.iteration && { iteration: options.iteration }),
    });
    this.#children.push(child);
    return child;
  }

  /** Releases a thread that ended. */
  release(child: Thread): void {
    this.#children = this.#children.filter((other) => other !== child);
    child.scope.release();
  }

  /** Releases all threads below after a failure for which AWS writes no interruptions: the machine ends with it. */
  abandonBelow(failed: Thread): void {
    this.follow(failed.cursor);
    this.#children = [];
    this.forgetBelow();
  }

  /**
   * Writes what the end of this thread interrupts: its iteration, its open state, then everything below.
   * @param failed the thread whose failure ended the others; its iteration failed instead of being aborted
   */
  recordInterruption(previousEventId: number, failed?: Thread): void {
    if (this.iteration) {
      const outcome = this === failed ? 'Failed' : 'Aborted';
      this.#history.append(`MapIteration${outcome}`, previousEventId, {
        [`mapIteration${outcome}EventDetails`]: this.iteration,
      });
    }
    if (this.#openState && abortable.includes(this.#openState)) {
      this.#history.append(`${this.#openState}StateAborted`, previousEventId);
    }
    for (const child of this.#children) child.recordInterruption(previousEventId);
    this.#openState = undefined;
  }

  /** @param failed writes the interruptions of all threads below when one of them failed. */
  recordFailureBelow(failed: Thread): void {
    const previous = failed.cursor;
    const [first, ...others] = [failed, ...this.#children.filter((child) => child !== failed)];
    first?.recordInterruption(previous, failed);
    for (const child of others) child.recordInterruption(previous);
    this.follow(previous);
    for (const child of this.#children) child.scope.release();
    this.#children = [];
    this.forgetBelow();
  }
}
