import type { Json, JsonObject } from '../asl.ts';
import { ExecutionError, errorNames } from '../errors.ts';

/** All that one Assign may hold. */
const MAX_ASSIGN_BYTES = 262_144;
/** All that the variables of an execution may hold (developer guide, "Passing data with variables"). */
const MAX_EXECUTION_BYTES = 10_485_760;

const bytesOf = (value: Json | undefined): number =>
  value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
const sum = (values: readonly (Json | undefined)[]): number =>
  values.reduce<number>((total, value) => total + bytesOf(value), 0);

/** Variables of one thread; inner scopes of Map and Parallel read the outer ones. */
export class Scope {
  readonly #parent: Scope | undefined;
  readonly #own: Map<string, Json>;
  /** Bytes of all variables of the execution, counted together. */
  readonly #execution: { bytes: number };

  constructor(parent?: Scope, own: JsonObject = {}) {
    this.#parent = parent;
    this.#own = new Map(Object.entries(own));
    this.#execution = parent ? parent.#execution : { bytes: 0 };
    this.#execution.bytes += sum(Object.values(own));
  }

  /** @throws ExecutionError States.DataLimitExceeded when these values are too large, alone or with all the others */
  checkAssignable(values: JsonObject, state: string): void {
    const size = sum(Object.values(values));
    const excess = size - MAX_ASSIGN_BYTES;
    if (excess > 0) {
      throw new ExecutionError(
        errorNames.dataLimit,
        `The Assign field exceeds the maximum variable assignment size by ${excess} bytes.`,
      );
    }
    const replaced = sum(Object.keys(values).map((name) => this.#own.get(name)));
    const total = this.#execution.bytes - replaced + size - MAX_EXECUTION_BYTES;
    if (total > 0) {
      throw new ExecutionError(
        errorNames.dataLimit,
        `Execution total variable size limit exceeded. State '${state}' assigned variables that exceed the total execution limit by ${total} bytes.`,
      );
    }
  }

  /** Stops counting the variables of a thread that ended. */
  release(): void {
    this.#execution.bytes -= sum([...this.#own.values()]);
    this.#own.clear();
  }

  /** All readable variables, inner ones before outer ones of the same name. */
  visible(): JsonObject {
    return { ...this.#parent?.visible(), ...Object.fromEntries(this.#own) };
  }

  /** The variables of this scope alone. */
  own(): JsonObject {
    return Object.fromEntries(this.#own);
  }

  assign(values: JsonObject): void {
    for (const [name, value] of Object.entries(values)) {
      this.#execution.bytes += bytesOf(value) - bytesOf(this.#own.get(name));
      this.#own.set(name, value);
    }
  }
}
