import type { Clock } from '../cloud/service.ts';

/** API Reference, RedriveExecution: the last 10 tokens of an execution count, for 15 minutes. */
const MAX_TOKENS = 10;
const VALID_MS = 15 * 60_000;

interface Redrive {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The client tokens of redrives, so that a request sent again does not redrive again. */
export class RedriveTokens {
  readonly #clock: Clock;
  readonly #known = new Map<string, readonly Redrive[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** When the execution was redriven with this token. */
  find(executionArn: string, token: string | undefined): number | undefined {
    const valid = this.#known.get(executionArn)?.filter(({ at }) => this.#clock.now() < at + VALID_MS);
    return token === undefined ? undefined : valid?.find((redrive) => redrive.token === token)?.at;
  }

  remember(executionArn: string, token: string | undefined, at: number): void {
    if (token === undefined) return;
    const known = this.#known.get(executionArn) ?? [];
    this.#known.set(executionArn, [...known, { token, at }].slice(-MAX_TOKENS));
  }
}
