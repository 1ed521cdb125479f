import * as z from 'zod';
import { RequestRefusedError, TransientError, WrongTestError } from '#domain/errors';
import { counted } from '#domain/text/numbers';
import { type Answer, type Judgement, readRows } from './answer.ts';
import {
  type BadRequest,
  type BadRequestName,
  badRequestNames,
  badRequests,
  type GoodRequest,
} from './bad-requests.ts';
import { defaultTolerance } from './change-settings.ts';
import { commonSettings, type EndpointTestKind } from './endpoint-test.ts';
import { rawRowsOf, resolveLines, rowsRequestSchema, withGoldenUri } from './request.ts';
import { failed, passed, type TestSession } from './session.ts';
import { shownAnswer } from './shown-answer.ts';
import { distance } from './variants.ts';

/**
 * The cases of every test that names none. `fewer-columns` is left out: XGBoost takes a short row for one whose last values are
 * missing (dmlc/xgboost, `learner.cc`, ValidateDMatrix), so the built-in container scores it.
 */
const usualCases = badRequestNames.filter((name) => name !== 'fewer-columns');
/** The largest request of the built-in XGBoost (aws/sagemaker-xgboost-container, `serve.py`, MAX_CONTENT_LENGTH). */
const usualBytes = 6 * 2 ** 20;
/** The largest request of a real-time endpoint (SageMaker API Reference, InvokeEndpoint). */
const mostBytes = 25 * 2 ** 20;

const list = badRequestNames.map((name) => `\`${name}\`: ${badRequests[name].summary}`).join(' ');

const schema = z
  .object({
    ...commonSettings,
    kind: z.literal('robustness').meta({ description: 'The kind of the test.', examples: ['robustness'] }),
    request: rowsRequestSchema,
    cases: z
      .array(z.enum(badRequestNames))
      .min(1)
      .max(badRequestNames.length)
      .refine((cases) => new Set(cases).size === cases.length, 'a case is listed twice')
      .default(usualCases)
      .meta({
        description: `The bad requests to send. Without it: all but \`fewer-columns\`, because XGBoost reads a short row as one whose last values are missing. ${list}`,
        examples: [['malformed', 'wrong-type', 'fewer-columns']],
      }),
    oversizedBytes: z
      .int()
      .min(1)
      .max(mostBytes)
      .default(usualBytes)
      .meta({
        description:
          'A body above this is too large. Without it: what the built-in XGBoost takes at most, 6 MiB. A real-time endpoint takes 25 MiB at most.',
        examples: [mostBytes],
      }),
    tolerance: z
      .number()
      .min(0)
      .default(defaultTolerance)
      .meta({
        description: 'How much the answer to the good request may differ afterwards.',
        examples: [0.001],
      }),
  })
  .strict();
type RobustnessTest = z.output<typeof schema>;

/** How often the good request is sent after a bad one before the endpoint counts as down, and the pause between in milliseconds. */
const attempts = 3;
const pauseMs = 2_000;

/** Sends a bad request. Undefined: SageMaker itself refused it. */
async function provoke(session: TestSession, { body, contentType }: BadRequest): Promise<Answer | undefined> {
  try {
    return await session.ask(body, contentType);
  } catch (error) {
    if (error instanceof RequestRefusedError) return undefined;
    throw error;
  }
}

const refused = (answer: Answer | undefined, { mayAnswerNothing }: BadRequest): boolean => {
  if (answer === undefined || (answer.status >= 400 && answer.status < 500)) return true;
  return mayAnswerNothing === true && answer.status < 300 && answer.body.trim() === '';
};

/** The numbers that the good request gets, or why it gets none. */
async function known(session: TestSession, line: string): Promise<readonly number[] | string> {
  const answer = await session.ask(line, 'text/csv');
  if (answer.status !== 200) return `status ${answer.status}; ${shownAnswer(answer, line)}`;
  const rows = readRows(answer.body, 1);
  return typeof rows === 'string' ? `${rows}; ${shownAnswer(answer, line)}` : rows.flat();
}

/** The same after a bad request. The endpoint gets a moment to answer again. */
async function afterwards(session: TestSession, line: string): Promise<readonly number[] | string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await known(session, line);
    } catch (error) {
      if (error instanceof RequestRefusedError) return 'SageMaker refused the request';
      if (!(error instanceof TransientError)) throw error;
      if (attempt === attempts) return 'no answer';
      await session.sleep(pauseMs);
    }
  }
}

/** What is wrong with one case, in words; undefined: nothing. */
async function trial(
  session: TestSession,
  name: BadRequestName,
  { line }: GoodRequest,
  bad: BadRequest,
  { before, tolerance }: { before: readonly number[]; tolerance: number },
): Promise<string | undefined> {
  const answer = await provoke(session, bad);
  if (answer !== undefined && !refused(answer, bad)) {
    return `${name}: status ${answer.status} instead of 400 to 499; ${shownAnswer(answer, bad.body.slice(0, 20_000))}`;
  }
  const after = await afterwards(session, line);
  if (typeof after === 'string') return `after ${name} the good request gets: ${after}`;
  const same = after.length === before.length && after.every((n, i) => distance(n, before[i] as number) <= tolerance);
  return same ? undefined : `after ${name} the good request gets another answer`;
}

async function run(
  { request, cases, oversizedBytes, tolerance }: RobustnessTest,
  session: TestSession,
): Promise<Judgement> {
  const [line] = await resolveLines(request, session);
  if (line === undefined) throw new WrongTestError('the request of the test has no row');
  const good: GoodRequest = { line, delimiter: ',', largestBytes: oversizedBytes };
  const before = await known(session, line);
  if (typeof before === 'string') return failed(`the good request gets: ${before}`);
  const problems: string[] = [];
  let sent = 0;
  for (const name of cases) {
    const bad = badRequests[name].make(good);
    if (bad === undefined) continue;
    sent += 1;
    const problem = await trial(session, name, good, bad, { before, tolerance });
    if (problem !== undefined) problems.push(problem);
  }
  return problems.length > 0
    ? failed(problems.join('; '))
    : passed(`${counted(sent, 'bad request')} refused, the same answer after each`);
}

/** Bad requests, and a good one after each. */
export const robustness = {
  name: 'robustness',
  label: 'Robustness',
  summary: 'A bad request is refused with a status from 400 to 499, and the endpoint answers a good one as before.',
  schema,
  example: {
    id: 'bad-requests',
    kind: 'robustness',
    request: { body: '41,52000,1,0' },
    cases: ['malformed', 'wrong-type', 'fewer-columns', 'oversized'],
  },
  realTimeOnly: 'SageMaker keeps no status of a request that its model refused',
  run,
  rawRows: ({ request }) => rawRowsOf(request),
  defaultTest: ({ goldenUri }): RobustnessTest => ({
    id: 'robustness-default',
    kind: 'robustness',
    description: 'Bad requests are refused, and the endpoint answers as before.',
    request: { s3Uri: goldenUri },
    cases: usualCases,
    oversizedBytes: usualBytes,
    tolerance: defaultTolerance,
  }),
  withGolden: (test, goldenUri) => ({ ...test, request: withGoldenUri(test.request, goldenUri) }),
} as const satisfies EndpointTestKind<typeof schema>;
