import type { Json } from '../asl.ts';
import { ExecutionError } from '../errors.ts';

/** A task that waits for its token to be answered. */
interface Waiting {
  readonly stateMachineArn: string;
  readonly resolve: (output: Json) => void;
  readonly reject: (failure: ExecutionError) => void;
  readonly heartbeat: () => void;
}

/** What became of a token: `open` ones take an answer, `closed` ones had theirs or timed out. */
export type TokenState = 'open' | 'closed' | 'unknown';

/** The tokens of all tasks that wait for one. */
export class TaskTokens {
  readonly #waiting = new Map<string, Waiting>();
  readonly #closed = new Set<string>();

  /** Waits until a token is answered. */
  async wait(token: string, stateMachineArn: string, heartbeat: () => void, signal: AbortSignal): Promise<Json> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Json>();
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.#waiting.set(token, { stateMachineArn, resolve, reject, heartbeat });
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', abort);
      this.#waiting.delete(token);
      this.#closed.add(token);
    }
  }

  state(token: string): TokenState {
    if (this.#waiting.has(token)) return 'open';
    return this.#closed.has(token) ? 'closed' : 'unknown';
  }

  /** The machine whose task waits, for the authorisation of an answer. */
  machineOf(token: string): string | undefined {
    return this.#waiting.get(token)?.stateMachineArn;
  }

  succeed(token: string, output: Json): void {
    this.#waiting.get(token)?.resolve(output);
  }
  fail(token: string, error: string | undefined, cause: string | undefined): void {
    this.#waiting.get(token)?.reject(new ExecutionError(error, cause));
  }
  heartbeat(token: string): void {
    this.#waiting.get(token)?.heartbeat();
  }
}
