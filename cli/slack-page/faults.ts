import type { ServerResponse } from 'node:http';
import type { Clock } from 'embedded-cloud';
import { AwsError, type Fault, type PageApi, performUnder } from 'embedded-cloud/pages';
import type { Answer } from './web-api.ts';

/** An HTTP response of the Web API. */
export interface WireAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Answer;
}

const error = (code: string, status: number) => ({ code, status, message: code });

/** Slack's Web API for fault files: the methods that the page implements, and Slack's errors. */
export const slackApi: PageApi = {
  name: 'slack',
  operations: [
    'api.test',
    'auth.test',
    'chat.postEphemeral',
    'chat.postMessage',
    'chat.update',
    'conversations.list',
    'views.open',
  ],
  errors: {
    throttled: error('ratelimited', 429),
    failed: error('internal_error', 500),
    unavailable: error('service_unavailable', 503),
  },
};

/** The wait that Slack's 429 names (docs.slack.dev, "Rate limits"): whole seconds. */
const RETRY_AFTER_SECONDS = 1;

/**
 * Handles a Web API call, or injects the fault.
 * @returns `reset` when the connection must be closed without a response
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
    // Slack answers its own errors with 200 (docs.slack.dev, "Using the Slack Web API", "Evaluating responses")
    const status = cause.status === 429 || cause.status >= 500 ? cause.status : 200;
    return {
      status,
      ...(status === 429 && { headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } }),
      body: { ok: false, error: cause.code },
    };
  }
}
