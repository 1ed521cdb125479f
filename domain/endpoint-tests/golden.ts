import * as z from 'zod';
import { counted } from '#domain/text/numbers';
import { type Golden, goldenCaseSchema } from '#schemas/records/golden';
import { type Answer, type Judgement, readRows } from './answer.ts';
import { commonSettings, type EndpointTestKind } from './endpoint-test.ts';
import { oneRequest } from './one-request.ts';
import { s3UriSchema } from './request.ts';
import { failed } from './session.ts';

const defaultTolerance = 1e-6;

const schema = z
  .object({
    ...commonSettings,
    kind: z.literal('golden').meta({ description: 'The kind of the test.', examples: ['golden'] }),
    s3Uri: s3UriSchema.optional(),
    cases: z
      .array(goldenCaseSchema)
      .min(1)
      .max(50)
      .optional()
      .meta({
        description:
          'Golden requests in the test itself, each with the predictions it must get: `body` is a CSV row of model inputs, `row` a raw row. A test has `cases` or `s3Uri`.',
        examples: [[{ row: { age: 41, income: 52000 }, predictions: [0.0821] }]],
      }),
    tolerance: z
      .number()
      .min(0)
      .default(defaultTolerance)
      .meta({
        description:
          'The largest difference that is accepted: absolute for predictions up to 1, relative for larger ones.',
        examples: [0.001],
      }),
  })
  .strict()
  .refine((t) => (t.s3Uri === undefined) !== (t.cases === undefined), {
    message: 'a golden test has exactly one of s3Uri and cases',
  })
  .refine((t) => new Set(t.cases?.map((c) => c.predictions.length)).size <= 1, {
    message: 'every case has the same number of predictions',
    path: ['cases'],
  });
type GoldenTest = z.output<typeof schema>;

/**
 * Compares the response for all golden rows, sent as one request, with the model's output at evaluation. Two numbers match when
 * |a - e| <= tolerance * max(1, |e|): probabilities by absolute difference, large values by relative difference.
 */
export function judgeGolden({ valuesPerRow, cases }: Golden, tolerance: number, answer: Answer): Judgement {
  if (answer.status !== 200) return { passed: false, detail: `status ${answer.status} instead of 200` };
  const rows = readRows(answer.body, valuesPerRow);
  if (typeof rows === 'string') return { passed: false, detail: rows };
  if (rows.length !== cases.length) {
    return { passed: false, detail: `${counted(rows.length, 'row')} instead of ${cases.length}` };
  }
  const differences = cases.flatMap(({ predictions }, row) =>
    predictions.map((expected, i) => ({
      row: row + 1,
      by: Math.abs((rows[row]?.[i] ?? Number.NaN) - expected) / Math.max(1, Math.abs(expected)),
    })),
  );
  const largest = differences.reduce((a, b) => (b.by > a.by ? b : a), { row: 0, by: 0 });
  const off = new Set(differences.filter(({ by }) => !(by <= tolerance)).map(({ row }) => row));
  const [first] = off;
  return first === undefined
    ? {
        passed: true,
        detail: `${counted(cases.length, 'row')} as evaluated, largest difference ${largest.by.toPrecision(1)}`,
      }
    : {
        passed: false,
        detail: `${off.size} of ${counted(cases.length, 'row')} differ by more than ${tolerance}: first row ${first}, most row ${largest.row} by ${largest.by.toPrecision(3)}`,
      };
}

/** Requests with known responses. */
export const golden = {
  name: 'golden',
  label: 'Golden',
  summary: 'Known rows get the answers that the model gave when it was evaluated.',
  schema,
  example: {
    id: 'known-borrowers',
    kind: 'golden',
    cases: [{ body: '41,52000,1,0', predictions: [0.0821] }],
    tolerance: 0.001,
  },
  ...oneRequest<GoldenTest>({
    request({ cases: [first, ...rest] = [], s3Uri = '' }) {
      const inline = first && { valuesPerRow: first.predictions.length, cases: [first, ...rest] };
      return { contentType: 'text/csv', content: inline ? { golden: inline } : { s3Uri } };
    },
    judge: ({ tolerance }, sent, answer) =>
      sent.golden ? judgeGolden(sent.golden, tolerance, answer) : failed('there are no golden answers to compare with'),
  }),
  defaultTest: ({ goldenUri }): GoldenTest => ({
    id: 'golden-default',
    kind: 'golden',
    description: 'The golden rows get the answers the model gave when it was evaluated.',
    s3Uri: goldenUri,
    tolerance: defaultTolerance,
  }),
  withGolden: (test, goldenUri) => (test.s3Uri === undefined ? test : { ...test, s3Uri: goldenUri }),
} as const satisfies EndpointTestKind<typeof schema>;
