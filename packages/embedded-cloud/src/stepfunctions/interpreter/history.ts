import type { Clock } from '../../cloud/service.ts';
import { type Json, MAX_HISTORY_EVENTS } from '../asl.ts';
import { ExecutionError, errorNames } from '../errors.ts';

/** One event of an execution's history, as GetExecutionHistory shows it, without the time. */
export interface HistoryEvent {
  /** From 1, without gaps. */
  readonly id: number;
  readonly previousEventId: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly type: string;
  /** At most one member: `stateEnteredEventDetails`, `taskFailedEventDetails` … */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Where the events of one execution go. */
export interface HistorySink {
  append(event: HistoryEvent): void;
}

const notTruncated = { truncated: false } as const;
/** An input as events show it: JSON text. */
export const shownInput = (value: Json) => ({ input: JSON.stringify(value), inputDetails: notTruncated });
/** An output as events show it: JSON text. */
export const shownOutput = (value: Json) => ({ output: JSON.stringify(value), outputDetails: notTruncated });

/** Numbers the events of one execution and keeps them within the limit. */
export class History {
  readonly #sink: HistorySink;
  readonly #clock: Clock;
  #count: number;

  /** @param count events already written, when an execution is resumed. */
  constructor(sink: HistorySink, clock: Clock, count = 0) {
    this.#sink = sink;
    this.#clock = clock;
    this.#count = count;
  }

  get count(): number {
    return this.#count;
  }

  /**
   * Writes an event and gives its id.
   * @throws ExecutionError when only the execution's last event still has room
   */
  append(type: string, previousEventId: number, details: HistoryEvent['details'] = {}): number {
    const terminal = type.startsWith('Execution') && type !== 'ExecutionStarted';
    if (!terminal && this.#count >= MAX_HISTORY_EVENTS - 1) {
      throw new ExecutionError(
        errorNames.runtime,
        `The execution reached the maximum number of history events (${MAX_HISTORY_EVENTS}).`,
      );
    }
    this.#count += 1;
    this.#sink.append({ id: this.#count, previousEventId, timestamp: this.#clock.now(), type, details });
    return this.#count;
  }
}
