import {
  type Catcher,
  isObject,
  type Json,
  type JsonObject,
  MAX_PAYLOAD_BYTES,
  type State,
  type StateGroup,
} from '../asl.ts';
import { ExecutionError, errorNames } from '../errors.ts';
import { EvaluationError, jsonType } from '../jsonata/evaluate.ts';
import type { Environment } from './environment.ts';
import { shownOutput } from './history.ts';
import type { Thread } from './thread.ts';

const MAX_SECONDS = 99_999_999;

/** Where a state leads: to another one, or to the end of its group. */
export interface Outcome {
  readonly output: Json;
  readonly next?: string;
}

/** What expressions may read beside the input, where it exists. */
export interface Readable {
  readonly result?: Json;
  readonly errorOutput?: Json;
  /** Members added to the context object. */
  readonly context?: JsonObject;
  /** The thread whose event a failure is; the state's own without. */
  readonly thread?: Thread;
}

/** How a state ends: its assignments, its output, the next state. */
export interface Ending {
  readonly Assign?: JsonObject | undefined;
  readonly Output?: Json | undefined;
  /** The output when there is no Output field. */
  readonly otherwise: Json;
  readonly readable?: Readable;
  /** Put before field names in messages: `Catch[0]/`. */
  readonly field?: string;
  readonly next: string | undefined;
  /** The event that the exit follows, where it is not the last one of the thread. */
  readonly exitAfter?: number | undefined;
}

/** Runs the states of a group to its end. */
export type RunGroup = (group: StateGroup, input: Json, thread: Thread, env: Environment) => Promise<Json>;

interface Entry<S extends State> {
  readonly name: string;
  readonly state: S;
  readonly input: Json;
  readonly thread: Thread;
  readonly env: Environment;
  readonly enteredEventId: number;
  readonly enteredTime: string;
  readonly runGroup: RunGroup;
  /** Keeps the state's progress over a restart. */
  readonly keep: (progress: JsonObject) => void;
  readonly progress: JsonObject;
}

