import type { Json } from '../asl.ts';
import { ExecutionError } from '../errors.ts';
import type { TokenAnswer, TokenStore } from '../store/tokens.ts';

/** A task that waits for its token to be answered. */
interface Waiting {
  readonly answered: (answer: TokenAnswer) => void;
  readonly heartbeat: () => void;
}

/**
 * The tokens of all tasks that wait for one. An answer is stored before it takes effect, so that one given while the cloud
 * goes down, or before the task was taken up again, is not lost.
 */
export class TaskTokens {
  readonly #store: TokenStore;
  readonly #waiting = new Map<string, Waiting>();

  constructor(store: TokenStore) {
    this.#store = store;
  }

  /** Waits until a token is answered. */
  async wait(token: string, heartbeat: () => void, signal: AbortSignal): Promise<Json> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<TokenAnswer>();
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.#waiting.set(token, { answered: resolve, heartbeat });
    const known = this.#store.find(token)?.answer;
    if (known) resolve(known);
    try {
      const answer = await promise;
      if ('output' in answer) return answer.output;
      throw new ExecutionError(answer.error, answer.cause);
    } finally {
      signal.removeEventListener('abort', abort);
      this.#waiting.delete(token);
    }
  }

  /** Forgets a token and its answer, once its task is over. */
  forget(token: string): void {
    this.#store.remove(token);
  }

  /** Whether a token still takes an answer. */
  isOpen(token: string): boolean {
    const found = this.#store.find(token);
    return found !== undefined && found.answer === undefined;
  }

  /** The machine whose task waits, for the authorisation of an answer. */
  machineOf(token: string): string | undefined {
    return this.#store.find(token)?.machineArn;
  }

  answer(token: string, answer: TokenAnswer): void {
    this.#store.answer(token, answer);
    this.#waiting.get(token)?.answered(answer);
  }
  heartbeat(token: string): void {
    this.#waiting.get(token)?.heartbeat();
  }
}
