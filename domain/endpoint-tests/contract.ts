import * as z from 'zod';
import { counted } from '#domain/text/numbers';
import { type Answer, countRows, type Judgement, readRows } from './answer.ts';
import { commonSettings, type EndpointTestKind } from './endpoint-test.ts';
import { oneRequest } from './one-request.ts';
import { requestOf, requestSchema, withGoldenUri } from './request.ts';

const schema = z
  .object({
    ...commonSettings,
    kind: z.literal('contract').meta({ description: 'The kind of the test.', examples: ['contract'] }),
    request: requestSchema,
    expect: z
      .object({
        status: z
          .int()
          .min(200)
          .max(599)
          .default(200)
          .meta({
            description:
              'The HTTP status. Where SageMaker reports an error of the container, it is the status of the container.',
            examples: [400],
          }),
        contentType: z
          .string()
          .min(1)
          .optional()
          .meta({
            description: 'The media type of the answer. Parameters such as a charset do not count.',
            examples: ['text/csv'],
          }),
        rows: z
          .int()
          .min(1)
          .optional()
          .meta({
            description: 'How many rows the answer has. With `valuesPerRow`, it is by default as many as the request.',
            examples: [2],
          }),
        valuesPerRow: z
          .int()
          .min(1)
          .optional()
          .meta({ description: 'How many numbers each row has.', examples: [1] }),
        min: z
          .number()
          .optional()
          .meta({ description: 'No number of the answer is below this.', examples: [0] }),
        max: z
          .number()
          .optional()
          .meta({ description: 'No number of the answer is above this.', examples: [1] }),
        maxLatencyMs: z
          .number()
          .positive()
          .optional()
          .meta({
            description: 'Milliseconds from sending the request to having the whole answer, at most.',
            examples: [200],
          }),
      })
      .strict()
      .prefault({})
      .describe('What the answer must be like.'),
  })
  .strict();
export type ContractTest = z.output<typeof schema>;

const mediaType = (contentType: string | undefined): string =>
  (contentType ?? '').replace(/;.*/s, '').trim().toLowerCase();

/** The problems with the numbers of a response, by expectation. */
function numberProblems(expect: ContractTest['expect'], answer: Answer, requestRows: number): string[] {
  const { valuesPerRow, min, max } = expect;
  if ([valuesPerRow, expect.rows, min, max].every((v) => v === undefined)) return [];
  const rows = readRows(answer.body, valuesPerRow ?? 1);
  if (typeof rows === 'string') return [rows];
  const problems: string[] = [];
  // without valuesPerRow the numbers cannot be split into rows, so only an explicit count is checked
  const expected = expect.rows ?? (valuesPerRow === undefined ? undefined : requestRows);
  if (expected !== undefined && rows.length !== expected) {
    problems.push(`${counted(rows.length, 'row')} instead of ${expected}`);
  }
  const values = rows.flat();
  const below = values.filter((v) => min !== undefined && v < min).length;
  const above = values.filter((v) => max !== undefined && v > max).length;
  if (below > 0) problems.push(`${counted(below, 'number')} below ${min}`);
  if (above > 0) problems.push(`${counted(above, 'number')} above ${max}`);
  return problems;
}

/**
 * Checks a response against a contract.
 *
 * @param requestRows rows in the request: the response must have as many unless the test sets another number
 */
export function judgeContract(
  { expect }: Pick<ContractTest, 'expect'>,
  answer: Answer,
  requestRows: number,
): Judgement {
  const problems: string[] = [];
  if (answer.status !== expect.status) {
    return { passed: false, detail: `status ${answer.status} instead of ${expect.status}` };
  }
  if (expect.contentType !== undefined && mediaType(answer.contentType) !== mediaType(expect.contentType)) {
    problems.push(`content type ${mediaType(answer.contentType) || 'missing'} instead of ${expect.contentType}`);
  }
  problems.push(...numberProblems(expect, answer, requestRows));
  const latency = Math.round(answer.latencyMs);
  if (expect.maxLatencyMs !== undefined && answer.latencyMs > expect.maxLatencyMs) {
    problems.push(`${latency} ms instead of at most ${expect.maxLatencyMs}`);
  }
  return problems.length > 0
    ? { passed: false, detail: problems.join('; ') }
    : { passed: true, detail: `status ${answer.status}, ${counted(requestRows, 'row')} in ${latency} ms` };
}

/** Checks the form of a response. */
export const contract = {
  name: 'contract',
  label: 'Contract',
  summary: 'The answer has the right form: status, content type, rows, bounds and latency.',
  schema,
  example: {
    id: 'one-row',
    kind: 'contract',
    request: { contentType: 'text/csv', body: '41,52000,1,0' },
    expect: { valuesPerRow: 1, min: 0, max: 1, maxLatencyMs: 200 },
  },
  ...oneRequest<ContractTest>({
    request: ({ request }) => requestOf(request),
    judge: (test, sent, answer) => judgeContract(test, answer, countRows(sent.body)),
  }),
  defaultTest: ({ goldenUri, answer }): ContractTest => ({
    id: 'contract-default',
    kind: 'contract',
    description: 'The golden rows get one answer a row, of the right form.',
    request: { contentType: 'text/csv', s3Uri: goldenUri },
    expect: { status: 200, contentType: 'text/csv', ...answer },
  }),
  withGolden: (test, goldenUri) => ({ ...test, request: withGoldenUri(test.request, goldenUri) }),
} as const satisfies EndpointTestKind<typeof schema>;