/** Checks a payload against the limit. */
export function checkPayload(value: Json, source: string): void {
  if (Buffer.byteLength(JSON.stringify(value)) <= MAX_PAYLOAD_BYTES) return;
  throw new ExecutionError(
    errorNames.dataLimit,
    `The state/task '${source}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}

/** One visit to a state: its input, what it may read, and how it reports. */
export class StateRun<S extends State = State> {
  readonly name: string;
  readonly state: S;
  readonly input: Json;
  readonly thread: Thread;
  readonly env: Environment;
  readonly runGroup: RunGroup;
  /** Retries made so far: `$states.context.State.RetryCount`. */
  attempt = 0;
  readonly #entry: Entry<S>;
  #progress: JsonObject;

  constructor(entry: Entry<S>) {
    this.#entry = entry;
    this.name = entry.name;
    this.state = entry.state;
    this.input = entry.input;
    this.thread = entry.thread;
    this.env = entry.env;
    this.runGroup = entry.runGroup;
    this.#progress = entry.progress;
  }

  /** What the state remembered before a restart, or since. */
  get progress(): JsonObject {
    return this.#progress;
  }

  /** Adds to what is remembered. */
  remember(members: JsonObject): void {
    this.startOver({ ...this.#progress, ...members });
  }

  /** Remembers this and nothing else, for a new attempt. */
  startOver(members: JsonObject): void {
    this.#progress = members;
    this.#entry.keep(members);
  }

  /** The context object, as `$states.context`. */
  context(more: JsonObject = {}): JsonObject {
    const { item } = this.thread;
    return {
      ...this.env.context,
      State: { Name: this.name, EnteredTime: this.#entry.enteredTime, RetryCount: this.attempt },
      ...(item && { Map: { Item: { Index: item.Index, Value: item.Value } } }),
      ...more,
    };
  }

  /** AWS's opening of messages about a state. */
  message(text: string): string {
    return `An error occurred while executing the state '${this.name}' (entered at the event id #${this.#entry.enteredEventId}). ${text}`;
  }

  /** Reports a failed evaluation and gives the error to throw. */
  evaluationFailure(text: string, location?: string, thread: Thread = this.thread): ExecutionError {
    const cause = this.message(text);
    thread.recordEvaluationFailure({
      cause,
      error: errorNames.queryEvaluation,
      ...(location !== undefined && { location }),
      state: this.name,
    });
    return new ExecutionError(errorNames.queryEvaluation, cause);
  }

  /** @throws ExecutionError States.QueryEvaluationError, after writing EvaluationFailed */
  async evaluate(template: Json, location: string, readable: Readable = {}): Promise<Json> {
    const states: JsonObject = {
      input: this.input,
      ...(readable.result !== undefined && { result: readable.result }),
      ...(readable.errorOutput !== undefined && { errorOutput: readable.errorOutput }),
      context: this.context(readable.context),
    };
    try {
      return await this.env.evaluator.template(template, location, { states, variables: this.thread.scope.visible() });
    } catch (error) {
      if (error instanceof EvaluationError)
        throw this.evaluationFailure(error.message, error.location, readable.thread);
      throw error;
    }
  }

  /** Evaluates a field that takes one JSON type. */
  async evaluateAs<T extends 'number' | 'string' | 'boolean' | 'array'>(
    type: T,
    template: Json,
    location: string,
    readable: Readable = {},
  ): Promise<{ number: number; string: string; boolean: boolean; array: Json[] }[T]> {
    const value = await this.evaluate(template, location, readable);
    if (jsonType(value) === type)
      return value as { number: number; string: string; boolean: boolean; array: Json[] }[T];
    throw this.unexpectedType(type, template, location, value);
  }

  /** Reports that a field's value has the wrong JSON type and gives the error to throw. */
  unexpectedType(type: string, template: Json, location: string, value: Json): ExecutionError {
    const shown = typeof template === 'string' ? template.replace(/^\{%\s*|\s*%\}$/g, '') : JSON.stringify(template);
    return this.evaluationFailure(
      `The JSONata expression '${shown}' specified for the field '${location}' returned an unexpected result type. ` +
        `Expected '${type}', but was '${jsonType(value)}' for value: ${JSON.stringify(value)}`,
      location,
    );
  }

  /** Evaluates a field that takes a whole number in a range. */
  async evaluateInteger(template: Json, field: string, [min, max]: readonly [number, number]): Promise<number> {
    const value = await this.evaluateAs('number', template, field);
    if (!Number.isInteger(value))
      throw this.evaluationFailure(`The ${field} field cannot be parsed as an integer: ${value}`, field);
    if (value < min || value > max)
      throw this.evaluationFailure(`${field} must be between ${min} and ${max} but was: ${value}`, field);
    return value;
  }

  /** A whole number of seconds, in the range AWS allows everywhere. */
  evaluateSeconds(template: Json, field: string): Promise<number> {
    return this.evaluateInteger(template, field, [0, MAX_SECONDS]);
  }

  /** Evaluates Assign and Output, writes the exit and sets the variables. */
  async finish(ending: Ending): Promise<Outcome> {
    const { Assign, Output, otherwise, readable = {}, field = '', next, exitAfter } = ending;
    const assigned = Assign === undefined ? undefined : await this.evaluate(Assign, `${field}Assign`, readable);
    const output = Output === undefined ? otherwise : await this.evaluate(Output, `${field}Output`, readable);
    checkPayload(output, this.name);
    const variables = isObject(assigned) ? assigned : undefined;
    if (variables) this.thread.scope.checkAssignable(variables, this.name);
    if (exitAfter !== undefined) this.thread.follow(exitAfter);
    this.thread.exit(this.state.Type, {
      stateExitedEventDetails: {
        name: this.name,
        ...shownOutput(output),
        ...(variables && {
          assignedVariables: Object.fromEntries(Object.entries(variables).map(([k, v]) => [k, JSON.stringify(v)])),
          assignedVariablesDetails: { truncated: false },
        }),
      },
    });
    if (variables) this.thread.scope.assign(variables);
    return { output, ...(next !== undefined && { next }) };
  }

  /** Ends the state by one of its catchers. @param exitAfter see `Ending` */
  catch(catcher: Catcher, index: number, failure: ExecutionError, exitAfter?: number): Promise<Outcome> {
    const errorOutput = { Error: failure.error ?? '', Cause: failure.causeText ?? '' };
    return this.finish({
      Assign: catcher.Assign,
      Output: catcher.Output,
      otherwise: errorOutput,
      readable: { errorOutput },
      field: `Catch[${index}]/`,
      next: catcher.Next,
      exitAfter,
    });
  }
}
