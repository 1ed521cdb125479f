import * as z from 'zod';
import { counted, duration } from '#domain/text/numbers';
import type { Judgement } from './answer.ts';
import { commonSettings, type EndpointTestKind } from './endpoint-test.ts';
import { hasBound, judgeLatencies, latencyBounds } from './percentiles.ts';
import { rawRowsOf, requestOf, requestSchema, resolve, withGoldenUri } from './request.ts';
import { failed, longestRunMs, passed, type TestSession } from './session.ts';
import { shownAnswer } from './shown-answer.ts';

const schema = z
  .object({
    ...commonSettings,
    kind: z.literal('latency').meta({ description: 'The kind of the test.', examples: ['latency'] }),
    request: requestSchema,
    warmUp: z
      .int()
      .min(0)
      .max(100)
      .default(3)
      .meta({ description: 'Requests before the ones that are measured.', examples: [10] }),
    requests: z
      .int()
      .min(1)
      .max(1000)
      .default(20)
      .meta({ description: 'Measured requests, one after the other.', examples: [100] }),
    ...latencyBounds,
  })
  .strict()
  .refine(hasBound, 'a latency test has at least one of p50Ms, p95Ms and p99Ms');
type LatencyTest = z.output<typeof schema>;

async function run(test: LatencyTest, session: TestSession): Promise<Judgement> {
  const { contentType, content } = requestOf(test.request);
  const { body } = await resolve(content, session);
  const end = session.now() + longestRunMs;
  const latencies: number[] = [];
  for (let i = 0; i < test.warmUp + test.requests; i += 1) {
    if (session.now() >= end) {
      const asked = `${latencies.length} of ${counted(test.requests, 'measured request')}`;
      return failed(`only ${asked} within ${duration(longestRunMs)}: set fewer requests`);
    }
    const answer = await session.ask(body, contentType);
    if (answer.status !== 200) return failed(`status ${answer.status} instead of 200; ${shownAnswer(answer, body)}`);
    if (i >= test.warmUp) latencies.push(answer.latencyMs);
  }
  const { text, problems } = judgeLatencies(latencies, test);
  return problems.length > 0 ? failed(problems.join('; ')) : passed(`${text} of ${counted(test.requests, 'request')}`);
}

/** How fast the endpoint answers one request after the other. */
export const latency = {
  name: 'latency',
  label: 'Latency',
  summary: 'Requests one after the other are answered within bounds: median, 95th and 99th percentile.',
  schema,
  example: { id: 'fast-enough', kind: 'latency', request: { body: '41,52000,1,0' }, requests: 100, p95Ms: 200 },
  realTimeOnly: 'its answers wait in a queue, so their time says nothing of the model',
  run,
  rawRows: ({ request }) => rawRowsOf(request),
  defaultTest: ({ goldenUri }): LatencyTest => ({
    id: 'latency-default',
    kind: 'latency',
    description: 'The golden rows are answered, most of the time, within five seconds.',
    request: { contentType: 'text/csv', s3Uri: goldenUri },
    warmUp: 3,
    requests: 20,
    p95Ms: 5_000,
  }),
  withGolden: (test, goldenUri) => ({ ...test, request: withGoldenUri(test.request, goldenUri) }),
} as const satisfies EndpointTestKind<typeof schema>;
