import type { ServerResponse } from 'node:http';
import type { Fault } from 'embedded-cloud/cloud/faults';
import { AwsError, type Clock } from 'embedded-cloud/cloud/service';
import { performUnder } from 'embedded-cloud/faults/perform';
import type { Answer } from './web-api.ts';

/** An answer of the Web API as it goes over the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Answer;
}

/** What Slack's 429 asks for (docs.slack.dev, "Rate limits"): whole seconds. */
const RETRY_AFTER_SECONDS = 1;

/**
 * Makes a call of the Web API, or fails at it as the fault says.
 * @returns `reset` when the connection is to be cut without an answer
 */
export async function callUnderFault(
  fault: Fault | undefined,
  call: () => Answer,
  response: ServerResponse,
  clock: Clock,
): Promise<WireAnswer | 'reset'> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  let body: Answer | undefined;
  const execute = async () => {
    body = call();
    return { status: 200 };
  };
  try {
    const done = await performUnder(fault, execute, clock, gone.signal);
    return done === 'reset' || body === undefined ? 'reset' : { status: 200, body };
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
    return {
      status: cause.status,
      ...(cause.status === 429 && { headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } }),
      body: { ok: false, error: cause.code },
    };
  }
}
