import type { Json, JsonObject } from '../asl.ts';

/** Variables of one line of states; inner scopes of Map and Parallel read the outer ones. */
export class Scope {
  readonly #parent: Scope | undefined;
  readonly #own: Map<string, Json>;

  constructor(parent?: Scope, own: JsonObject = {}) {
    this.#parent = parent;
    this.#own = new Map(Object.entries(own));
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
    for (const [name, value] of Object.entries(values)) this.#own.set(name, value);
  }
}
