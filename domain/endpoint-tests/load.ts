import * as z from 'zod';
import { RequestRefusedError, TransientError } from '#domain/errors';
import { count, counted } from '#domain/text/numbers';
import type { Judgement } from './answer.ts';
import { commonSettings, type EndpointTestKind } from './endpoint-test.ts';
import { hasBound, judgeLatencies, latencyBounds } from './percentiles.ts';
import { rawRowsOf, requestOf, requestSchema, resolve } from './request.ts';
import { type Load, rampRequests, schedule } from './schedule.ts';
import { failed, longestRunMs, passed, type TestSession } from './session.ts';
import { shownAnswer } from './shown-answer.ts';

/** One function sends at most so many requests a second on time. */
const highestRate = 200;
const longestSeconds = longestRunMs / 1000;

const schema = z
  .object({
    ...commonSettings,
    kind: z.literal('load').meta({ description: 'The kind of the test.', examples: ['load'] }),
    request: requestSchema,
    rate: z
      .number()
      .positive()
      .max(highestRate)
      .meta({
        description: `Requests a second, at most ${highestRate}. They are sent on schedule, not after the last answer.`,
        examples: [50],
      }),
    rampSeconds: z
      .number()
      .min(0)
      .max(longestSeconds)
      .default(0)
      .meta({
        description:
          'Seconds in which the rate rises from zero. The requests of the ramp count for the errors, not for the latency.',
        examples: [10],
      }),
    seconds: z
      .number()
      .positive()
      .max(longestSeconds)
      .meta({ description: 'Seconds at the full rate.', examples: [60] }),
    errorBudget: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .meta({
        description:
          'The share of all requests that may fail: another status than 200, throttled, or no answer. None of them is tried again.',
        examples: [0.001],
      }),
    ...latencyBounds,
  })
  .strict()
  .refine(({ rampSeconds, seconds }) => rampSeconds + seconds <= longestSeconds, {
    message: `ramp and seconds are at most ${longestSeconds} together`,
    path: ['seconds'],
  })
  .refine(({ rate, seconds }) => Math.floor(rate * seconds) >= 1, {
    message: 'no request is due in this time: set a higher rate or more seconds',
    path: ['seconds'],
  })
  .refine((test) => hasBound(test), 'a load test has at least one of p50Ms, p95Ms and p99Ms');
type LoadTest = z.output<typeof schema>;

/** What became of the requests so far. */
interface Tally {
  sent: number;
  errors: number;
  /** The first failed request, in words. */
  first?: string;
  /** What stops the test: trouble of our own. */
  broken?: unknown;
  readonly latencies: number[];
}

/** Sends one request and notes its answer. Latency counts from when it was due, so a late request does not look fast. */
async function send(
  session: TestSession,
  request: { readonly body: string; readonly contentType: string },
  due: { readonly at: number; readonly isMeasured: boolean },
  tally: Tally,
): Promise<void> {
  const fail = (text: string) => {
    tally.errors += 1;
    tally.first ??= text;
  };
  tally.sent += 1;
  try {
    const answer = await session.askOnce(request.body, request.contentType);
    if (answer.status !== 200) fail(`status ${answer.status}; ${shownAnswer(answer, request.body)}`);
    else if (due.isMeasured) tally.latencies.push(session.now() - due.at);
  } catch (error) {
    if (error instanceof TransientError || error instanceof RequestRefusedError) fail(error.message);
    else tally.broken ??= error;
  }
}

/** Sends all requests on schedule; stops early once more have failed than may. */
async function fire(
  session: TestSession,
  request: { readonly body: string; readonly contentType: string },
  load: Load,
  mayFail: (errors: number) => boolean,
): Promise<Tally> {
  const tally: Tally = { sent: 0, errors: 0, latencies: [] };
  const ramp = rampRequests(load);
  const start = session.now();
  const open: Promise<void>[] = [];
  for (const [k, offset] of schedule(load).entries()) {
    const at = start + offset;
    // a pause of nothing also lets answers come in
    await session.sleep(Math.max(0, at - session.now()));
    if (!mayFail(tally.errors) || tally.broken !== undefined) break;
    open.push(send(session, request, { at, isMeasured: k >= ramp }, tally));
  }
  await Promise.all(open);
  if (tally.broken !== undefined) throw tally.broken;
  return tally;
}

async function run(test: LoadTest, session: TestSession): Promise<Judgement> {
  const { contentType, content } = requestOf(test.request);
  const { body } = await resolve(content, session);
  const planned = schedule(test).length;
  const { sent, errors, first, latencies } = await fire(
    session,
    { body, contentType },
    test,
    (failures) => failures <= test.errorBudget * planned,
  );
  const failures = `${count(errors)} of ${counted(sent, 'request')} failed`;
  if (errors > test.errorBudget * planned) {
    return failed(`${failures}, more than ${test.errorBudget} of ${count(planned)}; the first: ${first}`);
  }
  if (latencies.length === 0) return failed(`${failures}, so there is no latency to judge`);
  const { text, problems } = judgeLatencies(latencies, test);
  return problems.length > 0
    ? failed(`${problems.join('; ')}; ${failures}`)
    : passed(`${text} at ${test.rate} requests a second; ${failures}`);
}

/** How the endpoint does under a rate of requests. */
export const load = {
  name: 'load',
  label: 'Load',
  summary: 'A rate of requests, sent on schedule, is answered within latency bounds and an error budget.',
  schema,
  example: {
    id: 'fifty-a-second',
    kind: 'load',
    request: { body: '41,52000,1,0' },
    rate: 50,
    rampSeconds: 10,
    seconds: 60,
    errorBudget: 0.001,
    p99Ms: 500,
  },
  realTimeOnly: 'its queue takes any rate of requests',
  run,
  rawRows: ({ request }) => rawRowsOf(request),
} as const satisfies EndpointTestKind<typeof schema>;
